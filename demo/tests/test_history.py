"""The history is believable: office hours, order, durations near their promises, every condition, repeatable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import log
from statistics import median
from typing import Any

import pytest

from demo.events import Report
from demo.history import HOUSE, PERSONS, History
from demo.hours import ZONE, Hours, is_ramadan
from demo.temper import LOAD, VERY_SLOW, tempers
from demo.tests.catalogue import book, calendar, definitions
from masar.cases.rules.envelope import Envelope, read_envelope
from masar.cases.rules.fold import child_of, fold
from masar.cases.rules.standing import Case, Folded

ANCHOR = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SAMPLE = range(0, 14_000, 14)
BY_AGENCY = ("handed-over", "asked", "decided")


@cache
def history() -> History:
    return History(book(), ANCHOR)


@cache
def family(index: int) -> list[Report]:
    return history().family(index)


def kind(report: Report) -> str:
    return str(report.event["type"]).split(".")[2]


def at(report: Report) -> datetime:
    return datetime.fromisoformat(report.event["time"])


def folded(index: int) -> dict[str, Folded]:
    """Fold a family with Masar's own rules, by ref; a request with what stands beneath it."""
    events: dict[str, list[Any]] = {}
    facts: dict[str, Any] = {}
    for report in family(index):
        envelope = read_envelope(report.event | {"subject": f"ref:{report.ref}"}, ANCHOR, report.agency)
        assert isinstance(envelope, Envelope), envelope
        events.setdefault(report.ref, []).append(envelope.event)
        if kind(report) == "opened":
            facts[report.ref] = report.event["data"]
    cases = {ref: Case(definitions()[data["service"]], lambda _: calendar()) for ref, data in facts.items()}
    below = {
        ref: [
            child_of(cases[child], number, events[child], is_appeal=bool(data.get("appeal")))
            for number, (child, data) in enumerate(facts.items())
            if data.get("parent") == f"ref:{ref}"
        ]
        for ref in facts
    }
    return {ref: fold(cases[ref], events[ref], below[ref]) for ref in facts}


def test_every_event_follows_the_definition_whatever_happens() -> None:
    """Masar's fold says so, skipped steps aside, which only its intake knows of."""
    off = [
        (ref, move.event.type, move.event.facts)
        for index in SAMPLE
        for ref, case in folded(index).items()
        for move in case.moves
        if move.is_off_path
    ]
    assert off == []


def test_agencies_work_on_weekdays_in_opening_hours_shorter_in_ramadan_and_never_on_a_holiday() -> None:
    hours, seen = calendar(), Counter[bool]()
    for report in (report for index in SAMPLE for report in family(index)):
        if kind(report) in BY_AGENCY:
            local = at(report).astimezone(ZONE)
            assert hours.is_working(local.date()), report.event
            opens, shuts = hours.hours(local.date())[0]
            assert opens <= at(report) <= shuts, report.event
            seen[is_ramadan(local.date())] += 1
    assert seen[True] > 20
    assert seen[False] > 1_000


def test_a_family_happens_in_order_and_before_the_anchor() -> None:
    for index in SAMPLE:
        times = [at(report) for report in family(index)]
        assert times == sorted(times)
        assert times[-1] <= ANCHOR
        own: dict[tuple[str, str], list[str]] = {}
        for report in family(index):
            own.setdefault((report.ref, report.agency), []).append(report.event["sequence"])
        assert all(numbers == [f"{n:012d}" for n in range(1, len(numbers) + 1)] for numbers in own.values())


def test_the_same_seed_and_anchor_give_the_same_events_and_no_two_have_one_name() -> None:
    again = History(book(), ANCHOR)
    for index in SAMPLE[:60]:
        assert again.family(index) == family(index)
    names = [(report.event["source"], report.event["id"]) for index in SAMPLE for report in family(index)]
    assert len(set(names)) == len(names)


def test_agencies_differ_and_one_is_very_slow() -> None:
    paces = sorted(temper.pace for temper in history().tempers.values())
    assert len(paces) == 24
    assert paces[0] <= 0.5
    assert paces[-1] == VERY_SLOW > 2 * paces[-2]
    assert tempers(book(), "a") == tempers(book(), "a") != tempers(book(), "b")


def stays() -> Iterator[tuple[str, float]]:
    """How long agencies took for a step promised in working days, as a share of the promise."""
    for index in SAMPLE:
        for case in folded(index).values():
            for span in case.spans:
                home = case.moves[0].event.facts["service"]
                step = book()[home].steps[span.step]
                is_plain = step.promise and step.promise.is_working and step.promise.days and not step.children
                if span.end and span.holder.agency and step.promise and is_plain:
                    worked = history().hours.between(span.start, span.end)
                    share = worked / (3600 * 6.5 * step.promise.days) / LOAD[span.start.month - 1]
                    yield span.holder.agency, share


def test_durations_lie_around_the_promise_as_each_agency_is() -> None:
    shares: dict[str, list[float]] = {}
    for agency, share in stays():
        shares.setdefault(agency, []).append(share)
    known = {agency: found for agency, found in shares.items() if len(found) >= 40}
    assert len(known) >= 12
    for agency, found in known.items():
        assert median(found) == pytest.approx(history().tempers[agency].pace, rel=0.35), agency
    everybody = [share for found in shares.values() for share in found]
    assert 0.6 < median(everybody) < 1.3
    spread = median([abs(log(share / median(found))) for found in known.values() for share in found])
    assert 0.25 < spread < 0.6  # the middle half of a log-normal with sigma 0.6 lies within 0.4


def test_every_condition_is_there() -> None:
    states = Counter(case.standing.state for index in SAMPLE for case in folded(index).values())
    whole = sum(states.values())
    assert set(states) >= {"submitted", "in-progress", "needs-you", "ready", "completed", "refused", "withdrawn"}
    assert 0.6 < states["completed"] / whole < 0.85
    assert 0.03 < states["refused"] / whole < 0.1
    kinds = Counter(kind(report) for index in SAMPLE for report in family(index))
    assert set(kinds) == {"opened", "step", "asked", "answered", "noted", "decided", "handed-over", "withdrawn"}
    appeals = [r for i in range(0, 14_000, 7) for r in history().family(i) if r.event["data"].get("appeal")]
    assert appeals


def test_families_wait_for_a_house_in_a_queue_that_does_not_move() -> None:
    houses = [history().asking(index) for index in range(0, 14_000, 11)]
    assert all(asking.service.id == HOUSE for asking in houses)
    assert len({asking.person for asking in houses}) == len(houses)
    ends = Counter(next(iter(folded(asking.index).values())).standing.step for asking in houses[:120])
    assert ends["queue"] > 60


def test_thousands_of_persons_ask_for_every_service_through_eighteen_months() -> None:
    askings = [history().asking(index) for index in range(history().families)]
    assert len({asking.person for asking in askings}) > 0.98 * PERSONS
    asked = {asking.service.id for asking in askings}
    assert asked == {service.id for service in book().values() if service.kind == "service"}
    assert min(asking.at for asking in askings) < ANCHOR - timedelta(days=500)
    assert max(asking.at for asking in askings) <= ANCHOR
    nights = [asking for asking in askings if asking.at.hour < 6]
    assert len(nights) < 0.02 * len(askings)


def test_hours_count_like_the_calendar_of_masar() -> None:
    hours = Hours(date(2026, 1, 1), date(2026, 12, 31))
    for month in range(1, 12):
        start = datetime(2026, month, 3, 11, 20, tzinfo=ZONE)
        end = start + timedelta(days=23, hours=5)
        assert hours.between(start, end) == calendar().open_seconds(start, end)
        later = hours.after(start, 40_000)
        assert hours.between(start, later) == 40_000
        assert hours.is_open(hours.open_from(datetime.combine(start.date(), time(22), ZONE), 0.5))
