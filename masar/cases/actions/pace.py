"""Measures how long each service really takes, from the requests that ended within a year."""

from __future__ import annotations

from datetime import datetime, timedelta

from masar.kernel import clock
from masar.kernel.database import acting

YEAR = timedelta(days=365)
FEWEST = 20  # with fewer requests a figure would say more about single persons than about the service
HOURLY, SOON = timedelta(hours=1), timedelta(minutes=5)
MANY = 200_000  # requests, beyond which measuring takes seconds

_LAST = "select max(measured_at), coalesce(sum(count), 0) from cases_pace"
_MEASURE = """
with ended as (
  select d.service, r.used, r.unit, extract(epoch from r.closed_at - r.opened_at) / 86400 as days
    from cases_request r join catalogue_definition d on d.id = r.definition_id
   where r.closed_at > %s::timestamptz and r.closed_at <= %s::timestamptz and r.state in ('completed', 'refused'))
insert into cases_pace (service, measured_at, count, median_days, ninth_days, agency_days)
select service, %s::timestamptz, count(*),
       round((percentile_cont(0.5) within group (order by days))::numeric, 1),
       round((percentile_cont(0.9) within group (order by days))::numeric, 1),
       round((percentile_cont(0.5) within group (order by used) filter (where unit = 'days'))::numeric, 1)
  from ended group by service having count(*) >= %s::int
on conflict (service) do update set measured_at = excluded.measured_at, count = excluded.count,
   median_days = excluded.median_days, ninth_days = excluded.ninth_days, agency_days = excluded.agency_days
"""


def measure_pace(now: datetime | None = None) -> int:
    """Measure every service anew, and forget those that too few requests speak for; return how many are known."""
    now = now or clock.now()
    with acting("masar_system") as cursor:
        cursor.execute(_MEASURE, [now - YEAR, now, now, FEWEST])
        known: int = cursor.rowcount
        cursor.execute("delete from cases_pace where measured_at < %s::timestamptz", [now])
    return known


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
