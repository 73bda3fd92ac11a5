"""How long services really take: a few rows, asked for at most once a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connections

from masar.kernel.database import leave_if_dead

FRESH_SECONDS = 60.0
_PACE = "select service, measured_at, count, waiting, median_days, ninth_days, agency_days from cases_pace"
_lock = threading.Lock()
_held: Mapping[str, Pace] = {}
_read_at = -FRESH_SECONDS


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one service really takes: half have their answer within `median_days`, nine of ten in `ninth_days`.

    `count` requests had their answer within the year, `waiting` have none yet; None where too many wait to tell.
    """

    measured_at: datetime
    count: int
    waiting: int
    median_days: Decimal | None
    ninth_days: Decimal | None
    agency_days: Decimal | None


def pace() -> Mapping[str, Pace]:
    """Return how long each service really takes, by its id; a service that too few requests speak for is missing."""
    global _held, _read_at
    if time.monotonic() - _read_at < FRESH_SECONDS:
        return _held
    with _lock:
        if time.monotonic() - _read_at >= FRESH_SECONDS:
            leave_if_dead(connections["citizen"])
            with connections["citizen"].cursor() as cursor:
                cursor.execute(_PACE)
                _held = {service: Pace(*figures) for service, *figures in cursor.fetchall()}
            _read_at = time.monotonic()
    return _held


def forget_pace() -> None:
    """Forget what was read, so that the next reader asks."""
    global _read_at
    with _lock:
        _read_at = -FRESH_SECONDS
