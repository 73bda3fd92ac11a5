"""Signatures by `joserfc`: four algorithms and no other, neither to read nor to write."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, extract_compact, serialize_compact, validate_compact

from masar.people.eid.refusals import AnswerIsNotGenuine

ALLOWED = ("RS256", "PS256", "ES256", "EdDSA")
_SMALLEST_RSA = 2048


class _Registry(JWSRegistry):
    """Knows the allowed algorithms alone: neither `none` nor a shared secret is ever tried."""

    def get_alg(self, name: str) -> JWSAlgModel:
        """Return an allowed algorithm. Raises: AnswerIsNotGenuine."""
        if name not in ALLOWED:
            raise AnswerIsNotGenuine("alg")
        return self.algorithms[name]


_REGISTRY = _Registry(strict_check_header=False)


def opened(token: str, keys: Callable[[str | None], KeySet]) -> tuple[str, dict[str, Any]]:
    """Verify a compact JWS; return its algorithm and its claims. `keys` finds the keys for a kid.

    Raises: AnswerIsNotGenuine.
    """
    try:
        found = extract_compact(token.encode(), registry=_REGISTRY)
        header = found.headers()
        _demand_header(header)
        if not validate_compact(found, lambda _: keys(header.get("kid")), registry=_REGISTRY):
            raise AnswerIsNotGenuine("signature")
        return header["alg"], msgspec.json.decode(found.payload, type=dict[str, Any])
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise AnswerIsNotGenuine("signature") from error


def _demand_header(header: Mapping[str, Any]) -> None:
    if str(header.get("typ", "JWT")).upper() != "JWT":  # a log-out token, say, is no ID token (RFC 8725 §3.11)
        raise AnswerIsNotGenuine("typ")
    if not isinstance(header.get("kid", ""), str):
        raise AnswerIsNotGenuine("kid")


def signed(claims: Mapping[str, Any], key: Key) -> str:
    """Return claims as a compact JWS, signed by a private key of ours."""
    header = {"alg": algorithm_for(key), "kid": key.kid or key.thumbprint(), "typ": "JWT"}
    return serialize_compact(header, msgspec.json.encode(claims), key, registry=_REGISTRY)


def algorithm_for(key: Key) -> str:
    """Return the algorithm that a key of ours signs by. Raises: KeyError for a kind that signs nothing here."""
    return {"RSA": "PS256", "EC": "ES256", "OKP": "EdDSA"}[key.key_type]


def public_keys(published: Any) -> KeySet:
    """Read the keys that a provider publishes (RFC 7517); leave out what is weak or not for signing."""
    found = published.get("keys") if isinstance(published, Mapping) else None
    read = [_public(entry) for entry in (found if isinstance(found, list) else [])[:100]]
    return KeySet([key for key in read if key is not None])


def _public(entry: Any) -> Key | None:
    kinds: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    kind = kinds.get(str(entry.get("kty"))) if isinstance(entry, dict) else None
    if kind is None or entry.get("use", "sig") != "sig":
        return None
    try:
        key = kind.import_key(entry)
        is_weak = isinstance(key, RSAKey) and key.public_key.key_size < _SMALLEST_RSA
    except (JoseError, ValueError, TypeError):
        return None
    return None if is_weak else key


def half_hash(algorithm: str, text: str) -> str:
    """Return the left half of a hash, as `at_hash` has it (OpenID Connect Core 1.0 §3.1.3.6)."""
    digest = (hashlib.sha512 if algorithm == "EdDSA" else hashlib.sha256)(text.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
