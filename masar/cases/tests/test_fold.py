"""The fold: whatever order events arrive in, one standing; and every second has one holder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from masar.cases.rules.clock import CITIZEN, Holder, attribute
from masar.cases.rules.events import SELF, Event
from masar.cases.rules.fold import NotOpened, child_of, fold, follow
from masar.cases.rules.order import in_order, voided
from masar.cases.rules.standing import Standing
from masar.cases.tests.made import BEGIN, case, events

LICENCE, PERMIT = "kw.moi.gdt.renew-driving-licence", "kw.km.building-permit"
FIRE, WATER = "kw.kff.fire-safety-check", "kw.mew.electricity-check"
SERVICES = (LICENCE, PERMIT, FIRE, "kw.paci.civil-id-card")
seeds = some.integers(0, 2**32)


def made(service: str, seed: int, most: int = 14) -> tuple[Random, list[Event]]:
    random = Random(seed)
    return random, events(random, case(service).definition, random.randint(0, most))


@settings(max_examples=400, deadline=None)
@given(some.sampled_from(SERVICES), seeds)
def test_any_permutation_folds_to_the_same(service: str, seed: int) -> None:
    random, history = made(service, seed)
    expected = fold(case(service), history)
    for _ in range(3):
        random.shuffle(history)
        assert fold(case(service), history) == expected


@settings(max_examples=600, deadline=None)
@given(some.sampled_from(SERVICES), seeds)
def test_following_step_by_step_gives_what_folding_all_gives(service: str, seed: int) -> None:
    random, history = made(service, seed)
    rest = history[1:]
    random.shuffle(rest)
    if random.random() < 0.5:  # mostly in order, as in life
        rest = [event for _, event in in_order(rest)]
    known = history[:1]
    standing = fold(case(service), known).standing
    for event in rest:
        known.append(event)
        stored = msgspec.json.decode(msgspec.json.encode(standing), type=Standing)
        before = msgspec.json.encode(stored)
        move = follow(case(service), stored, event)
        whole = fold(case(service), known)
        if move is None:
            assert msgspec.json.encode(stored) == before, "it says that it cannot go on, and changed something"
        else:
            assert stored == whole.standing
            assert move == whole.moves[-1]
        standing = whole.standing


@settings(max_examples=300, deadline=None)
@given(some.sampled_from(SERVICES), seeds)
def test_every_second_of_an_open_request_has_exactly_one_holder(service: str, seed: int) -> None:
    _, history = made(service, seed)
    folded = fold(case(service), history)
    standing, spans = folded.standing, folded.spans
    now = max(event.at for event in history) + timedelta(days=3)
    closed = 0.0
    for (at, holder, _), later in zip(folded.turns, [*folded.turns[1:], (now, None, "")], strict=True):
        closed += (later[0] - at).total_seconds() if holder is None else 0
    for one, other in pairwise(spans):
        assert one.start < one.end
        assert one.end == other.start or any(at == one.end and holder is None for at, holder, _ in folded.turns)
    life = (now - standing.opened_at).total_seconds() - closed
    assert sum(attribute(spans, now).values()) == life
    assert (standing.closed_at is None) == (standing.holder is not None) == (bool(spans) and spans[-1].end is None)


@settings(max_examples=200, deadline=None)
@given(seeds)
def test_a_family_folds_to_the_same_whatever_order_its_members_come_in(seed: int) -> None:
    random, history = made(PERMIT, seed, 8)
    history.append(Event("urn:masar:kw.km:a", "checks", "step", BEGIN + timedelta(hours=3), None, {"step": "checks"}))
    below = []
    for number, service in enumerate([FIRE, WATER, random.choice([FIRE, WATER])]):
        _, own = made(service, random.randrange(2**32), 6)
        below.append((number, service, [replace(own[0], id=f"{service}-{number}"), *own[1:]]))
    appeal = [
        Event(SELF, "appeal", "opened", at(500), None, {}),
        Event("urn:masar:kw.km:a", "yes", "decided", at(700), None, {"outcome": "accepted"}),
    ]
    standings = []
    for shift in range(3):
        random.shuffle(below)
        children = [
            child_of(case(service), (number + shift) % 3, random.sample(own, len(own)), is_appeal=False)
            for number, service, own in below
        ]
        children.append(child_of(case("kw.km.appeal"), 9, appeal, is_appeal=True))
        random.shuffle(children)
        folded = fold(case(PERMIT), history, children)
        standings.append((replaced(folded.standing), folded.spans))
    assert standings[0] == standings[1] == standings[2]


def replaced(standing: Standing) -> Standing:
    """The standing without the ids of rows, which depend on arrival."""
    return msgspec.structs.replace(standing, settled=[len(standing.settled)])


# Examples


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def event(
    type_: str, hours: float, *, source: str = "urn:masar:kw.moi.gdt:a", sequence: str = "", id_: str = "", **facts: str
) -> Event:
    return Event(source, id_ or f"{type_}-{hours}-{sequence}", type_, at(hours), sequence or None, facts)


OPENED = event("opened", 0, id_="opening")


def test_without_an_opening_there_is_nothing_to_fold() -> None:
    with pytest.raises(NotOpened):
        fold(case(LICENCE), [event("step", 1, step="fee")])


def test_a_source_that_once_left_a_number_out_is_in_order_of_time() -> None:
    """The tail must not go by the number of the last event alone."""
    history = [event("opened", 0, sequence="1"), event("step", 10, sequence="5", step="review"), event("noted", 1)]
    standing = fold(case(LICENCE), history).standing
    late = event("step", 5, sequence="6", step="fee")
    assert follow(case(LICENCE), standing, late) is None
    assert fold(case(LICENCE), [*history, late]).standing.step == "review"


def test_a_correction_of_a_correction_restores_whichever_comes_first_in_order() -> None:
    wrong = event("step", 1, id_="m", step="printing")
    for first, second in (("a", "z"), ("z", "a")):  # the same instant: only the ids decide the order
        history = [
            OPENED, wrong, event("corrected", 2, id_=first, event="m"), event("corrected", 2, id_=second, event=first)
        ]  # fmt: skip
        assert fold(case(LICENCE), history).standing.step == "printing"


def test_of_corrections_that_name_each_other_the_last_stands() -> None:
    ring = [event("corrected", 2, id_="a", event="b"), event("corrected", 3, id_="b", event="a")]
    assert voided([OPENED, *ring]) == {("urn:masar:kw.moi.gdt:a", "a")}
    long = [event("corrected", 2 + n, id_=f"{n}", event=f"{n + 1}") for n in range(5000)]
    assert len(voided([OPENED, *long])) == 2500


def test_the_opening_cannot_be_voided_and_no_event_voids_itself() -> None:
    history = [OPENED, event("corrected", 1, event="opening"), event("corrected", 2, id_="me", event="me")]
    folded = fold(case(LICENCE), history)
    assert folded.standing.step == "received"
    assert not folded.standing.voids


def test_a_question_inside_a_citizens_step_leaves_its_limit_running() -> None:
    history = [OPENED, event("step", 1, step="fee")]
    limit = fold(case(LICENCE), history).standing.limit_at
    history += [event("asked", 2), event("answered", 3)]
    assert limit is not None
    assert fold(case(LICENCE), history).standing.limit_at == limit


def test_what_arrives_late_lifts_the_limit_by_which_a_request_was_ended() -> None:
    ended = [OPENED, event("step", 1, step="fee"), event("decided", 73, source=SELF, outcome="expired")]
    assert fold(case(LICENCE), ended).standing.state == "expired"
    paid = event("step", 70, step="review")
    folded = fold(case(LICENCE), [*ended, paid])
    assert (folded.standing.step, folded.standing.closed_at) == ("review", None)


def test_a_withdrawal_of_what_had_ended_before_ends_nothing() -> None:
    history = [OPENED, event("withdrawn", 5, source=SELF), event("decided", 4, outcome="done")]
    assert fold(case(LICENCE), history).standing.outcome == "done"


def test_a_check_that_is_reopened_does_not_undo_what_was_drawn_from_it() -> None:
    """The parent must see how each closing ended, not only the last."""
    parent = [
        Event("urn:masar:kw.km:a", "opening", "opened", at(0), None, {}),
        Event("urn:masar:kw.km:a", "checks", "step", at(1), None, {"step": "checks"}),
    ]
    agencies = {FIRE: "kw.kff", WATER: "kw.mew"}
    below = []
    for number, (service, agency) in enumerate(agencies.items()):
        own = [
            Event(f"urn:masar:{agency}:x", f"o{number}", "opened", at(2), None, {}),
            Event(f"urn:masar:{agency}:x", f"d{number}", "decided", at(10 + number), None, {"outcome": "approved"}),
        ]
        if service == FIRE:
            step = next(iter(case(service).definition.steps))
            own.append(Event(f"urn:masar:{agency}:x", "again", "reopened", at(20), None, {"step": step}))
        below.append(child_of(case(service), number, own, is_appeal=False))
    folded = fold(case(PERMIT), parent, below)
    assert folded.standing.step == "fee"
    assert [span.holder for span in folded.spans] == [
        Holder("agency", "kw.km"), Holder("agency", "kw.km"), Holder("agency", "kw.kff"), Holder("agency", "kw.mew"),
        CITIZEN,
    ]  # fmt: skip


def test_of_two_checks_opened_at_one_instant_the_first_declared_holds() -> None:
    parent = [
        Event("urn:masar:kw.km:a", "opening", "opened", at(0), None, {}),
        Event("urn:masar:kw.km:a", "checks", "step", at(1), None, {"step": "checks"}),
    ]
    for fire, water in ((1, 2), (2, 1)):
        below = [
            child_of(case(WATER), water, [Event("urn:masar:kw.km:a", "a", "opened", at(2), None, {})], is_appeal=False),
            child_of(case(FIRE), fire, [Event("urn:masar:kw.km:a", "b", "opened", at(2), None, {})], is_appeal=False),
        ]
        assert fold(case(PERMIT), parent, below).standing.holder == Holder("agency", "kw.kff")


def test_an_appeal_that_succeeds_reopens_and_the_time_between_is_nobodys() -> None:
    parent = [
        Event("urn:masar:kw.km:a", "opening", "opened", at(0), None, {}),
        Event("urn:masar:kw.km:a", "no", "decided", at(10), None, {"outcome": "refused", "reason": "land-use"}),
    ]
    appeal = [
        Event(SELF, "appeal", "opened", at(20), None, {}),
        Event("urn:masar:kw.km:a", "yes", "decided", at(30), None, {"outcome": "accepted"}),
    ]
    folded = fold(case(PERMIT), parent, [child_of(case("kw.km.appeal"), 1, appeal, is_appeal=True)])
    assert folded.standing.step == "technical-review"
    assert sum(attribute(folded.spans, at(40)).values()) == 20 * 3600


def test_effective_time_never_runs_back_within_a_source() -> None:
    ahead = [
        event("opened", 0, sequence="1"),
        event("step", 9, sequence="2", step="fee"),
        event("step", 4, sequence="3", step="review"),
    ]
    assert [(t, e.sequence) for t, e in in_order(reversed(ahead))] == [(at(0), "1"), (at(9), "2"), (at(9), "3")]
    assert fold(case(LICENCE), ahead).standing.since == at(9).astimezone(UTC)
