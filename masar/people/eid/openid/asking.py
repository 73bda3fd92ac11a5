"""What every handle of an OpenID provider holds, and how it is known again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from masar.kernel.ids import civil_id_digits
from masar.people.eid.openid.client import seconds
from masar.people.eid.port import Handle, lifetime
from masar.people.eid.refusals import CivilIdIsNeeded, RequestIsNotOurs


def new_handle(identity: str, *, login_hint: str | None, acr: str | None, ttl: int, max_age: int | None) -> Handle:
    """Begin a handle: whose answer is awaited, how strong and how fresh, and until when.

    Raises: CivilIdIsNeeded.
    """
    asked_at = seconds()
    return {
        "identity": identity,
        "asked_at": asked_at,
        "expires_at": asked_at + lifetime(ttl),
        "civil_id": _civil_id(login_hint) if login_hint else "",
        "acr": acr or "",
        "max_age": max_age,
    }


def _civil_id(login_hint: str) -> str:
    digits = civil_id_digits(login_hint)
    if digits is None:
        raise CivilIdIsNeeded("shape")
    return digits


def demand_own(handle: Mapping[str, Any], identity: str) -> None:
    """Check that a handle was begun by this identity. Raises: RequestIsNotOurs."""
    if handle.get("identity") != identity:
        raise RequestIsNotOurs("identity")


def is_over(handle: Mapping[str, Any]) -> bool:
    """Tell whether the time to answer has passed."""
    return seconds() >= float(handle["expires_at"])


def instant(at: float) -> datetime:
    """Return seconds since 1970 as an instant."""
    return datetime.fromtimestamp(at, UTC)
