"""Applying: a draft is kept, sealed, resumed on another device, and becomes one request however often it is sent."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from conftest import logged_in, new_civil_id
from masar.cases import actions
from masar.cases.actions import Barred, Incomplete, NoSuchDraft, NotFound
from masar.cases.queries import my_application, my_request, my_requests
from masar.files.tests.good import jpeg
from masar.kernel import clock
from masar.kernel.database import acting
from masar.people.actions import end_session, introduce
from masar.people.queries import SessionEnded

pytestmark = pytest.mark.database
RENEW = "kw.moi.gdt.renew-driving-licence"
GOOD = {"licence_number": "12345678", "delivery": "kiosk", "declaration": True}


@pytest.fixture
def person(kuwait: None) -> str:
    """Somebody who has an account and no request."""
    civil_id = new_civil_id()
    introduce(civil_id, "نورة التجريبية", "ar", secrets.token_hex(8))
    return civil_id


@pytest.fixture
def phone(person: str) -> Any:
    """Their log-in on the phone."""
    return logged_in(person)


def ready(viewer: Any, answers: dict[str, Any] = GOOD, **named: Any) -> Any:
    """Fill in what is asked for, with its photograph; return the draft."""
    draft = actions.keep(viewer, RENEW, answers, **named)
    return actions.attach(viewer, RENEW, draft.id, "photo", jpeg(), "صورة.jpg")


def opened_of(viewer: Any) -> list[int]:
    return [row.number for row in my_requests(viewer, "open", None, clock.now())[1].rows]


def test_a_draft_begun_on_one_device_is_ended_on_another(person: str, phone: Any) -> None:
    actions.keep(phone, RENEW, {"licence_number": "12345678"})
    desk = logged_in(person)
    there = my_application(desk, RENEW)
    assert there is not None
    assert there.draft is not None
    assert there.draft.answers == {"licence_number": "12345678"}
    ready(desk, {"delivery": "kiosk", "declaration": True})
    number = actions.send(phone, RENEW, there.draft.id)
    found = my_request(desk, number, clock.now())
    assert found is not None
    assert found[1].row.definition.id == RENEW
    assert found[1].row.step == "received"
    after = my_application(phone, RENEW)
    assert after is not None
    assert after.draft is None


def test_the_form_rules_out_steps_of_the_path(phone: Any) -> None:
    draft = ready(phone)
    found = my_request(phone, actions.send(phone, RENEW, draft.id), clock.now())
    assert found is not None
    coming = [stop.step.id for stop in found[1].stops]
    assert "collect" in coming
    assert "posting" not in coming


def test_a_draft_sent_again_returns_the_same_request(phone: Any) -> None:
    draft = ready(phone)
    numbers = {actions.send(phone, RENEW, draft.id) for _ in range(3)}
    assert opened_of(phone) == list(numbers)


def test_a_draft_sent_by_many_at_once_is_one_request(phone: Any) -> None:
    draft = ready(phone)

    def press(_: int) -> int:
        try:
            return actions.send(phone, RENEW, draft.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(press, range(16)))
    assert opened_of(phone) == list(numbers)


def test_what_another_page_changes_while_a_draft_is_sent_is_sent_too(
    phone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from masar.cases.actions import drafts

    draft = ready(phone)
    read = drafts.whole_application
    reads = []

    def read_and_be_late(*args: Any) -> Any:
        found = read(*args)
        reads.append(found)
        if len(reads) == 1:
            actions.keep(phone, RENEW, {"licence_number": "87654321"})
        return found

    monkeypatch.setattr(drafts, "whole_application", read_and_be_late)
    number = actions.send(phone, RENEW, draft.id)
    assert _opening_of(phone, number)["form"]["licence_number"] == "87654321"
    assert opened_of(phone) == [number]
    assert len(reads) == 2


def test_after_sending_the_same_service_can_be_asked_for_again(phone: Any) -> None:
    first = ready(phone)
    one = actions.send(phone, RENEW, first.id)
    second = ready(phone)
    assert second.id != first.id
    other = actions.send(phone, RENEW, second.id)
    assert sorted(opened_of(phone)) == sorted([one, other])


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"licence_number": "12"}, "licence_number", "pattern"),
        ({"delivery": "pigeon"}, "delivery", "choose"),
        ({"delivery": "post"}, "address", "missing"),
        ({"declaration": None}, "declaration", None),
    ],
)
def test_what_is_wrong_is_refused_at_its_field_and_the_draft_stays(
    changes: dict[str, Any], field: str, code: str | None, phone: Any
) -> None:
    answers = {name: value for name, value in (GOOD | changes).items() if value is not None}
    draft = ready(phone, answers)
    with pytest.raises(Incomplete) as refused:
        actions.send(phone, RENEW, draft.id)
    assert list(refused.value.faults) == [field]
    assert code in (None, refused.value.faults[field])
    assert opened_of(phone) == []
    there = my_application(phone, RENEW)
    assert there is not None
    assert there.draft == my_application(phone, RENEW).draft  # type: ignore[union-attr]
    assert there.draft is not None
    assert there.draft.answers == answers


def test_a_condition_known_not_to_be_met_bars_with_its_remedy(phone: Any) -> None:
    draft = ready(phone, GOOD, facts={"fines.unpaid_fils": 5000})
    with pytest.raises(Barred) as refused:
        actions.send(phone, RENEW, draft.id)
    assert refused.value.bar.remedy == "kw.moi.gdt.pay-fines"
    assert opened_of(phone) == []


def test_an_answer_that_no_longer_applies_is_not_sent(phone: Any, person: str) -> None:
    draft = ready(phone, GOOD | {"delivery": "post", "address": "الجهراء"})
    actions.keep(phone, RENEW, {"delivery": "kiosk"})
    number = actions.send(phone, RENEW, draft.id)
    assert "form" in _opening_of(phone, number)
    assert "address" not in _opening_of(phone, number)["form"]


def _opening_of(viewer: Any, number: int) -> dict[str, Any]:
    from masar.cases.queries.timeline import opened_record
    from masar.kernel.crypto import open_sealed
    from masar.people.queries import person_key

    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute(
            "select e.id, e.sealed, c.wrapped, c.request_id, k.wrapped, k.kek from cases_request r"
            " join cases_event e on e.request_id = r.id join cases_case_key c on c.request_id = r.id"
            " join people_person_key k on k.person_id = r.person_id where r.number = %s and e.type = 'opened'",
            [number],
        )
        id_, sealed, wrapped, request_id, outer, kek = cursor.fetchone()
    me = viewer.person_id
    key = open_sealed(person_key(me, bytes(outer), kek), bytes(wrapped), "cases_case_key", "wrapped", request_id, me)
    return dict(opened_record(key, bytes(sealed), id_.hex, me)["data"])


def test_a_stranger_neither_sees_nor_sends_a_draft(phone: Any) -> None:
    draft = ready(phone)
    civil_id = new_civil_id()
    introduce(civil_id, "فيصل التجريبي", "ar", secrets.token_hex(8))
    stranger = logged_in(civil_id)
    there = my_application(stranger, RENEW)
    assert there is not None
    assert there.draft is None
    with pytest.raises(NoSuchDraft):
        actions.send(stranger, RENEW, draft.id)
    with acting("masar_citizen", person=stranger.person_id) as cursor:
        cursor.execute("select count(*) from cases_draft")
        assert cursor.fetchone()[0] == 0
        cursor.execute("delete from cases_draft")
        assert cursor.rowcount == 0


def test_nobody_applies_for_a_check_or_for_nothing(phone: Any) -> None:
    for service in ("kw.mew.electricity-check", "kw.moi.gdt.nothing"):
        with pytest.raises(NotFound):
            actions.keep(phone, service, {})
    with pytest.raises(NoSuchDraft):
        actions.send(phone, RENEW, UUID(int=1))


def test_a_log_in_that_was_ended_keeps_nothing(phone: Any) -> None:
    end_session(phone)
    with pytest.raises(SessionEnded):
        actions.keep(phone, RENEW, GOOD)
    with pytest.raises(SessionEnded):
        my_application(phone, RENEW)


def test_what_is_filled_in_stands_nowhere_in_plain(phone: Any) -> None:
    actions.keep(phone, RENEW, {"licence_number": "98765432100"})
    with acting("masar_system") as cursor:
        cursor.execute("select sealed from cases_draft where person_id = %s", [phone.person_id])
        assert b"98765432100" not in bytes(cursor.fetchone()[0])


def test_a_draft_left_alone_is_forgotten_after_its_time(phone: Any) -> None:
    from masar.cases.rules.drafts import KEPT_FOR

    draft = actions.keep(phone, RENEW, GOOD)
    actions.forget_left_drafts(draft.changed_at + KEPT_FOR / 2)
    there = my_application(phone, RENEW)
    assert there is not None
    assert there.draft is not None
    actions.forget_left_drafts(clock.now() + KEPT_FOR)
    gone = my_application(phone, RENEW)
    assert gone is not None
    assert gone.draft is None


def test_a_discarded_draft_is_gone_and_discarding_twice_is_nothing(phone: Any) -> None:
    draft = ready(phone)
    actions.discard(phone, RENEW)
    actions.discard(phone, RENEW)
    with pytest.raises(NoSuchDraft):
        actions.send(phone, RENEW, draft.id)


def test_the_agency_finds_what_was_sent_among_its_requests(phone: Any) -> None:
    from masar.cases.queries import agency_request

    number = actions.send(phone, RENEW, ready(phone).id)
    found = agency_request("kw.moi.gdt", number)
    assert found is not None
    assert found.agency_ref is None
    assert found.holder == "kw.moi.gdt"
