"""Who has the ball, and what a promise has used: named days, a slow oracle, and splitting."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import masar.catalogue
from masar.cases.rules.clock import CITIZEN, Holder, Meter, Span, attribute, attribute_working, limit_ends_at
from masar.cases.tests import clock_oracle as oracle
from masar.catalogue.rules.calendar import Calendar, Override
from masar.catalogue.rules.definition import Duration, Limit, Promise

FOLDER = Path(masar.catalogue.__file__).parent / "kuwait/calendars"
KUWAIT = Calendar.from_document(yaml.safe_load((FOLDER / "kw-gov.yaml").read_text("utf-8")))
TWICE_HOURS = {"hours": {"default": {"open": ["08:00-13:30", "15:00-19:00"]}}}
NIGHT_HOURS = {
    "hours": {
        "default": {"open": ["16:00-24:00"], "days": {"thu": [], "sun": ["06:00-07:00", "09:00-24:00"]}},
        "ramadan": {"open": ["21:00-24:00"]},
    }
}
TWICE = KUWAIT.for_agency(TWICE_HOURS)
TRAFFIC, CIVIL = Holder("agency", "kw.moi.gdt"), Holder("agency", "kw.paci")


def kuwait(text: str) -> datetime:
    """An instant of 2026 written in Kuwait's time, as `01-04 09:00`."""
    return datetime.fromisoformat(f"2026-{text}+03:00")


def promised(text: str, clock: str = "working") -> Promise:
    return Promise(Duration.parse(text), clock)


def due(text: str, at: str, calendar: Calendar = KUWAIT) -> datetime:
    """When a promise made at `at` runs out if the agency keeps the request."""
    return Meter.begin(promised(text), kuwait(at), calendar).due(kuwait(at), calendar)


# Working days


def test_five_working_days_end_at_the_close_of_the_fifth_day_after_the_start():
    assert due("P5D", "01-04 09:00") == kuwait("01-11 14:30")


def test_a_start_on_the_weekend_belongs_to_sunday():
    assert due("P1D", "01-02 11:00") == due("P1D", "01-04 09:00") == kuwait("01-05 14:30")


def test_a_start_before_opening_belongs_to_the_same_day_and_after_close_to_the_next():
    assert due("P1D", "01-04 07:00") == kuwait("01-05 14:30")
    assert due("P1D", "01-04 14:29:59") == kuwait("01-05 14:30")
    assert due("P1D", "01-04 14:30") == kuwait("01-06 14:30"), "exactly at close"
    assert due("P1D", "01-04 18:00") == kuwait("01-06 14:30")


def test_a_ramadan_day_is_a_whole_working_day_that_closes_earlier():
    assert due("P1D", "02-18 09:00") == kuwait("02-19 14:00")
    assert due("PT6H", "02-17 13:00") == kuwait("02-19 10:30"), "1.5 h, then 4 h of Ramadan, then half an hour"


def test_eid_and_its_weekend_do_not_count():
    assert due("P2D", "03-18 11:00") == kuwait("03-23 14:30"), "Thursday, then Monday after Eid"


def test_an_override_that_closes_a_day_moves_the_promise_and_one_that_opens_brings_it_back():
    closed = KUWAIT.with_overrides([Override(date(2026, 1, 6), False, "1/2026")])
    opened = closed.with_overrides([Override(date(2026, 1, 10), True, "2/2026", ("08:00-12:00",))])
    assert due("P5D", "01-04 09:00", closed) == kuwait("01-12 14:30")
    assert due("P5D", "01-04 09:00", opened) == kuwait("01-11 14:30")
    assert due("P4D", "01-04 09:00", opened) == kuwait("01-10 12:00"), "the Saturday closes at its own hour"


def test_a_leap_day_counts():
    at = datetime.fromisoformat("2024-02-28T09:00+03:00")
    meter = Meter.begin(promised("P1D"), at, KUWAIT)
    assert meter.due(at, KUWAIT) == datetime.fromisoformat("2024-02-29T14:30+03:00")


def test_closes_while_the_citizen_holds_do_not_count():
    meter = Meter.begin(promised("P2D"), kuwait("01-04 09:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 09:00"), kuwait("01-05 10:00"), KUWAIT)
    assert meter.used(None, kuwait("01-08 10:00"), KUWAIT) == (0, 2)
    assert meter.due(kuwait("01-08 10:00"), KUWAIT) == kuwait("01-11 14:30")
    assert meter.used(kuwait("01-08 10:00"), kuwait("01-08 14:30"), KUWAIT) == (1, 2)


def test_a_day_given_back_after_noon_counts_because_the_agency_holds_at_its_close():
    meter = Meter.begin(promised("P2D"), kuwait("01-04 09:00"), KUWAIT)
    assert meter.used(kuwait("01-05 14:29"), kuwait("01-05 14:31"), KUWAIT) == (1, 2)


def test_a_close_at_the_seam_of_two_holds_counts_once():
    seam = kuwait("01-05 14:30")
    whole = Meter.begin(promised("P5D"), kuwait("01-04 09:00"), KUWAIT)
    split = whole.hold(kuwait("01-04 09:00"), seam, KUWAIT).hold(seam, kuwait("01-06 09:00"), KUWAIT)
    assert split == whole.hold(kuwait("01-04 09:00"), kuwait("01-06 09:00"), KUWAIT)
    assert split.spent == 1


def test_a_hand_over_between_two_closes_of_one_day_counts_the_day_once():
    meter = Meter.begin(promised("P3D"), kuwait("01-04 09:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 09:00"), kuwait("01-05 14:45"), KUWAIT)
    assert meter.spent == 1
    assert meter.used(kuwait("01-05 14:45"), kuwait("01-05 23:00"), TWICE) == (1, 3)
    assert meter.due(kuwait("01-05 14:45"), TWICE) == kuwait("01-07 19:00"), "on the hours of the agency that holds"


# Opening hours and the calendar clock


def test_six_hours_are_counted_inside_opening_hours_over_two_spans_a_day():
    assert due("PT6H", "01-04 12:30", TWICE) == kuwait("01-05 09:00"), "1 h, 4 h in the evening, 1 h"
    assert due("PT6H", "01-04 12:30") == kuwait("01-05 12:00")


def test_six_hours_stop_while_the_citizen_holds_and_go_on_at_another_agency():
    meter = Meter.begin(promised("PT6H"), kuwait("01-04 09:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 09:00"), kuwait("01-04 11:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 14:00"), kuwait("01-04 17:00"), TWICE)
    assert meter.spent == 4 * 3600
    assert meter.used(kuwait("01-04 18:00"), kuwait("01-04 18:30"), TWICE) == (4 * 3600 + 1800, 6 * 3600)
    assert meter.due(kuwait("01-04 18:00"), TWICE) == kuwait("01-05 09:00")


def test_a_promise_on_the_calendar_clock_runs_at_night_and_pauses_with_the_citizen():
    meter = Meter.begin(promised("P2D", "calendar"), kuwait("01-01 20:00"), KUWAIT)
    assert meter.due(kuwait("01-01 20:00"), KUWAIT) == kuwait("01-03 20:00")
    meter = meter.hold(kuwait("01-01 20:00"), kuwait("01-02 20:00"), KUWAIT)
    assert meter.due(kuwait("01-10 08:00"), KUWAIT) == kuwait("01-11 08:00")
    assert meter.used(None, kuwait("01-10 08:00"), KUWAIT) == (86_400, 172_800)


def test_the_citizens_limit_is_plain_time_or_working_time():
    at = kuwait("01-01 20:00")
    assert limit_ends_at(Limit(Duration.parse("P14D"), "refused"), at, KUWAIT) == kuwait("01-15 20:00")
    assert limit_ends_at(Limit(Duration.parse("P2D"), "refused", "working"), at, KUWAIT) == kuwait("01-06 14:30")
    assert limit_ends_at(Limit(Duration.parse("PT2H"), "refused", "working"), at, KUWAIT) == kuwait("01-04 10:00")


# Broken


def test_a_promise_breaks_at_its_due_instant_inside_a_hold_that_is_over():
    meter = Meter.begin(promised("P1D"), kuwait("01-04 09:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 09:00"), kuwait("01-06 14:30"), KUWAIT)
    assert meter.is_broken_at == kuwait("01-05 14:30")
    assert meter.spent == 2
    later = meter.hold(kuwait("01-12 09:00"), kuwait("01-13 09:00"), KUWAIT)
    assert later.is_broken_at == meter.is_broken_at
    assert later.due(kuwait("01-20 09:00"), KUWAIT) == meter.is_broken_at


def test_the_very_instant_it_is_due_still_keeps_it():
    for text, at, end in (("P1D", "01-04 09:00", "01-05 14:30"), ("PT6H", "01-04 08:00", "01-04 14:00")):
        kept = Meter.begin(promised(text), kuwait(at), KUWAIT).hold(kuwait(at), kuwait(end), KUWAIT)
        assert kept.spent == kept.allowed
        assert kept.is_broken_at is None
        late = kept.hold(kuwait(end), kuwait(end) + timedelta(seconds=1), KUWAIT)
        assert late.is_broken_at == kuwait(end)


def test_when_nothing_is_left_the_next_hold_breaks_it_from_its_first_second():
    meter = Meter.begin(promised("PT1H"), kuwait("01-04 08:00"), KUWAIT)
    meter = meter.hold(kuwait("01-04 08:00"), kuwait("01-04 09:00"), KUWAIT)
    assert meter.due(kuwait("01-06 22:00"), KUWAIT) == kuwait("01-06 22:00")
    assert meter.hold(kuwait("01-06 22:00"), kuwait("01-06 23:00"), KUWAIT).is_broken_at == kuwait("01-06 22:00")


def test_a_meter_survives_json():
    for text, clock in (("P1D", "working"), ("PT6H", "working"), ("P2D", "calendar")):
        meter = Meter.begin(promised(text, clock), kuwait("01-04 09:00:00.250000"), KUWAIT)
        for state in (meter, meter.hold(kuwait("01-04 09:00"), kuwait("01-20 09:00"), KUWAIT)):
            assert Meter.from_dict(msgspec.json.decode(msgspec.json.encode(state.to_dict()))) == state


# Attribution


def test_each_second_belongs_to_one_holder():
    spans = [
        Span(kuwait("01-04 09:00"), kuwait("01-04 12:00"), TRAFFIC, "received"),
        Span(kuwait("01-04 12:00"), kuwait("01-06 12:00"), CITIZEN, "needs-document"),
        Span(kuwait("01-06 12:00"), kuwait("01-06 12:00"), TRAFFIC, "received"),
        Span(kuwait("01-06 12:00"), kuwait("01-06 18:00"), CIVIL, "address-check"),
        Span(kuwait("01-06 18:00"), None, TRAFFIC, "check"),
    ]
    now = kuwait("01-07 09:00")
    assert attribute(spans, now) == {TRAFFIC: 18 * 3600, CITIZEN: 48 * 3600, CIVIL: 6 * 3600}
    working = attribute_working(spans, now, lambda holder: TWICE if holder == CIVIL else KUWAIT)
    assert working == {TRAFFIC: 4 * 3600, CITIZEN: 13 * 3600, CIVIL: 4 * 3600 + 1800}


def test_a_request_that_is_over_and_reopened_has_no_life_in_between():
    spans = [
        Span(kuwait("02-01 09:00"), None, TRAFFIC, "review"),
        Span(kuwait("01-04 09:00"), kuwait("01-04 10:00"), TRAFFIC, "received"),
    ]
    assert attribute(spans, kuwait("02-01 11:00")) == {TRAFFIC: 3 * 3600}


def test_time_that_has_not_come_belongs_to_nobody():
    ahead = [Span(kuwait("01-04 09:00"), kuwait("01-04 11:00"), TRAFFIC, "received")]
    ahead.append(Span(kuwait("01-04 11:00"), None, CITIZEN, "needs-document"))
    assert attribute(ahead, kuwait("01-04 10:00")) == {TRAFFIC: 3600}


def test_two_steps_at_the_same_time_are_refused():
    spans = [
        Span(kuwait("01-04 09:00"), None, TRAFFIC, "received"),
        Span(kuwait("01-04 10:00"), None, CITIZEN, "needs-document"),
    ]
    with pytest.raises(ValueError, match="one step at a time"):
        attribute(spans, kuwait("01-04 11:00"))


instants = st.datetimes(datetime(2000, 1, 3), datetime(2040, 12, 28), timezones=st.just(UTC))
holders = st.sampled_from([CITIZEN, TRAFFIC, CIVIL])


@settings(max_examples=300, deadline=None)
@given(st.lists(instants, min_size=2, max_size=8), st.lists(holders, min_size=7, max_size=7), st.booleans())
def test_the_shares_add_up_to_the_whole_life(edges, who, is_open):
    edges.sort()
    spans = [Span(a, b, holder, "x") for (a, b), holder in zip(pairwise(edges), who, strict=False)]
    if is_open:
        spans[-1] = Span(spans[-1].start, None, spans[-1].holder, "x")
    life = int(edges[-1].timestamp()) - int(edges[0].timestamp())
    assert sum(attribute(spans, edges[-1]).values()) == life
    assert attribute_working(spans, edges[-1], lambda _: KUWAIT).keys() == attribute(spans, edges[-1]).keys()


promises = st.one_of(
    st.integers(1, 30).map(lambda n: Promise(Duration(days=n))),
    st.integers(1, 400_000).map(lambda n: Promise(Duration(seconds=n))),
    st.integers(1, 2_000_000).map(lambda n: Promise(Duration(seconds=n), "calendar")),
)


@settings(max_examples=300, deadline=None)
@given(promises, instants, st.lists(st.integers(0, 20 * 86_400_000_000), min_size=2, max_size=6), st.booleans())
def test_a_hold_in_pieces_is_the_hold_in_one_piece(promise, begin, micros, twice):
    calendar = TWICE if twice else KUWAIT
    edges = [begin + timedelta(microseconds=n) for n in sorted(micros)]
    meter = Meter.begin(promise, begin, KUWAIT)
    pieces = meter
    for start, end in pairwise(edges):
        pieces = pieces.hold(start, end, calendar)
    assert pieces == meter.hold(edges[0], edges[-1], calendar)
    assert pieces.used(None, edges[-1], calendar) == meter.used(edges[0], edges[-1], calendar)
    ends = meter.due(edges[0], calendar)
    assert meter.hold(edges[0], ends, calendar).is_broken_at is None
    assert meter.hold(edges[0], ends + timedelta(seconds=1), calendar).is_broken_at == ends


# The oracle

AGENCIES = ("common", "twice", "night")
Case = tuple[str, int, int, list[tuple[int, str]]]  # unit, allowed, begin, spans of (minutes, holder)


@cache
def places() -> dict[str, oracle.Place]:
    tables = {"common": oracle.COMMON, "twice": oracle.TWICE, "night": oracle.NIGHT}
    return {name: oracle.Place(hours) for name, hours in tables.items()}


@cache
def calendars() -> dict[str, Calendar]:
    decided = [
        Override(on, working, "7/2026", tuple(f"{a:02}:00-{b:02}:00" for a, b in hours))
        for on, (working, hours) in oracle.decided_days().items()
    ]
    base = KUWAIT.with_overrides(decided)
    return {"common": base, "twice": base.for_agency(TWICE_HOURS), "night": base.for_agency(NIGHT_HOURS)}


def at(minute: int) -> datetime:
    return oracle.ORIGIN + timedelta(minutes=minute)


def promise_of(unit: str, allowed: int) -> Promise:
    within = Duration(days=allowed) if unit == "days" else Duration(seconds=allowed * 60)
    return Promise(within, "calendar" if unit == "elapsed" else "working")


def holder_of(name: str) -> Holder:
    return CITIZEN if name == "citizen" else Holder("agency", name)


def compare(case: Case) -> None:
    """Hold the clock against the walk."""
    unit, allowed, begin, spans = case
    minutes = 1 if unit == "days" else 60
    expected = oracle.answer(unit, allowed, begin, spans, places())
    own, now = list(story(begin, spans)), at(begin + sum(length for length, _ in spans))
    assert attribute(own, now) == _seconds(expected.life)
    assert attribute_working(own, now, calendar_of) == _seconds({**dict.fromkeys(expected.life, 0), **expected.working})
    meter = Meter.begin(promise_of(unit, allowed), at(begin), calendar_of(own[0].holder))
    for span in own[:-1]:
        if span.holder != CITIZEN:
            assert span.end is not None
            meter = Meter.from_dict(meter.hold(span.start, span.end, calendar_of(span.holder)).to_dict())
    last = own[-1]
    since = None if last.holder == CITIZEN else last.start
    calendar = calendar_of(last.holder)
    assert meter.used(since, now, calendar) == (expected.used * minutes, allowed * minutes), case
    final = meter if since is None else meter.hold(since, now, calendar)
    assert final.is_broken_at == (None if expected.broken is None else at(expected.broken)), case
    assert meter.due(since or now, calendar) == at(expected.due), case


def story(begin: int, spans: Sequence[tuple[int, str]]) -> Iterator[Span]:
    start = begin
    for number, (length, name) in enumerate(spans, 1):
        end = at(start + length) if number < len(spans) else None
        yield Span(at(start), end, holder_of(name), "step")
        start += length


def calendar_of(holder: Holder) -> Calendar:
    return calendars()[holder.agency or "common"]


def _seconds(shares: dict[str, int]) -> dict[Holder, int]:
    return {holder_of(name): minutes * 60 for name, minutes in shares.items()}


def random_case(random: Random) -> Case:
    """Begins and seams like to fall on a close of business, or a minute beside it."""
    unit = random.choice(["days", "days", "open", "elapsed"])
    allowed = random.randint(1, 6) if unit == "days" else random.randint(1, 1800)
    begin = minute = _edge(random, random.randrange(20, oracle.DAYS - 120) * 1440 + random.randrange(1440))
    spans = []
    for _ in range(random.randint(1, 5)):
        end = minute + random.choice([1, 30, 400, 1440, 3000, 5000]) * random.randint(1, 10) // 7
        end = max(minute + 1, _edge(random, end))
        spans.append((end - minute, random.choice(["citizen", *AGENCIES, "common"])))
        minute = end
    return unit, allowed, begin, spans


def _edge(random: Random, minute: int) -> int:
    if random.random() < 0.5:
        return minute
    place = places()[random.choice(AGENCIES)]
    return place.close[place.start_day(minute)] + random.choice([-1, 0, 0, 1])


lengths = st.integers(1, 6000)
cases = st.tuples(
    st.sampled_from(["days", "open", "elapsed"]),
    st.integers(1, 7),
    st.integers(30_000, (oracle.DAYS - 120) * 1440),
    st.lists(st.tuples(lengths, st.sampled_from(["citizen", *AGENCIES])), min_size=1, max_size=4),
)


@settings(max_examples=60, deadline=None)
@given(cases)
def test_the_clock_agrees_with_a_walk_minute_by_minute(case):
    unit, allowed, begin, spans = case
    compare((unit, allowed if unit == "days" else allowed * 200, begin, spans))


def test_the_clock_agrees_with_the_walk_on_many_random_requests():
    random = Random(2026)
    for _ in range(1500):
        compare(random_case(random))


@pytest.mark.soak
def test_the_clock_agrees_with_the_walk_on_a_hundred_thousand_requests():
    random = Random(100_000)
    for _ in range(100_000):
        compare(random_case(random))
