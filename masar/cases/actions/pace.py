"""Measures how long each service really takes, from the requests of a year: those that ended and those that wait."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.backends.utils import CursorWrapper

from masar.cases.models import Pace
from masar.cases.rules.pace import Bin, spell
from masar.kernel import clock
from masar.kernel.database import acting

YEAR = timedelta(days=365)
FEWEST = 20  # with fewer requests a figure would say more about single persons than about the service
HOURLY, SOON = timedelta(hours=1), timedelta(minutes=5)
MANY = 200_000  # requests, beyond which measuring takes seconds

_LAST = "select max(measured_at), coalesce(sum(count), 0) from cases_pace"
_WATCHED = """
  select d.service, r.used, r.unit, r.state in ('completed', 'refused') and r.closed_at <= z.until as is_answered,
         extract(epoch from greatest(z.since - r.opened_at, interval '0')) / 86400 as joined,
         extract(epoch from least(coalesce(r.closed_at, z.until), z.until) - r.opened_at) / 86400 as age,
         coalesce(r.closed_at > z.until, true) as is_open
    from cases_request r join catalogue_definition d on d.id = r.definition_id,
         (select %s::timestamptz as since, %s::timestamptz as until offset 0) z
   where (r.closed_at is null or r.closed_at > z.since) and r.opened_at <= z.until"""
_TOTALS = f"""
with watched as ({_WATCHED})
select service, count(*) filter (where is_answered), count(*) filter (where is_open),
       round((percentile_cont(0.5) within group (order by used)
              filter (where is_answered and unit = 'days'))::numeric, 1)
  from watched group by service having count(*) filter (where is_answered) >= %s::int
"""  # noqa: S608 - our own text
_BINS = f"""
with watched as ({_WATCHED}), moves as (
  select service, floor(joined * 10)::int as age, 1 as joined, 0 as went, 0 as answered from watched union all
  select service, floor(age * 10)::int, 0, 1, is_answered::int from watched)
select service, age, sum(joined)::int, sum(went)::int, sum(answered)::int from moves group by 1, 2 order by 1, 2
"""  # noqa: S608


def measure_pace(now: datetime | None = None) -> int:
    """Measure every service anew, and forget those that too few requests speak for; return how many are known."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(_TOTALS, [now - YEAR, now, FEWEST])
        totals = {service: figures for service, *figures in cursor.fetchall()}
        cursor.execute(_BINS, [now - YEAR, now])
        found = [_pace(now, service, totals[service], rows) for service, rows in _by_service(cursor, totals)]
        Pace.objects.bulk_create(
            found, update_conflicts=True, unique_fields=["service"],
            update_fields=["measured_at", "count", "waiting", "median_days", "ninth_days", "agency_days"],
        )  # fmt: skip
        Pace.objects.filter(measured_at__lt=now).delete()
    return len(found)


def _by_service(cursor: CursorWrapper, known: dict[str, list[Any]]) -> list[tuple[str, list[Bin]]]:
    rows = groupby(cursor.fetchall(), key=lambda row: row[0])
    return [(service, [Bin(*row[1:]) for row in group]) for service, group in rows if service in known]


def _pace(now: datetime, service: str, totals: list[Any], bins: list[Bin]) -> Pace:
    answered, waiting, agency_days = totals
    found = spell(bins)
    return Pace(
        service=service,
        measured_at=now,
        count=answered,
        waiting=waiting,
        median_days=found.half,
        ninth_days=found.nine,
        agency_days=agency_days if found.half is not None else None,
    )


def measure_pace_when_due(now: datetime | None = None) -> bool:
    """Measure where the last figures are an hour old; while requests are few, as soon as they are five minutes old."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(_LAST)
        last, count = cursor.fetchone()
    if last is not None and now - last < (SOON if count < MANY else HOURLY):
        return False
    measure_pace(now)
    return True
