"""What a person does with their own request, and what Masar ends by rule: only where allowed, and once."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from conftest import Reporter, new_civil_id
from masar.cases.actions import (
    AlreadyClosed,
    Empty,
    NotAllowed,
    NotFound,
    NothingAsked,
    TooLate,
    TooLong,
    answer,
    appeal,
    end_what_ran_out,
    move_day,
    record,
    withdraw,
)
from masar.cases.actions.items import agency_actor
from masar.cases.queries import Sheet, agency_request, my_request
from masar.cases.tests.rebuilt import differences
from masar.kernel.clock import now
from masar.kernel.database import acting

pytestmark = pytest.mark.database


def sheet_of(viewer: Any, number: int) -> Sheet:
    found = my_request(viewer, number, now())
    assert found is not None
    return found[1]


def in_order(number: int) -> bool:
    with acting("masar_system") as cursor:
        cursor.execute("select id from cases_request where number = %s::bigint", [number])
        return differences([cursor.fetchone()[0]])[1] == []


def types(viewer: Any, number: int) -> list[str]:
    return [line.type for line in sheet_of(viewer, number).lines]


@pytest.fixture
def asked(open_licence, traffic, viewer_of):
    """A licence whose person was asked: (viewer, number, "ref:…", token of the question)."""
    opened = now() - timedelta(days=2)
    number, name, civil_id = open_licence(opened.isoformat())
    viewer = viewer_of(civil_id)
    traffic.send(
        traffic.event("step", name, opened + timedelta(hours=1), step="review"),
        traffic.event(
            "asked", name, opened + timedelta(hours=2), step="more-information", message={"ar": "أرسل العنوان"}
        ),
    )
    question = sheet_of(viewer, number).question
    assert question is not None
    return viewer, number, name, question.token


def test_a_withdrawal_counts_once_however_often_it_is_pressed(open_licence, viewer_of):
    number, _, civil_id = open_licence()
    viewer = viewer_of(civil_id)
    assert [withdraw(viewer, number) for _ in range(3)] == [number] * 3
    assert types(viewer, number) == ["opened", "withdrawn"]
    assert sheet_of(viewer, number).row.state == "withdrawn"
    assert sheet_of(viewer, number).lines[-1].by == "person"


def test_a_withdrawal_that_the_step_does_not_allow_is_refused_and_writes_nothing(open_licence, traffic, viewer_of):
    number, name, civil_id = open_licence()
    viewer = viewer_of(civil_id)
    traffic.send(traffic.event("step", name, "2026-11-02T10:00:00+03:00", step="review"))
    with pytest.raises(NotAllowed):
        withdraw(viewer, number)
    traffic.send(traffic.event("decided", name, "2026-11-03T10:00:00+03:00", outcome="done"))
    with pytest.raises(AlreadyClosed):
        withdraw(viewer, number)
    assert types(viewer, number) == ["opened", "step", "decided"]


def test_anothers_request_is_not_found(asked, open_licence, viewer_of):
    _, number, _, token = asked
    stranger = viewer_of(open_licence()[2])
    for act in (lambda: withdraw(stranger, number), lambda: answer(stranger, number, token, {"answer": "x"}),
                lambda: appeal(stranger, number, "", "x"), lambda: withdraw(stranger, 10**10)):  # fmt: skip
        with pytest.raises(NotFound):
            act()


def test_an_answer_goes_back_to_where_it_was_asked_and_counts_once(asked):
    viewer, number, _, token = asked
    assert [answer(viewer, number, token, {"answer": "حولي"}) for _ in range(2)] == [number] * 2
    assert types(viewer, number) == ["opened", "step", "asked", "answered"]
    row = sheet_of(viewer, number).row
    assert (row.step, row.holder) == ("review", "kw.moi.gdt")
    assert in_order(number)


def test_another_answer_to_the_same_question_is_refused_not_lost_in_silence(asked):
    viewer, number, _, token = asked
    answer(viewer, number, token, {"answer": "first"})
    with pytest.raises(NothingAsked):
        answer(viewer, number, token, {"answer": "second"})
    assert types(viewer, number).count("answered") == 1


def test_an_answer_to_an_earlier_question_is_refused(asked, traffic):
    viewer, number, name, token = asked
    traffic.send(traffic.event("asked", name, now() - timedelta(days=1), message={"ar": "سؤال آخر"}))
    with pytest.raises(NothingAsked):
        answer(viewer, number, token, {"answer": "x"})
    answer(viewer, number, sheet_of(viewer, number).question.token, {"answer": "x"})


@pytest.mark.parametrize(
    ("words", "refusal"),
    [({}, Empty), ({"answer": ""}, Empty), ({"answer": "x" * 4001}, TooLong), ({"answer": 1.5}, NotAllowed)],
)
def test_an_answer_that_holds_nothing_or_too_much_is_refused(asked, words, refusal):
    viewer, number, _, token = asked
    with pytest.raises(refusal):
        answer(viewer, number, token, words)
    assert "answered" not in types(viewer, number)


def test_a_payment_is_not_answered_in_words(open_licence, traffic, viewer_of):
    number, name, civil_id = open_licence()
    viewer = viewer_of(civil_id)
    traffic.send(traffic.event("step", name, "2026-11-02T10:00:00+03:00", step="fee"))
    with pytest.raises(NothingAsked):
        answer(viewer, number, sheet_of(viewer, number).question.token, {"answer": "paid"})


def test_an_act_counts_even_where_the_agencys_clock_runs_ahead(asked, traffic):
    """The person acts on what they see; an act dated before it would be off the path."""
    viewer, number, name, _ = asked
    traffic.send(traffic.event("asked", name, now() + timedelta(minutes=4), message={"ar": "سؤال"}))
    answer(viewer, number, sheet_of(viewer, number).question.token, {"answer": "x"})
    sheet = sheet_of(viewer, number)
    assert (sheet.row.step, sheet.lines[-1].type, sheet.lines[-1].is_off_path) == ("review", "answered", False)


@pytest.fixture
def refused(open_licence, traffic, viewer_of):
    """A licence refused at an instant: (viewer, number)."""

    def made(at: datetime) -> tuple[Any, int]:
        number, name, civil_id = open_licence((at - timedelta(days=2)).isoformat())
        traffic.send(
            traffic.event("step", name, at - timedelta(days=1), step="review"),
            traffic.event("decided", name, at, outcome="refused", reason="medical"),
        )
        return viewer_of(civil_id), number

    return made


def test_an_appeal_opens_a_request_beneath_and_reopens_the_first_when_it_succeeds(refused, traffic):
    viewer, number = refused(now() - timedelta(days=2))
    child = appeal(viewer, number, "", "لدي تقرير طبي جديد")
    assert appeal(viewer, number, "", "لدي تقرير طبي جديد") == child
    sheet = sheet_of(viewer, number)
    assert [row.number for row in sheet.children] == [child]
    assert sheet_of(viewer, child).parent.number == number
    assert agency_request("kw.moi.gdt", child).service == "kw.moi.gdt.appeal"
    decided = traffic.event("decided", str(child), now(), outcome="accepted")
    assert traffic.send(decided)[0].status == "accepted"
    assert (sheet_of(viewer, number).row.step, sheet_of(viewer, number).row.outcome) == ("review", None)
    assert in_order(number)


def test_an_appeal_too_late_or_of_nothing_is_refused(refused, open_licence, viewer_of):
    viewer, number = refused(now() - timedelta(days=31))
    with pytest.raises(TooLate):
        appeal(viewer, number, "", "x")
    number, _, civil_id = open_licence()
    with pytest.raises(NotAllowed):
        appeal(viewer_of(civil_id), number, "", "x")
    with pytest.raises(Empty):
        appeal(viewer, number, "", "  ")


# By rule


def test_a_limit_that_ran_out_ends_the_request_at_that_instant_with_its_reason(asked):
    viewer, number, _, _ = asked
    limit = sheet_of(viewer, number).row.limit_at
    end_what_ran_out(limit)
    assert sheet_of(viewer, number).row.is_open
    assert end_what_ran_out(limit + timedelta(seconds=1)) >= 1
    sheet = sheet_of(viewer, number)
    assert (sheet.row.state, sheet.row.outcome, sheet.row.closed_at) == ("refused", "refused", limit)
    assert sheet.reason["ar"] == "لم يصلنا منك جواب خلال المهلة"
    assert sheet.lines[-1].by == "masar"
    end_what_ran_out(limit + timedelta(days=1))
    assert sheet_of(viewer, number).row.seq == sheet.row.seq, "it ends once"
    assert in_order(number)


def test_an_answer_in_time_that_arrives_late_takes_the_end_away(asked, traffic):
    viewer, number, name, _ = asked
    limit = sheet_of(viewer, number).row.limit_at
    end_what_ran_out(limit + timedelta(minutes=1))
    paper = traffic.event("answered", name, now() - timedelta(hours=1), note="came by post")
    assert traffic.send(paper)[0].status == "accepted"
    assert (sheet_of(viewer, number).row.step, sheet_of(viewer, number).row.is_open) == ("review", True)
    end_what_ran_out(limit + timedelta(minutes=2))
    assert sheet_of(viewer, number).row.is_open


def test_dates_that_end_nothing_do_not_hold_up_those_that_do(traffic, open_licence, asked):
    """An agency's own date of an answer, in a step without a limit, stays due for ever."""
    viewer, number, _, _ = asked
    opened = now() - timedelta(days=3)
    for _ in range(3):
        _, name, _ = open_licence(opened.isoformat())
        traffic.send(traffic.event("asked", name, opened, due=(opened + timedelta(hours=1)).isoformat()))
    from masar.cases.actions import upkeep

    size, upkeep.CHUNK = upkeep.CHUNK, 2
    try:
        assert end_what_ran_out(sheet_of(viewer, number).row.limit_at + timedelta(seconds=1)) >= 1
    finally:
        upkeep.CHUNK = size
    assert not sheet_of(viewer, number).row.is_open


def test_a_moved_day_says_why_in_any_letters_and_leaves_others_unchanged(kuwait, traffic, viewer_of):
    """In a year of its own: the calendar is everybody's."""
    received = datetime(2031, 1, 6, 7, tzinfo=UTC)  # a Monday

    def opened(step: str) -> tuple[Any, int]:
        name, civil_id = f"R{secrets.token_hex(6)}", new_civil_id()
        data = {"service": "kw.moi.gdt.renew-driving-licence", "agency_ref": name, "civil_id": civil_id}
        sent = [
            traffic.event("opened", None, received, **data),
            traffic.event("step", f"ref:{name}", received, step=step),
        ]
        items = record(agency_actor("kw.moi.gdt"), sent, received_at=received)
        assert [item.status for item in items] == ["accepted"] * 2
        return viewer_of(civil_id), items[0].number

    (moved, moved_number), (paused, paused_number) = opened("review"), opened("fee")
    before, still = sheet_of(moved, moved_number).row, sheet_of(paused, paused_number).row
    day = before.promise.at.date()
    decision = f"قرار مجلس الوزراء {secrets.token_hex(3)}"
    assert move_day("kw-gov", day, working=False, decision=decision, reason={"ar": "عطلة"}) >= 1
    after = sheet_of(moved, moved_number)
    assert after.row.promise.at > before.promise.at
    assert {"ar": "عطلة"} in [line.note for line in after.lines]
    unchanged = sheet_of(paused, paused_number).row
    assert (unchanged.seq, unchanged.changed_at) == (still.seq, still.changed_at)
    assert in_order(moved_number)
    assert in_order(paused_number)
    move_day("kw-gov", day, working=True, decision=decision + "-2", reason={})
    assert sheet_of(moved, moved_number).row.promise.at == before.promise.at
    assert date(2031, 1, 6) < day


def test_checks_that_the_permit_no_longer_waits_for_are_let_go_once(municipality):
    fire = Reporter("kw.kff")
    name, at = f"R{secrets.token_hex(6)}", now() - timedelta(days=9)
    data = {"service": "kw.km.building-permit", "agency_ref": name, "civil_id": new_civil_id()}
    sent = [
        municipality.event("opened", None, at, **data),
        municipality.event("step", f"ref:{name}", at + timedelta(days=1), step="checks"),
    ]
    for service in ("kw.kff.fire-safety-check", "kw.mew.electricity-check"):
        data = {"service": service, "agency_ref": service[3:] + name, "parent": f"ref:{name}"}
        sent.append(municipality.event("opened", None, at + timedelta(days=2), **data))
    items = municipality.send(*sent)
    assert [item.status for item in items] == ["accepted"] * 4
    number, _, fire_number, water_number = (item.number for item in items)
    fire.send(fire.event("decided", str(fire_number), at + timedelta(days=3), outcome="refused", reason="access"))
    assert agency_request("kw.mew", water_number).state == "withdrawn"
    again = municipality.event("step", str(number), now(), step="technical-review")
    assert municipality.send(again)[0].is_off_path is False
    moves = agency_request("kw.km", number).moves
    assert (moves[-1].event.id, moves[-1].is_off_path) == (again["id"], False), "from corrections it is the way on"
    reopened = Reporter("kw.mew")
    reopened.send(reopened.event("reopened", str(water_number), now(), step="received"))
    municipality.send(municipality.event("noted", str(number), now(), note="x"))
    assert agency_request("kw.mew", water_number).state == "submitted", "an agency that goes on is let go on"
    for each in (number, fire_number, water_number):
        assert in_order(each)


def test_an_agency_without_part_in_the_checks_sees_that_they_explain_the_move(municipality):
    """Justice was asked about ownership; that both checks then succeeded is why the permit went on to the fee."""
    fire, water = Reporter("kw.kff"), Reporter("kw.mew")
    name, at = f"R{secrets.token_hex(6)}", now() - timedelta(days=9)
    data = {"service": "kw.km.building-permit", "agency_ref": name, "civil_id": new_civil_id()}
    sent = [
        municipality.event("opened", None, at, **data),
        municipality.event("step", f"ref:{name}", at + timedelta(hours=1), step="ownership"),
        municipality.event("handed-over", f"ref:{name}", at + timedelta(hours=2), to="kw.moj"),
        municipality.event("step", f"ref:{name}", at + timedelta(hours=3), step="technical-review"),
        municipality.event("step", f"ref:{name}", at + timedelta(hours=4), step="checks"),
    ]
    for service in ("kw.kff.fire-safety-check", "kw.mew.electricity-check"):
        data = {"service": service, "agency_ref": service[3:] + name, "parent": f"ref:{name}"}
        sent.append(municipality.event("opened", None, at + timedelta(days=1), **data))
    items = municipality.send(*sent)
    assert [item.status for item in items] == ["accepted"] * 7
    number, fire_number, water_number = items[0].number, items[5].number, items[6].number
    later = at + timedelta(days=2)
    fire.send(fire.event("decided", str(fire_number), later, outcome="approved"))
    water.send(water.event("decided", str(water_number), later, outcome="approved"))
    on = municipality.send(municipality.event("step", str(number), later + timedelta(days=1), step="inspection"))[0]
    assert (on.status, on.is_off_path) == ("accepted", False)
    seen = agency_request("kw.moj", number)
    assert seen is not None
    assert (seen.step, [move.is_off_path for move in seen.moves]) == ("inspection", [False] * 6)
    assert agency_request("kw.moj", fire_number) is None
