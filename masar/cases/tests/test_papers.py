"""Papers of an application and of an answer: attached once, handed in with it, read by who has part in the request."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError

from conftest import Reporter, logged_in, new_civil_id
from masar.cases import actions
from masar.cases.actions import Empty, Incomplete, NoSuchDraft, NotAPaper, NothingAsked, TooManyPapers
from masar.cases.queries import agency_application, agency_paper, my_application, my_paper, my_request
from masar.cases.rules.drafts import MOST_PAPERS
from masar.files.actions import forget_left_papers
from masar.files.tests.good import jpeg, pdf
from masar.kernel import clock
from masar.kernel.database import acting
from masar.people.actions import end_session, introduce
from masar.people.queries import SessionEnded

pytestmark = pytest.mark.database
RENEW, SCHOOL = "kw.moi.gdt.renew-driving-licence", "kw.moe.school-registration"
GOOD = {"licence_number": "12345678", "delivery": "kiosk", "declaration": True}


class Somebody:
    """A person with an account."""

    def __init__(self) -> None:
        self.civil_id = new_civil_id()
        introduce(self.civil_id, "نورة التجريبية", "ar", secrets.token_hex(8))
        self.viewer = logged_in(self.civil_id)

    def attach(self, data: bytes, name: str = "صورة.jpg") -> Any:
        draft = actions.keep(self.viewer, RENEW, {})
        return actions.attach(self.viewer, RENEW, draft.id, "photo", data, name)

    def draft(self) -> Any:
        found = my_application(self.viewer, RENEW)
        assert found is not None
        return found.draft

    def apply(self) -> tuple[int, UUID]:
        """Return the number of a request, and the id of its photograph."""
        actions.keep(self.viewer, RENEW, GOOD)
        draft = self.attach(jpeg())
        return actions.send(self.viewer, RENEW, draft.id), draft.papers["photo"][0].id

    def sheet(self, number: int) -> Any:
        found = my_request(self.viewer, number, clock.now())
        assert found is not None
        return found[1]


@pytest.fixture
def noura(kuwait: None) -> Somebody:
    """Somebody."""
    return Somebody()


def stored(person: int) -> int:
    """How many files of a person there are."""
    with acting("masar_system") as cursor:
        cursor.execute("select count(*) from files_paper where person_id = %s", [person])
        return int(cursor.fetchone()[0])


def test_a_file_is_attached_once_however_often_it_is_sent(noura: Somebody) -> None:
    for _ in range(3):
        draft = noura.attach(jpeg())
    assert [paper.name for paper in draft.papers["photo"]] == ["صورة.jpg"]
    assert stored(noura.viewer.person_id) == 1


def test_a_bad_file_changes_nothing(noura: Somebody) -> None:
    noura.attach(jpeg())
    for data, code in ((b"", "empty"), (pdf(), "wrong-type"), (jpeg()[:300], "damaged")):
        with pytest.raises(NotAPaper) as refused:
            noura.attach(data)
        assert refused.value.code == code
    assert len(noura.draft().papers["photo"]) == 1


def test_no_more_files_than_are_taken(noura: Somebody) -> None:
    for side in range(MOST_PAPERS):
        noura.attach(jpeg((20 + side, 20)))
    with pytest.raises(TooManyPapers):
        noura.attach(jpeg((99, 20)))
    assert len(noura.draft().papers["photo"]) == stored(noura.viewer.person_id) == MOST_PAPERS


def test_a_file_is_taken_away_and_taking_it_twice_is_nothing(noura: Somebody) -> None:
    draft = noura.attach(jpeg())
    gone = draft.papers["photo"][0].id
    for _ in range(2):
        draft = actions.detach(noura.viewer, RENEW, draft.id, "photo", gone)
    assert draft.papers == {}
    assert stored(noura.viewer.person_id) == 0
    assert my_paper(noura.viewer, gone) is None


def test_papers_go_with_the_draft_that_is_discarded(noura: Somebody) -> None:
    noura.attach(jpeg())
    actions.discard(noura.viewer, RENEW)
    assert stored(noura.viewer.person_id) == 0


def test_papers_stay_as_long_as_the_draft_is_worked_on(noura: Somebody) -> None:
    noura.attach(jpeg())
    with acting("masar_system") as cursor:
        cursor.execute("update files_paper set made_at = made_at - interval '80 days' where person_id = %s",
                       [noura.viewer.person_id])  # fmt: skip
    actions.keep(noura.viewer, RENEW, {"delivery": "kiosk"})
    forget_left_papers(clock.now() + timedelta(days=15))
    assert stored(noura.viewer.person_id) == 1


def test_what_a_service_does_not_ask_for_is_not_attached(noura: Somebody) -> None:
    draft = noura.attach(jpeg())
    with pytest.raises(NoSuchDraft):
        actions.attach(noura.viewer, RENEW, draft.id, "diary", jpeg(), "a.jpg")
    with pytest.raises(NoSuchDraft):
        actions.attach(noura.viewer, RENEW, UUID(int=1), "photo", jpeg((9, 9)), "a.jpg")
    assert stored(noura.viewer.person_id) == 1


def test_a_paper_that_is_missing_is_named_and_nothing_is_sent(noura: Somebody) -> None:
    draft = actions.keep(noura.viewer, RENEW, GOOD)
    with pytest.raises(Incomplete) as refused:
        actions.send(noura.viewer, RENEW, draft.id)
    assert refused.value.faults == {"paper.photo": "missing"}


def test_an_application_hands_its_papers_in_and_the_agency_reads_them(noura: Somebody) -> None:
    number, photo = noura.apply()
    found = agency_application("kw.moi.gdt", number)
    assert found is not None
    assert found.person == {"civil_id": noura.civil_id, "name": "نورة التجريبية"}
    assert found.form == GOOD
    assert [(paper["document"], paper["id"], paper["type"]) for paper in found.papers] == [
        ("photo", photo.hex, "image/jpeg")
    ]
    read = agency_paper("kw.moi.gdt", number, photo)
    assert read is not None
    mine = my_paper(noura.viewer, photo)
    assert mine == read
    assert noura.draft() is None
    forget_left_papers(clock.now() + timedelta(days=400))
    assert my_paper(noura.viewer, photo) is not None


def test_a_paper_that_an_answer_has_ruled_out_is_not_handed_in_and_goes(noura: Somebody) -> None:
    permit, day = "kw.pam.exit-permit", "2027-02-01"
    answers = {"leaves_on": day, "returns_on": day, "purpose": "emergency", "declaration": True}
    draft = actions.keep(noura.viewer, permit, answers)
    actions.attach(noura.viewer, permit, draft.id, "emergency-proof", pdf(), "a.pdf")
    actions.keep(noura.viewer, permit, {"purpose": "holiday"})
    found = agency_application("kw.pam", actions.send(noura.viewer, permit, draft.id))
    assert found is not None
    assert (found.form["purpose"], found.papers) == ("holiday", ())
    assert stored(noura.viewer.person_id) == 0


def test_nobody_else_reads_a_paper(noura: Somebody) -> None:
    number, photo = noura.apply()
    other = Somebody()
    other_number, _ = other.apply()
    assert my_paper(other.viewer, photo) is None
    assert agency_application("kw.moh", number) is None
    assert agency_paper("kw.moh", number, photo) is None
    assert agency_paper("kw.moi.gdt", other_number, photo) is None
    own_number, _ = noura.apply()
    assert agency_paper("kw.moi.gdt", own_number, photo) is None, "a paper is read at its own request"
    with acting("masar_agency", agency="kw.moh") as cursor:
        cursor.execute("select count(*) from files_paper where id = %s::uuid", [photo])
        assert cursor.fetchone()[0] == 0
    end_session(noura.viewer)
    with pytest.raises(SessionEnded):
        my_paper(noura.viewer, photo)


def test_a_person_hands_in_only_their_own_paper_to_their_own_request(noura: Somebody) -> None:
    number, photo = noura.apply()
    other = Somebody()
    draft = other.attach(jpeg())
    own = draft.papers["photo"][0].id
    with acting("masar_system") as cursor:
        cursor.execute("select id from cases_request where number = %s", [number])
        request = cursor.fetchone()[0]
    statement = "insert into cases_paper (paper_id, person_id, request_id, document) values (%s, %s, %s, 'photo')"
    other_number, _ = other.apply()
    with acting("masar_system") as cursor:
        cursor.execute("select id from cases_request where number = %s", [other_number])
        other_request = cursor.fetchone()[0]
        cursor.execute("delete from cases_paper where paper_id = %s", [photo])
    for paper, target in ((own, request), (photo, other_request)):
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            acting("masar_citizen", person=other.viewer.person_id) as cursor,
        ):
            cursor.execute(statement, [paper, other.viewer.person_id, target])


def test_a_draft_is_no_agencys(noura: Somebody) -> None:
    draft = noura.attach(jpeg())
    with acting("masar_agency", agency="kw.moi.gdt") as cursor:
        cursor.execute("select count(*) from files_paper where id = %s", [draft.papers["photo"][0].id])
        assert cursor.fetchone()[0] == 0


def test_an_agency_cannot_say_that_papers_were_handed_in(traffic: Reporter) -> None:
    event = traffic.event(
        "opened", None, "2026-11-01T09:00:00+03:00", service=RENEW, agency_ref="P-1", civil_id=new_civil_id(),
        papers=[{"document": "photo", "id": "0" * 32}],
    )  # fmt: skip
    assert traffic.send(event)[0].status == "invalid"


@pytest.fixture
def asked_for_a_card(noura: Somebody) -> tuple[Somebody, int, Reporter]:
    """Somebody whose school asks for a picture of a vaccination card."""
    school, number = Reporter("kw.moe"), "S-" + secrets.token_hex(5)
    opened = clock.now() - timedelta(days=2)
    school.send(
        school.event("opened", None, opened, service=SCHOOL, agency_ref=number, civil_id=noura.civil_id),
        school.event("step", f"ref:{number}", opened + timedelta(hours=1), step="missing-vaccine"),
    )
    with acting("masar_system") as cursor:
        cursor.execute("select number from cases_request r join cases_reference f on f.request_id = r.id"
                       " where f.ref = %s", [number])  # fmt: skip
        return noura, cursor.fetchone()[0], school


def test_a_task_is_answered_with_a_photograph_and_the_ball_changes_hands(asked_for_a_card: Any) -> None:
    noura, number, _ = asked_for_a_card
    question = noura.sheet(number).question
    assert [ask.id for ask in question.papers] == ["vaccination-card"]
    for _ in range(2):
        draft = actions.attach_answer(noura.viewer, number, question.token, "vaccination-card", jpeg(), "بطاقة.jpg")
    assert noura.sheet(number).draft == my_request(noura.viewer, number, clock.now())[1].draft  # type: ignore[index]
    for _ in range(2):
        actions.answer(noura.viewer, number, question.token, {}, pressed=draft.id.hex)
    sheet = noura.sheet(number)
    assert (sheet.row.step, sheet.row.holder) == ("vaccinations", "kw.moh")
    assert sheet.draft is None
    assert [line.type for line in sheet.lines].count("answered") == 1
    found = agency_application("kw.moe", number)
    assert found is not None
    assert [paper["document"] for paper in found.answers[0].papers] == ["vaccination-card"]
    card = draft.papers["vaccination-card"][0].id
    assert agency_paper("kw.moe", number, card) == agency_paper("kw.moh", number, card) == my_paper(noura.viewer, card)
    assert agency_paper("kw.moi.gdt", number, card) is None


def test_nothing_attached_is_no_answer(asked_for_a_card: Any) -> None:
    noura, number, _ = asked_for_a_card
    token = noura.sheet(number).question.token
    with pytest.raises(Empty):
        actions.answer(noura.viewer, number, token, {})
    draft = actions.attach_answer(noura.viewer, number, token, "vaccination-card", jpeg(), "a.jpg")
    actions.detach_answer(noura.viewer, number, draft.id, "vaccination-card", draft.papers["vaccination-card"][0].id)
    with pytest.raises(Empty):
        actions.answer(noura.viewer, number, token, {})
    with pytest.raises(NothingAsked):
        actions.attach_answer(noura.viewer, number, token, "diary", jpeg(), "a.jpg")


def test_what_was_kept_for_a_question_does_not_answer_another(asked_for_a_card: Any) -> None:
    noura, number, school = asked_for_a_card
    token = noura.sheet(number).question.token
    draft = actions.attach_answer(noura.viewer, number, token, "vaccination-card", jpeg(), "a.jpg")
    subject = str(number)
    school.send(
        school.event("step", subject, clock.now() - timedelta(hours=3), step="vaccinations"),
        school.event(
            "asked", subject, clock.now() - timedelta(hours=2), kind="document", message="أرسل الصفحة الثانية"
        ),
    )
    sheet = noura.sheet(number)
    assert sheet.draft is None
    assert [ask.id for ask in sheet.question.papers] == ["asked"]
    with pytest.raises(NothingAsked):
        actions.answer(noura.viewer, number, token, {}, pressed=draft.id.hex)
    other = actions.attach_answer(noura.viewer, number, sheet.question.token, "asked", pdf(), "b.pdf")
    assert list(other.papers) == ["asked"]
    actions.answer(noura.viewer, number, sheet.question.token, {}, pressed=other.id.hex)
    assert [line.type for line in noura.sheet(number).lines][-1] == "answered"


def test_an_answer_begun_on_one_device_is_ended_on_another(
    open_licence: Any, traffic: Reporter, viewer_of: Any
) -> None:
    opened = clock.now() - timedelta(days=2)
    number, name, civil_id = open_licence(opened.isoformat())
    phone, desk = viewer_of(civil_id), viewer_of(civil_id)
    traffic.send(
        traffic.event("step", name, opened + timedelta(hours=1), step="review"),
        traffic.event("asked", name, opened + timedelta(hours=2), step="more-information", message="أرسل العنوان"),
    )
    question = my_request(phone, number, clock.now())[1].question  # type: ignore[index]
    assert question is not None
    actions.keep_answer(phone, number, question.token, {"remark": "الجهراء"})
    there = my_request(desk, number, clock.now())[1].draft  # type: ignore[index]
    assert there is not None
    assert there.answers == {"remark": "الجهراء"}
    actions.answer(desk, number, question.token, {"remark": "الجهراء، قطعة ٢"})
    after = my_request(phone, number, clock.now())[1]  # type: ignore[index]
    assert after.draft is None
    assert after.row.holder == "kw.moi.gdt"
    with pytest.raises(NothingAsked):
        actions.keep_answer(phone, number, question.token, {"remark": "late"})
