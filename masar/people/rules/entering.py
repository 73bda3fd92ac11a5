"""How somebody comes in: waits after wrong tries, second steps, codes and how long each thing holds. Plain Python."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)
MOST_PUSHES = 5  # to one telephone from anywhere, before it is left in peace for a while
MOST_WRONG_CODES = 30  # of one person, from anywhere, before six digits are not taken for a while
# Ways to prove oneself beside the password, the strongest first; the codes are for when all else is lost.
WAYS = ("passkey", "app", "message", "codes")
STRONG = frozenset({"passkey", "app"})
STRONG_ENTRIES = frozenset({"passkey", "identity"})  # which let in by themselves
CODES = 10
ENTERING_HOLDS = timedelta(minutes=15)
CODE_HOLDS = timedelta(minutes=10)
PROOF_HOLDS = timedelta(minutes=5)
TRUST_HOLDS = timedelta(days=30)
VOUCHER_HOLDS, VOUCHER_DIGITS = timedelta(days=7), 12
WAITING = timedelta(days=1)  # between asking for a new password and setting it
RECOVERY_HOLDS = timedelta(days=7)  # after the waiting day
_PERIOD, _DIGITS = 30, 6  # seconds, RFC 6238


def wait_after(failures: int) -> timedelta:
    """Return how long an account waits, from one source, after so many wrong tries in a row."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=10 * 2 ** min(failures - FREE_TRIES, 10)), LONGEST_WAIT)


def app_secret() -> bytes:
    """Return a new secret of an authenticator app: 20 bytes, as RFC 4226 asks."""
    return secrets.token_bytes(20)


def app_address(secret: bytes, name: str, issuer: str) -> tuple[str, str]:
    """Return what an authenticator app reads: the address of the QR code, and the secret in base 32 for typing."""
    address = _totp(secret).get_provisioning_uri(name, issuer)
    return address, base64.b32encode(secret).decode().rstrip("=")


def code_step(secret: bytes, code: str, at: datetime, after: int) -> int | None:
    """Return the time step whose code this is, of the last, this and the next one; None where it is none of them.

    A step that is not later than `after` was used before, and never counts again (RFC 6238, 5.2).
    """
    now, found = int(at.timestamp()) // _PERIOD, None
    for step in (now - 1, now, now + 1):
        expected = _totp(secret).generate(step * _PERIOD)
        if hmac.compare_digest(expected, code.encode()) and step > after:
            found = step
    return found


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _PERIOD)  # noqa: S303 - RFC 6238's own, and what every app reads


def new_message_code() -> str:
    """Return six random digits, to be sent to somebody."""
    return f"{secrets.randbelow(10**6):06d}"


def new_codes() -> list[str]:
    """Return ten codes of ten random digits, to be kept on paper."""
    return [f"{secrets.randbelow(10**10):010d}" for _ in range(CODES)]
