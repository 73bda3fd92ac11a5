"""Papers on pages: chosen, attached, said what is wrong with, taken away; of an application and of a question."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import translation

from conftest import Reporter, logged_in
from masar.files.tests.good import jpeg, pdf
from masar.kernel import clock
from masar.portal.look import LANGUAGES
from masar.portal.tests.filling import photograph
from masar.portal.tests.test_apply import RENEW, Visitor
from masar.portal.views import apply, one

pytestmark = pytest.mark.database
PHOTO = {"name": "paper.photo"}
SCHOOL = "kw.moe.school-registration"


def file_of(data: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


def attach(visitor: Visitor, data: dict[str, Any], at: str = "/") -> Any:
    return visitor.ask(apply.question, RENEW, {"draft": visitor.draft(RENEW)} | data, at, **PHOTO)


def names(visitor: Visitor) -> list[str]:
    return [paper.name for paper in visitor.found(RENEW).draft.papers.get("photo", ())]


def test_a_photograph_is_attached_and_the_next_page_follows(kuwait: None) -> None:
    visitor = Visitor("en")
    visitor.begin(RENEW)
    page = visitor.ask(apply.question, RENEW, **PHOTO).content.decode()
    assert "A photograph, up to 2\N{NO-BREAK SPACE}MB." in page
    assert 'accept="image/jpeg,image/png"' in page
    for _ in range(2):
        answer = attach(visitor, {"file": photograph("أنا.jpg"), "next": "1"})
        assert answer.status_code == 303
        assert answer["Location"].endswith("/apply/licence_number/")
    assert names(visitor) == ["أنا.jpg"]
    assert "أنا.jpg" in visitor.ask(apply.check, RENEW).content.decode()


def test_another_file_can_be_added_and_one_taken_away(kuwait: None) -> None:
    visitor = Visitor("en")
    visitor.begin(RENEW)
    for name, colour in (("one.jpg", "red"), ("two.jpg", "blue")):
        answer = attach(visitor, {"file": photograph(name, colour), "more": "1"}, "/?from=check")
        assert answer["Location"].endswith("/paper.photo/?from=check")
    page = visitor.ask(apply.question, RENEW, **PHOTO).content.decode()
    ids = re.findall(r'name="remove" value="(\w+)"', page)
    assert len(ids) == 2
    for _ in range(2):
        assert attach(visitor, {"remove": ids[0]}).status_code == 303
    assert names(visitor) == ["two.jpg"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "Choose a file first."), (b"", "This file is empty."), (b"GIF89a", "A file of this kind is not taken."),
        (pdf(), "A file of this kind is not taken."), (jpeg()[:400], "This file cannot be opened"),
        (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "This file is larger than 10\N{NO-BREAK SPACE}MB."),
        (b"\xff\xd8\xff" + bytes(12 * 1024 * 1024), "This file is larger than 10\N{NO-BREAK SPACE}MB."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_at_its_field(
    language: str, data: bytes | None, words: str, kuwait: None
) -> None:
    visitor = Visitor(language)
    visitor.begin(RENEW)
    answer = attach(visitor, {"next": "1"} | ({} if data is None else {"file": file_of(data)}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#paper-photo"' in page
    assert 'id="paper-photo-error"' in page
    if language == "en":
        assert words in page
    else:
        fault = re.findall(r'id="paper-photo-error">.*?<span>(.*?)</span>', page, re.DOTALL)[0]
        assert not re.search(r"[A-Za-z]{4}", fault.replace("PDF", "")), fault
    assert names(visitor) == []


def test_no_more_files_than_are_taken_are_offered(kuwait: None) -> None:
    visitor = Visitor("en")
    visitor.begin(RENEW)
    for side in range(5):
        attach(visitor, {"file": photograph(size=(20 + side, 20)), "more": "1"})
    assert 'type="file"' not in visitor.ask(apply.question, RENEW, **PHOTO).content.decode()
    answer = attach(visitor, {"file": photograph(size=(99, 20)), "more": "1"})
    assert answer.status_code == 422
    assert "You have attached 5 files here" in answer.content.decode()
    assert attach(visitor, {"next": "1"}).status_code == 303


def test_a_file_for_a_draft_that_was_sent_is_not_kept(kuwait: None) -> None:
    visitor = Visitor()
    visitor.begin(RENEW)
    answer = visitor.ask(apply.question, RENEW, {"draft": "0" * 32, "file": photograph()}, **PHOTO)
    assert answer["Location"].endswith("/apply/")
    assert names(visitor) == []


def test_a_file_of_nobody_is_not_held() -> None:
    request: Any = RequestFactory().post("/", {"file": photograph()})
    assert dict(request.FILES) == {}
    request = RequestFactory().post("/", {"file": photograph(), "other": photograph()})
    request.viewer = object()
    assert list(request.FILES) == ["file"]


def ask(visitor: Visitor, view: Any, posted: dict[str, Any] | None = None, **named: Any) -> Any:
    request: Any = RequestFactory().get("/") if posted is None else RequestFactory().post("/", posted)
    request.viewer, request._dont_enforce_csrf_checks = visitor.viewer, True
    with translation.override(visitor.language):
        return view(request, **named)


def test_what_was_sent_is_shown_to_its_person_alone(kuwait: None) -> None:
    visitor = Visitor("en")
    draft = visitor.begin(RENEW)
    visitor.fill_in()
    visitor.ask(apply.check, RENEW, {"draft": draft, "declaration": "true"})
    number = str(visitor.numbers()[0])
    page = ask(visitor, one.sent, number=number).content.decode()
    assert "12345678" in page
    assert "A recent photograph" in page
    url = re.findall(r'href="/en/papers/(\w+)/"', page)[0]
    file = ask(visitor, one.paper, id=url)
    assert file["Content-Type"] == "image/jpeg"
    assert "attachment" in file["Content-Disposition"]
    assert file.content.startswith(b"\xff\xd8\xff")
    stranger = Visitor()
    for view, named in ((one.sent, {"number": number}), (one.paper, {"id": url}), (one.paper, {"id": "x"})):
        with pytest.raises(Http404):
            ask(stranger, view, **named)
        assert Client().get(f"/en/papers/{url}/").status_code == 302
    assert "What you sent" in ask(visitor, one.one, number=number).content.decode()


@pytest.fixture
def asked(kuwait: None) -> tuple[Visitor, str]:
    """Somebody whose school asks for a vaccination card, and the number of that request."""
    visitor, school, name = Visitor("en"), Reporter("kw.moe"), f"S-{secrets.token_hex(5)}"
    from masar.kernel.database import acting
    from masar.people.queries import open_person

    with acting("masar_system") as cursor:
        cursor.execute("select p.id, p.sealed, k.wrapped, k.kek from people_person p join people_person_key k"
                       " on k.person_id = p.id where p.id = %s", [visitor.viewer.person_id])  # fmt: skip
        civil_id = open_person(*cursor.fetchone())["civil_id"]
    at = clock.now() - timedelta(days=2)
    school.send(
        school.event("opened", None, at, service=SCHOOL, agency_ref=name, civil_id=civil_id),
        school.event("step", f"ref:{name}", at + timedelta(hours=1), step="missing-vaccine"),
    )
    return visitor, str(visitor.numbers()[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_papers_are_sent_from_the_page_of_the_request(language: str, asked: Any) -> None:
    visitor, number = asked
    visitor.language = language
    page = ask(visitor, one.one, number=number).content.decode()
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    frame = {"token": token, "document": "vaccination-card"}
    nothing = ask(visitor, one.answer, {"token": token, "draft": ""}, number=number)
    assert nothing.status_code == 422
    assert 'href="#paper-vaccination-card"' in nothing.content.decode()
    bad = ask(visitor, one.papers, frame | {"file": file_of(b"GIF89a")}, number=number)
    assert bad.status_code == 422
    assert 'id="paper-vaccination-card-error"' in bad.content.decode()
    assert ask(visitor, one.papers, frame, number=number).status_code == 422
    for _ in range(2):
        kept = ask(visitor, one.papers, frame | {"file": photograph("بطاقة.jpg")}, number=number)
        assert (kept.status_code, kept["Location"]) == (303, f"/{language}/requests/{number}/#need")
    page = ask(visitor, one.one, number=number).content.decode()
    assert page.count('name="remove"') == 1
    draft = re.findall(r'name="draft" value="(\w+)"', page)[0]
    for _ in range(2):
        sent = ask(visitor, one.answer, {"token": token, "draft": draft}, number=number)
        assert (sent.status_code, sent["Location"]) == (303, f"/{language}/requests/{number}/?done=answered")
    late = ask(visitor, one.papers, frame | {"file": photograph(colour="red")}, number=number)
    assert late.status_code == 409
    page = ask(visitor, one.sent, number=number).content.decode()
    assert "بطاقة.jpg" in page


def test_an_answer_is_kept_for_later_and_pressed_twice(open_licence: Any, traffic: Reporter) -> None:
    at = clock.now() - timedelta(days=2)
    number, name, civil_id = open_licence(at.isoformat())
    traffic.send(
        traffic.event("step", name, at + timedelta(hours=1), step="review"),
        traffic.event("asked", name, at + timedelta(hours=2), step="more-information", message="?",
                      form={"schema": {"type": "object", "required": ["day", "count"], "properties": {
                          "day": {"type": "string", "format": "date"}, "count": {"type": "integer"}}}, "words": {}}),
    )  # fmt: skip
    visitor = Visitor.__new__(Visitor)
    visitor.viewer, visitor.language = logged_in(civil_id), "en"
    named = {"number": str(number)}
    page = ask(visitor, one.one, **named).content.decode()
    token = re.findall(r'name="token" value="([^"]+)"', page)[0]
    kept = ask(visitor, one.answer, {"token": token, "count": "12", "later": "1"}, **named)
    assert kept["Location"].endswith("?done=kept")
    page = ask(visitor, one.one, **named).content.decode()
    assert 'value="12"' in page
    assert "It is not sent yet" in page
    wrong = ask(visitor, one.answer, {"token": token, "count": "many", "later": "1"}, **named)
    assert wrong.status_code == 422
    texts = {"token": token, "count": "١٣", "day.day": "1", "day.month": "2", "day.year": "2027"}
    for _ in range(2):
        sent = ask(visitor, one.answer, texts, **named)
        assert sent["Location"].endswith("?done=answered"), "a second press of a number and a day is the first"
    other = ask(visitor, one.answer, texts | {"count": "14"}, **named)
    assert other.status_code == 409
