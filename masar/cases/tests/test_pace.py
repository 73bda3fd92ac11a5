"""How long services really take is measured from what ended, and only where enough requests speak for it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conftest import Reporter, new_civil_id, utc
from masar.cases.actions import measure_pace, measure_pace_when_due
from masar.cases.queries import pace
from masar.cases.queries.paces import forget_pace
from masar.kernel.database import acting

pytestmark = pytest.mark.database
SERVICE = "kw.ku.transcript"
FAR = utc(2012, 3, 1, 9)  # a year in which no other test ends anything


def ended(reporter: Reporter, at: datetime, days: float, outcome: str) -> None:
    """Let one request begin so many days before it ended."""
    ref, began = f"PACE-{secrets.token_hex(6)}", at - timedelta(days=days)
    opened = reporter.event(
        "opened", None, began, service=SERVICE, agency_ref=ref, civil_id=new_civil_id(), name="نورة التجريبية"
    )
    items = reporter.send(opened, reporter.event("decided", f"ref:{ref}", at, outcome=outcome))
    assert {item.status for item in items} == {"accepted"}, items


@pytest.fixture(scope="module")
def measured(kuwait: None) -> Iterator[None]:
    """Twenty requests that took 1 to 20 days; afterwards the figures are those of today again."""
    from masar.catalogue.queries import catalogue

    outcomes = catalogue().definitions[catalogue().versions[SERVICE, 1]].outcomes
    good = next(one.id for one in outcomes.values() if one.state == "completed")
    reporter = Reporter("kw.ku")
    for day in range(1, 21):
        ended(reporter, FAR - timedelta(days=30 + day), day, good)
    yield
    measure_pace()
    forget_pace()


def figures(now: datetime) -> Any:
    measure_pace(now)
    forget_pace()
    return pace().get(SERVICE)


def test_half_and_nine_of_ten_are_told_with_the_number_they_rest_on(measured: None) -> None:
    found = figures(FAR)
    assert found.count == 20
    assert found.median_days == Decimal("10.5")
    assert found.ninth_days == Decimal("18.1")
    assert found.agency_days is None or found.agency_days >= 0
    assert found.measured_at == FAR


def test_what_ended_more_than_a_year_ago_counts_no_more(measured: None) -> None:
    """The oldest of the twenty fell out of the year: nineteen are too few to say anything."""
    assert figures(FAR - timedelta(days=50) + timedelta(days=365, minutes=1)) is None


def test_figures_are_measured_again_only_when_they_are_due(measured: None) -> None:
    figures(FAR)
    assert not measure_pace_when_due(FAR + timedelta(minutes=4))
    assert measure_pace_when_due(FAR + timedelta(minutes=6))


@pytest.mark.parametrize("role", ["masar_public", "masar_agency", "masar_citizen"])
def test_everybody_may_read_the_figures_and_nobody_else_writes_them(measured: None, role: str) -> None:
    from django.db import DatabaseError

    figures(FAR)
    with acting(role) as cursor:
        cursor.execute("select count(*) from cases_pace where service = %s", [SERVICE])
        assert cursor.fetchone() == (1,)
    with pytest.raises(DatabaseError), acting(role) as cursor:
        cursor.execute("update cases_pace set count = 1")
