"""What each type of event means: where the request stands after it, who holds it, and whether it left the path."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from masar.cases.rules.clock import CITIZEN, Holder
from masar.cases.rules.events import SELF, Event
from masar.cases.rules.family import ChildTurn, onward, verdict
from masar.cases.rules.fold import fold, follow
from masar.cases.rules.path import coming, count_of, skipped
from masar.cases.rules.standing import Case, Child, Folded, question_token, withdrawal_of
from masar.cases.tests.made import BEGIN, calendar_of, case
from masar.catalogue.rules.definition import parse

LICENCE, PERMIT = "kw.moi.gdt.renew-driving-licence", "kw.km.building-permit"
FIRE, WATER = "kw.kff.fire-safety-check", "kw.mew.electricity-check"
GDT, KM, MOJ, MOH = (Holder("agency", name) for name in ("kw.moi.gdt", "kw.km", "kw.moj", "kw.moh"))


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def folded(service: str, *events: tuple[Any, ...], agency: str = "") -> Folded:
    """Fold an opening and events (type, facts), an hour apart; "self:type" is Masar's own."""
    source = f"urn:masar:{agency or case(service).home}:x"
    made = [Event(source, "0", "opened", at(0), None, {})]
    for n, (type_, *facts) in enumerate(events, 1):
        own, _, short = type_.rpartition(":")
        made.append(Event(SELF if own else source, f"{n}", short, at(n), None, facts[0] if facts else {}))
    return fold(case(service), made)


STEP, REFUSED = "step", {"outcome": "refused", "reason": "medical"}


@pytest.mark.parametrize(
    ("service", "events", "place", "state", "holder", "off"),
    [
        (LICENCE, [], "received", "submitted", GDT, ""),
        (LICENCE, [(STEP, {"step": "fee"})], "fee", "needs-you", CITIZEN, "-"),
        (LICENCE, [(STEP, {"step": "printing"})], "printing", "in-progress", GDT, "!"),
        (LICENCE, [(STEP, {"step": "received"})], "received", "submitted", GDT, "-"),
        (LICENCE, [(STEP, {"step": "review"}), ("noted",)], "review", "in-progress", GDT, "--"),
        # questions
        (LICENCE, [(STEP, {"step": "review"}), ("asked",)], "review", "needs-you", CITIZEN, "--"),
        (LICENCE, [(STEP, {"step": "review"}), ("asked",), ("answered",)], "review", "in-progress", GDT, "---"),
        (LICENCE, [("asked",), (STEP, {"step": "received"})], "received", "submitted", GDT, "--"),
        (LICENCE, [(STEP, {"step": "review"}), ("asked", {"step": "more-information"})],
         "more-information", "needs-you", CITIZEN, "--"),
        (LICENCE, [(STEP, {"step": "review"}), ("asked", {"step": "more-information"}), ("answered",)],
         "review", "in-progress", GDT, "---"),
        (LICENCE, [(STEP, {"step": "review"}), ("asked", {"step": "more-information"}), ("asked",), ("answered",)],
         "review", "in-progress", GDT, "----"),
        (LICENCE, [("asked", {"step": "more-information"})], "more-information", "needs-you", CITIZEN, "!"),
        (LICENCE, [("asked",), ("answered", {"step": "review"})], "review", "in-progress", GDT, "--"),
        (LICENCE, [("asked",), ("answered", {"step": "printing"})], "printing", "in-progress", GDT, "-!"),
        (LICENCE, [("answered",)], "received", "submitted", GDT, "!"),
        (LICENCE, [(STEP, {"step": "fee"}), ("answered",)], "review", "in-progress", GDT, "--"),
        # ends
        (LICENCE, [(STEP, {"step": "review"}), ("decided", REFUSED)], "refused", "refused", None, "--"),
        (LICENCE, [("decided", {"outcome": "done"})], "done", "completed", None, "!"),
        (LICENCE, [("withdrawn",)], "withdrawn", "withdrawn", None, "-"),
        (LICENCE, [(STEP, {"step": "review"}), ("withdrawn",)], "withdrawn", "withdrawn", None, "-!"),
        (LICENCE, [("withdrawn",), ("decided", REFUSED)], "refused", "refused", None, "-!"),
        (LICENCE, [("withdrawn",), ("self:withdrawn",)], "withdrawn", "withdrawn", None, "-!"),
        (LICENCE, [("withdrawn",), ("noted",)], "withdrawn", "withdrawn", None, "--"),
        (LICENCE, [("withdrawn",), ("answered",)], "withdrawn", "withdrawn", None, "-!"),
        (LICENCE, [("withdrawn",), (STEP, {"step": "received"})], "received", "submitted", GDT, "-!"),
        (LICENCE, [("withdrawn",), ("asked",)], "received", "needs-you", CITIZEN, "-!"),
        (LICENCE, [("withdrawn",), ("reopened", {"step": "review"})], "review", "in-progress", GDT, "--"),
        (LICENCE, [("reopened", {"step": "review"})], "review", "in-progress", GDT, "!"),
        # hand-overs
        (LICENCE, [("handed-over", {"to": "kw.moh"})], "received", "submitted", MOH, "-"),
        (LICENCE, [("handed-over", {"to": "kw.moi.gdt"})], "received", "submitted", GDT, "-"),
        (LICENCE, [("handed-over", {"to": "kw.moh", "step": "review"})], "review", "in-progress", MOH, "-"),
        (LICENCE, [("handed-over", {"to": "kw.moh", "step": "printing"})], "printing", "in-progress", MOH, "!"),
        (LICENCE, [("handed-over", {"to": "kw.moh", "step": "fee"})], "fee", "needs-you", CITIZEN, "-"),
        (LICENCE, [("handed-over", {"to": "kw.moh"}), ("handed-over", {"to": "kw.moi.gdt"})],
         "received", "submitted", GDT, "--"),
        (LICENCE, [("handed-over", {"to": "kw.moh"}), (STEP, {"step": "review"})], "review", "in-progress", MOH, "--"),
        (LICENCE, [("handed-over", {"to": "kw.moh", "returns_to": "review"}), (STEP, {"step": "review"})],
         "review", "in-progress", GDT, "--"),
        (LICENCE, [("asked",), ("handed-over", {"to": "kw.moh"})], "received", "submitted", MOH, "--"),
        (LICENCE, [("withdrawn",), ("handed-over", {"to": "kw.moh"})], "received", "submitted", MOH, "-!"),
        (LICENCE, [("handed-over", {"to": "kw.moh"}), ("withdrawn",), ("reopened", {"step": "review"})],
         "review", "in-progress", GDT, "---"),
        (PERMIT, [(STEP, {"step": "ownership"})], "ownership", "in-progress", MOJ, "-"),
        (PERMIT, [(STEP, {"step": "ownership"}), ("handed-over", {"to": "kw.moh"})],
         "ownership", "in-progress", MOH, "--"),
        (PERMIT, [(STEP, {"step": "ownership"}), ("handed-over", {"to": "kw.moh"}),
                  (STEP, {"step": "technical-review"})], "technical-review", "in-progress", KM, "---"),
        (PERMIT, [("handed-over", {"to": "kw.moh"}), (STEP, {"step": "ownership"})],
         "ownership", "in-progress", MOJ, "--"),
        (PERMIT, [(STEP, {"step": "ownership"}), ("asked",), ("answered",)], "ownership", "in-progress", MOJ, "---"),
        # corrections
        (LICENCE, [(STEP, {"step": "fee"}), ("corrected", {"event": "1"})], "received", "submitted", GDT, "v-"),
        (LICENCE, [("corrected", {"event": "2"}), (STEP, {"step": "fee"})], "received", "submitted", GDT, "-v"),
        (LICENCE, [(STEP, {"step": "fee"}), ("corrected", {"event": "1"}), ("corrected", {"event": "2"})],
         "fee", "needs-you", CITIZEN, "-v-"),
    ],
)  # fmt: skip
def test_where_a_request_stands(
    service: str, events: list[Any], place: str, state: str, holder: Holder | None, off: str
) -> None:
    found = folded(service, *events)
    standing = found.standing
    assert (standing.outcome or standing.step, standing.state, standing.holder) == (place, state, holder)
    assert (standing.closed_at is None) == (holder is not None)
    flags = ["v" if move.is_voided else "!" if move.is_off_path else "-" for move in found.moves[1:]]
    assert "".join(flags) == off
    assert standing.off_path == off.count("!")
    assert standing.last_type == next(move.event.type for move in reversed(found.moves) if not move.is_voided)


def test_a_move_says_the_place_only_where_it_moved() -> None:
    events = [(STEP, {"step": "fee"}), ("noted",), (STEP, {"step": "fee"}), ("decided", {"outcome": "expired"})]
    assert [move.place for move in folded(LICENCE, *events).moves] == ["received", "fee", None, None, "expired"]


def test_the_opening_may_name_the_step_in_which_it_begins() -> None:
    opened = Event("urn:masar:kw.moi.gdt:x", "0", "opened", at(0), None, {"step": "review"})
    second = Event("urn:masar:kw.moi.gdt:x", "1", "opened", at(1), None, {"step": "fee"})
    found = fold(case(LICENCE), [opened, second])
    assert (found.standing.step, found.standing.stop) == ("review", 3)
    assert [move.is_off_path for move in found.moves] == [False, True]


def test_a_limit_runs_from_the_step_or_to_the_date_that_the_agency_gave() -> None:
    due = at(50).isoformat()
    assert folded(LICENCE, (STEP, {"step": "fee"})).standing.limit_at == at(1 + 72)
    assert folded(LICENCE, (STEP, {"step": "fee", "due": due})).standing.limit_at == at(50)
    assert folded(LICENCE, ("asked", {"due": due})).standing.limit_at == at(50)
    assert folded(LICENCE, ("asked", {"due": due}), ("answered",)).standing.limit_at is None
    assert folded(LICENCE, (STEP, {"step": "review", "due": due})).standing.limit_at is None
    assert folded(LICENCE, (STEP, {"step": "fee"}), (STEP, {"step": "review"})).standing.limit_at is None
    assert folded(LICENCE, (STEP, {"step": "fee"}), ("decided", {"outcome": "expired"})).standing.limit_at is None


def test_the_kind_of_question_is_what_was_said_or_what_the_step_asks() -> None:
    def kind(*events: Any) -> str:
        asked = folded(LICENCE, *events).standing.asked
        assert asked is not None
        return asked.kind

    assert kind(("asked",)) == "answer"
    assert kind(("asked", {"kind": "document"})) == "document"
    assert kind((STEP, {"step": "fee"}), ("asked",)) == "payment"
    assert kind((STEP, {"step": "fee"}), ("asked", {"kind": "answer"})) == "answer"


def test_a_question_is_named_so_that_an_answer_to_another_is_not_taken_for_it() -> None:
    fee = (STEP, {"step": "fee"})
    histories: list[list[Any]] = [[("asked",)], [("noted",), ("asked",)], [fee], [("noted",), fee]]
    tokens = {question_token(folded(LICENCE, *events).standing) for events in histories}
    assert len(tokens) == 4


def test_the_reason_stands_while_the_outcome_does() -> None:
    ended = [(STEP, {"step": "review"}), ("decided", REFUSED)]
    assert folded(LICENCE, *ended).standing.reason == "medical"
    assert folded(LICENCE, *ended, ("reopened", {"step": "review"})).standing.reason is None
    assert folded(LICENCE, *ended, ("decided", {"outcome": "done"})).standing.reason is None


def test_the_place_on_the_path_grows_and_a_detour_leaves_it() -> None:
    steps = [(STEP, {"step": "fee"}), (STEP, {"step": "review"}), ("asked", {"step": "more-information"})]
    stops = [folded(LICENCE, *steps[:n]).standing.stop for n in range(4)]
    assert stops == [1, 2, 3, 3]
    assert folded(LICENCE, ("decided", {"outcome": "done"})).standing.stop == 6
    assert folded(LICENCE, ("decided", REFUSED)).standing.stop == 1


def test_promises_count_the_agencies_time_and_not_the_citizens() -> None:
    """Opened at nine in Ramadan (10 to 14): the review is promised in six working hours, the service in five days."""
    review = folded(LICENCE, (STEP, {"step": "review"}), ("asked",), ("noted",), ("answered",)).standing
    assert review.step_promise is not None
    assert review.step_promise.spent == 3600  # from ten to eleven; the question was asked at eleven
    late = [Event("urn:masar:kw.moi.gdt:x", "9", "noted", at(24 * 9), None, {})]
    opened = Event("urn:masar:kw.moi.gdt:x", "0", "opened", at(0), None, {})
    fee = Event("urn:masar:kw.moi.gdt:x", "1", "step", at(24 * 3), None, {"step": "fee"})
    standing = fold(case(LICENCE), [opened, fee, *late]).standing
    assert standing.promise is not None
    assert standing.promise.spent == 2  # Sunday counts from Monday on: Monday and Tuesday
    assert standing.step_promise is None
    assert folded(LICENCE, ("withdrawn",)).standing.step_promise is None


def test_what_comes_last_is_followed_and_anything_else_is_not() -> None:
    """One more event of a long request must not read them all."""
    source = "urn:masar:kw.moi.gdt:x"
    standing = fold(case(LICENCE), [Event(source, "0", "opened", at(0), "1", {})]).standing
    for n, (other, sequence, hours, goes_on) in enumerate([
        (source, "2", 1, True), (source, "9", 1, True), (source, "3", 5, False), (source, "9", 5, True),
        (source, None, 9, False), ("urn:masar:kw.moh:x", None, 9, True), ("urn:masar:kw.moh:x", None, 9, True),
        ("urn:masar:kw.moh:x", None, 8, False), ("urn:masar:kw.aaa:x", None, 9, False), (SELF, None, 9, True),
        ("urn:masar:kw.moi.gdt:y", None, 9, False), ("urn:masar:kw.moi.gdt:y", None, 10, True),
        (source, "10", 3, False),
    ]):  # fmt: skip
        move = follow(case(LICENCE), standing, Event(other, f"{n:03d}", "noted", at(hours), sequence, {}))
        assert (move is not None) is goes_on, n


def test_a_correction_or_an_opening_is_never_followed() -> None:
    standing = fold(case(LICENCE), [Event("urn:masar:kw.moi.gdt:x", "0", "opened", at(0), None, {})]).standing
    for type_ in ("corrected", "opened"):
        assert (
            follow(case(LICENCE), standing, Event("urn:masar:kw.moi.gdt:x", "1", type_, at(1), None, {"event": "0"}))
            is None
        )


# Sub-requests


def turn(service: str, state: str, number: int = 0) -> ChildTurn:
    holder = Holder("agency", "kw.kff") if state == "open" else None
    return ChildTurn(Child(service, at(0), ("s", str(number)), number, []), holder, state)


@pytest.mark.parametrize(
    ("join", "fire", "water", "expected"),
    [
        ("all", ["open"], ["open"], None),
        ("all", ["completed"], ["open"], None),
        ("all", ["completed"], [], None),
        ("all", ["completed"], ["completed"], True),
        ("all", ["refused"], ["open"], False),
        ("all", ["refused"], [], False),
        ("all", ["withdrawn"], ["open"], None),
        ("all", ["withdrawn"], ["completed"], False),
        ("all", ["withdrawn", "completed"], ["completed"], True),
        ("all", ["expired", "open"], ["completed"], None),
        ("any", ["completed"], ["open"], True),
        ("any", ["refused"], ["open"], None),
        ("any", ["refused"], [], None),
        ("any", ["refused"], ["withdrawn"], False),
        ("any", ["refused"], ["completed"], True),
    ],
)
def test_when_the_result_of_checks_can_be_drawn(
    join: Any, fire: list[str], water: list[str], expected: bool | None
) -> None:
    step = replace(case(PERMIT).definition.steps["checks"], join=join)
    turns = [turn(FIRE, state, n) for n, state in enumerate(fire)] + [turn(WATER, state, 9) for state in water]
    assert verdict(turns, step) is expected


def test_the_way_on_is_that_of_the_path_else_the_first_step_allowed() -> None:
    definition = case(PERMIT).definition
    checks = definition.steps["checks"]
    assert onward(definition, checks) == "fee"
    assert onward(definition, replace(checks, next=("corrections", "fee"))) == "fee"
    assert onward(definition, replace(checks, next=("withdrawn", "corrections"))) == "corrections"
    assert onward(definition, replace(checks, next=("withdrawn",))) is None
    assert (
        onward(definition, replace(checks, id="corrections", next=("refused", "technical-review")))
        == "technical-review"
    )


CARD = "kw.paci.civil-id-card"


@pytest.mark.parametrize(
    ("delivery", "skips", "ahead", "count"),
    [
        ("kiosk", ["delivery"], ["collect"], (5, 6)),
        ("home", ["collect"], ["delivery"], (5, 6)),
        (None, [], ["collect", "delivery"], (5, 7)),
    ],
)
def test_steps_that_the_form_rules_out_are_not_expected(
    delivery: str | None, skips: list[str], ahead: list[str], count: tuple[int, int]
) -> None:
    definition = case(CARD).definition
    found = skipped(definition, {"delivery": delivery} if delivery else {})
    assert found == skips
    opened = Event("urn:masar:kw.paci:x", "0", "opened", at(0), None, {"skips": found})
    printing = Event("urn:masar:kw.paci:x", "1", "step", at(1), None, {"step": "printing"})
    standing = fold(case(CARD), [opened, printing]).standing
    assert [stop.step.id for stop in coming(definition, standing, calendar_of, at(2))] == ahead
    assert count_of(definition, standing.step, standing.stop, standing.skips) == count


def test_a_step_that_was_ruled_out_and_entered_all_the_same_is_counted() -> None:
    opened = Event("urn:masar:kw.paci:x", "0", "opened", at(0), None, {"skips": ["delivery"]})
    entered = Event("urn:masar:kw.paci:x", "1", "step", at(1), None, {"step": "delivery"})
    standing = fold(case(CARD), [opened, entered]).standing
    assert count_of(case(CARD).definition, standing.step, standing.stop, standing.skips) == (7, 7)


def test_an_answer_does_not_lead_into_a_step_that_the_form_rules_out() -> None:
    opened = Event("urn:masar:kw.paci:x", "0", "opened", at(0), None, {"skips": ["photo-check"]})
    fee = Event("urn:masar:kw.paci:x", "1", "step", at(1), None, {"step": "fee"})
    answered = Event("urn:masar:kw.paci:x", "2", "answered", at(2), None, {})
    assert fold(case(CARD), [opened, fee, answered]).standing.step == "fee"
    definition = case(PERMIT).definition
    checks = replace(definition.steps["checks"], next=("fee", "technical-review"))
    assert (onward(definition, checks), onward(definition, checks, ["fee"])) == ("fee", "technical-review")


def test_an_answer_that_leads_only_to_a_decision_gives_the_ball_to_the_agency() -> None:
    source = "urn:masar:kw.pada:x"
    way = [
        Event(source, "0", "opened", at(0), None, {}),
        Event(source, "1", "step", at(1), None, {"step": "pledge"}),
        Event(SELF, "2", "answered", at(2), None, {}),
    ]
    before, after = (fold(case("kw.pada.carer-certificate"), way[:n]).standing for n in (2, 3))
    assert (before.holder, before.state, before.limit_at is None) == (CITIZEN, "needs-you", False)
    assert (after.step, after.holder, after.state) == ("pledge", Holder("agency", "kw.pada"), "in-progress")
    assert after.limit_at is None


def test_checks_that_ended_before_their_step_is_entered_count_when_it_is() -> None:
    below = [
        Child(service, at(1), ("x", service), n, [(at(1), KM, "open"), (at(2), None, "completed")])
        for n, service in enumerate((FIRE, WATER))
    ]
    parent = [
        Event("urn:masar:kw.km:x", "0", "opened", at(0), None, {}),
        Event("urn:masar:kw.km:x", "1", "step", at(5), None, {"step": "checks"}),
    ]
    found = fold(case(PERMIT), parent, below)
    assert (found.standing.step, sorted(found.standing.settled)) == ("fee", [0, 1])


def test_a_question_while_checks_run_stays_with_the_citizen() -> None:
    child = Child(
        FIRE,
        at(2),
        ("x", "f"),
        1,
        [(at(2), Holder("agency", "kw.kff"), "open"), (at(9), Holder("agency", "kw.moh"), "open")],
    )
    parent = [
        Event("urn:masar:kw.km:x", "0", "opened", at(0), None, {}),
        Event("urn:masar:kw.km:x", "1", "step", at(1), None, {"step": "checks"}),
        Event("urn:masar:kw.km:x", "2", "asked", at(5), None, {}),
    ]
    assert fold(case(PERMIT), parent, [child]).standing.holder == CITIZEN
    answered = Event("urn:masar:kw.km:x", "3", "answered", at(10), None, {})
    assert fold(case(PERMIT), [*parent, answered], [child]).standing.holder == MOH


def test_a_service_that_cannot_be_withdrawn_is_not() -> None:
    document = dict(case(LICENCE).definition.document)
    document["outcomes"] = [o for o in document["outcomes"] if o["state"] != "withdrawn"]
    definition = parse(document)
    assert withdrawal_of(definition) is None
    opened = Event("urn:masar:kw.moi.gdt:x", "0", "opened", at(0), None, {})
    found = fold(Case(definition, calendar_of), [opened, Event(SELF, "1", "withdrawn", at(1), None, {})])
    assert (found.standing.step, found.moves[1].is_off_path) == ("received", True)
