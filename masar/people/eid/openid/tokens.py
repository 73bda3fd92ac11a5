"""What an ID token must say before anything in it is believed (OpenID Connect Core 1.0 §3.1.3.7, CIBA Core 1.0 §10)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from masar.people.eid.openid.signatures import half_hash
from masar.people.eid.refusals import AnswerIsNotGenuine, AnswerIsTooWeak

LEEWAY = 30  # seconds by which two clocks may differ
AUTH_REQ_ID = "urn:openid:params:jwt:claim:auth_req_id"
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What was asked, against which an answer is held. Instants are seconds since 1970."""

    issuer: str
    client_id: str
    asked_at: float
    now: float
    algorithm: str
    access_token: str
    nonce: str = ""
    auth_req_id: str = ""
    acr: str = ""
    max_age: int | None = None


Check = Callable[[Mapping[str, Any], Expected], bool]


def is_instant(value: Any) -> bool:
    """Tell whether a value of JSON is an instant that can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**40


def same(one: Any, other: str) -> bool:
    """Compare a text that was sent with one that is secret, in constant time."""
    return isinstance(one, str) and hmac.compare_digest(one.encode(errors="replace"), other.encode())


def _subject(claims: Mapping[str, Any], _: Expected) -> bool:
    subject = claims.get("sub")
    return isinstance(subject, str) and 0 < len(subject) <= _LONGEST_SUBJECT


def _expiry(claims: Mapping[str, Any], expected: Expected) -> bool:
    return is_instant(claims.get("exp")) and bool(claims["exp"] > expected.now - LEEWAY)


def _issued(claims: Mapping[str, Any], expected: Expected) -> bool:
    earliest, latest = expected.asked_at - LEEWAY, expected.now + LEEWAY
    return is_instant(claims.get("iat")) and bool(earliest <= claims["iat"] <= latest)


def _not_before(claims: Mapping[str, Any], expected: Expected) -> bool:
    return "nbf" not in claims or (is_instant(claims["nbf"]) and bool(claims["nbf"] <= expected.now + LEEWAY))


def _access_token(claims: Mapping[str, Any], expected: Expected) -> bool:
    return "at_hash" not in claims or same(claims["at_hash"], half_hash(expected.algorithm, expected.access_token))


CHECKS: tuple[tuple[str, Check], ...] = (
    ("iss", lambda claims, expected: claims.get("iss") == expected.issuer),
    ("aud", lambda claims, expected: claims.get("aud") in (expected.client_id, [expected.client_id])),
    ("azp", lambda claims, expected: claims.get("azp", expected.client_id) == expected.client_id),
    ("sub", _subject),
    ("exp", _expiry),
    ("iat", _issued),
    ("nbf", _not_before),
    ("nonce", lambda claims, expected: not expected.nonce or same(claims.get("nonce"), expected.nonce)),
    ("at_hash", _access_token),
    ("auth_req_id", lambda claims, expected: claims.get(AUTH_REQ_ID, expected.auth_req_id) == expected.auth_req_id),
)


def demand_genuine(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check that a signed token was made for us, now, and for what we asked. Raises: AnswerIsNotGenuine."""
    for reason, holds in CHECKS:
        if not holds(claims, expected):
            raise AnswerIsNotGenuine(reason)


def demand_strong(claims: Mapping[str, Any], expected: Expected) -> None:
    """Check that the person was identified as strongly and as lately as was asked. Raises: AnswerIsTooWeak."""
    if expected.acr and claims.get("acr") != expected.acr:
        raise AnswerIsTooWeak("acr")
    at = claims.get("auth_time")
    if at is not None and not (is_instant(at) and at <= expected.now + LEEWAY):
        raise AnswerIsTooWeak("auth_time")
    if expected.max_age is not None and (at is None or expected.now - at > expected.max_age + LEEWAY):
        raise AnswerIsTooWeak("max_age")
