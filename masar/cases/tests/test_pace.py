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
from masar.cases.rules.pace import Bin, Spell, spell
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
    assert found.waiting == 0
    assert (found.median_days, found.ninth_days) == (Decimal("10.0"), Decimal("18.0"))
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


def lived(spells: list[tuple[float, bool]], joined: float = 0.0) -> Spell:
    """Estimate from lives of so many days, each answered at its end or not."""
    ages = sorted({joined, *(days for days, _ in spells)})
    return spell(
        Bin(
            int(age * 10),
            len(spells) if age == joined else 0,
            sum(days == age for days, _ in spells),
            sum(days == age and is_answered for days, is_answered in spells),
        )
        for age in ages
    )


def test_a_queue_of_years_is_not_short_because_its_refusals_are_quick() -> None:
    """Thirty were refused after a month; five hundred wait since half a year."""
    assert lived([(30.0, True)] * 30 + [(180.0, False)] * 500) == Spell(None, None)
    assert lived([(30.0, True)] * 30) == Spell(Decimal(30), Decimal(30))


def test_half_is_told_though_one_in_ten_still_waits() -> None:
    assert lived([(5.0, True)] * 60 + [(400.0, False)] * 40) == Spell(Decimal(5), None)


def test_who_left_without_an_answer_counts_only_for_as_long_as_they_waited() -> None:
    """Of four, one withdrew after a day: one of three, then one of two, then the last."""
    assert lived([(1.0, False), (2.0, True), (3.0, True), (4.0, True)]) == Spell(Decimal(3), Decimal(4))


def test_who_asked_before_the_year_joins_at_the_age_they_had(kuwait: None) -> None:
    """At an age that nobody was watched at, nothing is learned."""
    bins = [Bin(0, 10, 0, 0), Bin(20, 0, 10, 5), Bin(100, 40, 0, 0), Bin(200, 0, 40, 40)]
    assert spell(bins) == Spell(Decimal(2), Decimal(20))


def test_those_that_wait_are_counted_beside_those_that_were_answered(measured: None) -> None:
    """A year in which twenty were answered and thirty more opened, which wait: half is not reached."""
    reporter = Reporter("kw.ku")
    began = FAR - timedelta(days=25)
    for _ in range(30):
        ref = f"PACE-{secrets.token_hex(6)}"
        sent = reporter.event(
            "opened", None, began, service=SERVICE, agency_ref=ref, civil_id=new_civil_id(), name="نورة التجريبية"
        )
        assert reporter.send(sent)[0].status == "accepted"
    found = figures(FAR)
    assert (found.count, found.waiting) == (20, 30)
    assert (found.median_days, found.ninth_days, found.agency_days) == (None, None, None)
