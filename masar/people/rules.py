"""Rules about persons in plain Python: who is looking, how long to wait after wrong passwords."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody logged in: the person, and the log-in that can be ended."""

    person_id: int
    session: UUID


def wait_after(failures: int) -> timedelta:
    """Return how long an account waits, from one source, after so many wrong passwords in a row."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=10 * 2 ** min(failures - FREE_TRIES, 10)), LONGEST_WAIT)
