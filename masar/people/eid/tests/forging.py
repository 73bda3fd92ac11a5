"""A provider with keys of its own that says whatever a test wants: right answers, and each kind of wrong one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.openid.signatures import half_hash, signed
from masar.people.eid.setup import Setup

ISSUER = "https://identity.example"
CLIENT, SECRET = "masar", "a secret: with signs & more"
RETURN = "https://masar.example/eid/return"
CIVIL_ID, OTHER_CIVIL_ID = "285010112345", "290030300003"
PUSH_ACR, PASSWORD_ACR = "urn:masar:acr:hawyti-push", "urn:masar:acr:password-totp"
ACCESS = "an-access-token"
AUTH_REQ_ID = "urn:openid:params:jwt:claim:auth_req_id"

EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
OTHER = ECKey.generate_key("P-256", {"kid": "ec-2", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed-1", "use": "sig"})
KEYS: dict[str, Key] = {"RS256": RSA, "PS256": RSA, "ES256": EC, "EdDSA": ED}


def coded(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def token(claims: Mapping[str, Any], alg: str = "ES256", key: Key | None = None, **header: Any) -> str:
    """Sign claims by any algorithm, `none` and shared secrets too."""
    head = {"alg": alg, "kid": (key or KEYS.get(alg, EC)).kid} | header
    if alg == "EdDSA":
        return signed(claims, key or ED)
    if alg in ("RS256", "PS256", "ES256", "ES384", "RS384"):
        registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
        return jws.serialize_compact(head, json.dumps(claims), key or KEYS[alg], registry=registry)
    start = f"{coded(json.dumps(head).encode())}.{coded(json.dumps(claims).encode())}"
    if alg == "none":
        return start + "."
    return f"{start}.{coded(hmac.digest(shared_secret(), start.encode(), 'sha256'))}"


def shared_secret() -> bytes:
    """Return the public key as text: what a careless reader would take for the secret of HS256."""
    return EC.as_pem(private=False)


def without(name: str) -> Callable[[dict[str, Any]], None]:
    """Return a change that leaves a claim out."""
    return lambda claims: claims.pop(name, None)


def saying(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change that has a claim say something; a function is given the present second."""
    return lambda claims: claims.update({name: value(int(time.time())) if callable(value) else value})


Change = Callable[[dict[str, Any]], None]
# The reason of the refusal, and what is wrong with the claims.
FALSE_CLAIMS: dict[str, tuple[str, Change]] = {
    "another issuer": ("iss", saying("iss", "https://other.example")),
    "no issuer": ("iss", without("iss")),
    "another audience": ("aud", saying("aud", "somebody-else")),
    "one more audience": ("aud", saying("aud", [CLIENT, "somebody-else"])),
    "no audience": ("aud", without("aud")),
    "made for another party": ("azp", saying("azp", "somebody-else")),
    "no subject": ("sub", without("sub")),
    "an empty subject": ("sub", saying("sub", "")),
    "a subject that is a number": ("sub", saying("sub", 7)),
    "a subject without end": ("sub", saying("sub", "x" * 256)),
    "expired": ("exp", saying("exp", lambda at: at - 31)),
    "no expiry": ("exp", without("exp")),
    "an expiry that is true": ("exp", saying("exp", True)),
    "an expiry that is a text": ("exp", saying("exp", "2099-01-01")),
    "issued in the future": ("iat", saying("iat", lambda at: at + 120)),
    "issued before we asked": ("iat", saying("iat", lambda at: at - 120)),
    "no issuing": ("iat", without("iat")),
    "not valid yet": ("nbf", saying("nbf", lambda at: at + 120)),
    "another access token": ("at_hash", saying("at_hash", half_hash("ES256", "another"))),
    "a hash that is no text": ("at_hash", saying("at_hash", 5)),
}


def answer(status: int, body: Any, **headers: str) -> httpx.Response:
    """Return a response with JSON that has not been read yet, as one from the network."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(json.dumps(body).encode()))


class Forger(httpx.BaseTransport):
    """The provider, as the transport under an `Exchange`. Tests change what it says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], httpx.Headers]] = []
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "pushed_authorization_request_endpoint": f"{ISSUER}/par",
            "backchannel_authentication_endpoint": f"{ISSUER}/backchannel",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "authorization_response_iss_parameter_supported": True,
        }
        self.published: list[Key] = [EC, RSA, ED]
        self.userinfo: dict[str, Any] = {}
        self.nonce = ""
        self.change: Change = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = token
        self.answers: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.token_type = "Bearer"
        self.seconds = 0.0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        time.sleep(self.seconds)
        path = request.url.path
        form = dict(parse_qsl(request.read().decode()))
        self.asked.append((path, form, request.headers))
        if self.answers.get(path):
            status, body = self.answers[path].pop(0)
            return answer(status, body)
        body = {
            "/.well-known/openid-configuration": lambda: self.metadata,
            "/jwks": lambda: {"keys": [key.as_dict(private=False) for key in self.published]},
            "/par": lambda: {"request_uri": "urn:example:1", "expires_in": 60},
            "/backchannel": lambda: {"auth_req_id": "a-request", "expires_in": 120, "interval": 5},
            "/token": self._tokens,
            "/userinfo": lambda: self.userinfo,
        }[path]()
        return answer(200, body)

    def _tokens(self) -> dict[str, Any]:
        claims = self.claims()
        self.change(claims)
        return {"access_token": ACCESS, "token_type": self.token_type, "id_token": self.sign(claims)}

    def claims(self) -> dict[str, Any]:
        """Return claims with which nothing is wrong."""
        at = int(time.time())
        return {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": at,
            "exp": at + 300,
            "at_hash": half_hash("ES256", ACCESS),
            "acr": PUSH_ACR,
            "amr": ["hwk", "user"],
            "auth_time": at,
            "civil_id": CIVIL_ID,
            "name": "نورة",
        } | ({"nonce": self.nonce} if self.nonce else {})

    def calls(self, path: str) -> list[dict[str, str]]:
        """Return the forms that were sent to a path."""
        return [form for where, form, _ in self.asked if where == path]

    def exchange(self) -> Exchange:
        """Return the exchange that reaches this provider alone."""
        return Exchange(transport=self)


def setup(folder: Path, **more: Any) -> Setup:
    """Return the setting up of a client of the forger."""
    (folder / "secret").write_text(SECRET + "\n")
    settings = {"issuer": ISSUER, "client_id": CLIENT, "secret_file": "secret", "redirect_uri": RETURN} | more
    kept = {name: value for name, value in settings.items() if value is not None}
    return Setup("hawyti", json.dumps(kept).encode(), folder)


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    return coded(hashlib.sha256(verifier.encode()).digest())
