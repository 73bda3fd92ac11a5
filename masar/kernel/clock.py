"""The one place where Masar asks what time it is. Instants are aware and UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, UTC."""
    return datetime.now(UTC)


def read_instant(text: str) -> datetime:
    """Read an RFC 3339 instant with its zone, as UTC. Raises: ValueError when it has none or is no instant."""
    if len(text) < 20 or text[10] not in "Tt ":
        raise ValueError("write an RFC 3339 instant with its zone, such as 2026-11-24T09:15:00+03:00")
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("the zone is missing; write 2026-11-24T09:15:00+03:00")
    return instant.astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with `Z`, microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
