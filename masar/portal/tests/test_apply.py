"""Applying on pages: every service of the catalogue, one question a page, kept with each page, sent once."""

from __future__ import annotations

import re
import secrets
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from conftest import logged_in, new_civil_id
from demo.forms import fill
from masar.cases import actions
from masar.cases.queries import my_application, my_requests
from masar.catalogue.queries import PaperAsk, asks, bar, catalogue, service, services
from masar.kernel import clock
from masar.people.actions import introduce
from masar.portal.look import LANGUAGES
from masar.portal.presenters.asking import ask_in, name_of, questions_of
from masar.portal.tests.filling import paper_for, photograph, typed
from masar.portal.views import apply, lists

pytestmark = pytest.mark.database
RENEW = "kw.moi.gdt.renew-driving-licence"
TODAY = date(2026, 11, 27)


class Visitor:
    """Somebody on a phone, who presses what the pages offer."""

    def __init__(self, language: str = "ar", age: int | None = None) -> None:
        civil_id = self.civil_id = new_civil_id(age)
        introduce(civil_id, "نورة التجريبية", language, secrets.token_hex(8))
        self.viewer, self.language = logged_in(civil_id), language

    def ask(self, view: Any, id: str, posted: dict[str, Any] | None = None, at: str = "/", **named: str) -> Any:
        factory = RequestFactory()
        request: Any = factory.get(at) if posted is None else factory.post(at, posted)
        request.viewer, request._dont_enforce_csrf_checks = self.viewer, True
        with translation.override(self.language):
            return view(request, id=id, **named)

    def begin(self, id: str) -> str:
        assert self.ask(apply.start, id).status_code == 200
        assert self.ask(apply.start, id, {}).status_code == 303
        return self.draft(id)

    def home(self) -> str:
        request: Any = RequestFactory().get("/")
        request.viewer = self.viewer
        with translation.override(self.language):
            return lists.first(request).content.decode()

    def fill_in(self) -> None:
        """Fill in all that renewing a licence asks for."""
        actions.keep(self.viewer, RENEW, {"licence_number": "12345678", "delivery": "kiosk"})
        draft = UUID(self.draft(RENEW))
        actions.attach(self.viewer, RENEW, draft, "photo", photograph().read(), "صورة.jpg")

    def found(self, id: str) -> Any:
        return my_application(self.viewer, id)

    def draft(self, id: str) -> str:
        draft = self.found(id).draft
        return draft.id.hex if draft else ""

    def numbers(self) -> list[int]:
        return [row.number for row in my_requests(self.viewer, "open", None, clock.now())[1].rows]


FACTS = {"person.is_citizen": True, "child.age": 6}


def answered(visitor: Visitor, id: str, answers: dict[str, Any]) -> None:
    """Go from page to page, as the pages lead, and answer each."""
    at = visitor.ask(apply.start, id, {})["Location"]
    seen = []
    while not at.endswith("/check/"):
        name = at.rstrip("/").rsplit("/", 1)[1]
        assert name not in seen, "a page came twice"
        seen.append(name)
        shown = visitor.ask(apply.question, id, name=name)
        assert shown.status_code == 200, (name, shown.headers)
        one = next(one for one in questions_of(visitor.found(id)) if name_of(one) == name)
        answer = visitor.ask(apply.question, id, {"draft": visitor.draft(id)} | sent_for(one, answers), name=name)
        assert answer.status_code == 303, (name, answer.content.decode()[-3000:])
        at = answer["Location"]


def sent_for(one: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends from one page."""
    if isinstance(one, PaperAsk):
        return {"file": paper_for(one.accept), "next": "1"}
    ask = ask_in(one)
    return typed(ask, FACTS.get(ask.name, answers.get(ask.name)))


def every_service() -> list[str]:
    from masar.catalogue.deployment import folder

    return sorted(
        path.stem
        for path in folder().glob("services/*/*.yaml")
        if "\nform:" in path.read_text(encoding="utf-8") and "\nkind:" not in path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("stem", every_service())
def test_every_service_is_applied_for_through_its_pages(stem: str, kuwait: None) -> None:
    id = next(one.id for one in services() if one.id.endswith(f".{stem}"))
    chance = Random(stem)
    definition = service(id)
    assert definition is not None
    age = next(age for age in (30, 20, 70) if bar(definition.document, {"person.age": age}) is None)
    visitor = Visitor(chance.choice(LANGUAGES), age)
    schema = definition.document["form"]["schema"]
    answers = fill(schema, chance, TODAY)
    answered(visitor, id, answers)
    declared = [ask.name for ask in asks(schema, answers) if ask.kind == "checkbox"]
    draft = visitor.draft(id)
    check = visitor.ask(apply.check, id)
    assert check.status_code == 200
    sent = visitor.ask(apply.check, id, {"draft": draft} | dict.fromkeys(declared, "true"))
    assert sent.status_code == 303, re.findall(r'class="fault".*?</p>', sent.content.decode())
    assert sent["Location"].endswith("?done=applied")
    again = visitor.ask(apply.check, id, {"draft": draft} | dict.fromkeys(declared, "true"))
    assert again["Location"] == sent["Location"]
    assert len(visitor.numbers()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "typed"),
    [("licence_number", ""), ("licence_number", "abc"), ("licence_number", "1" * 40), ("delivery", ""),
     ("delivery", "<script>alert(1)</script>")],
)  # fmt: skip
def test_a_wrong_answer_is_said_at_its_field_and_kept(language: str, name: str, typed: str, kuwait: None) -> None:
    visitor = Visitor(language)
    draft = visitor.begin(RENEW)
    answer = visitor.ask(apply.question, RENEW, {"draft": draft, name: typed}, name=name)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#f-{name}"' in page
    assert f'id="f-{name}-error"' in page
    assert "<script>alert" not in page
    if name == "licence_number" and typed:
        assert f'value="{typed}"' in page
    assert visitor.found(RENEW).draft.answers == {}


def test_arabic_digits_are_taken(kuwait: None) -> None:
    visitor = Visitor()
    draft = visitor.begin(RENEW)
    visitor.ask(apply.question, RENEW, {"draft": draft, "licence_number": "١٢٣٤٥٦٧٨"}, name="licence_number")
    assert visitor.found(RENEW).draft.answers == {"licence_number": "12345678"}


@pytest.mark.parametrize("typed", [("31", "2", "2026"), ("x", "1", "2026"), ("1", "1", "26"), ("", "1", "2026")])
def test_a_day_that_does_not_exist_is_refused(typed: tuple[str, str, str], kuwait: None) -> None:
    id, name = "kw.pam.exit-permit", "leaves_on"
    visitor = Visitor("en")
    found = [ask_in(one) for one in questions_of(visitor.found(id))]
    name = next(ask.name for ask in found if ask.kind == "date")
    draft = visitor.begin(id)
    posted = dict(zip((f"{name}.day", f"{name}.month", f"{name}.year"), typed, strict=True))
    answer = visitor.ask(apply.question, id, {"draft": draft} | posted, name=name)
    assert answer.status_code == 422
    assert "Write" in answer.content.decode()


def test_what_a_choice_calls_for_is_asked_and_what_it_rules_out_is_not_sent(kuwait: None) -> None:
    visitor = Visitor()
    answered(visitor, RENEW, {"licence_number": "12345678", "delivery": "post", "address": "الجهراء"})
    draft = visitor.draft(RENEW)
    changed = visitor.ask(apply.question, RENEW, {"draft": draft, "delivery": "kiosk"}, "/?from=check", name="delivery")
    assert changed["Location"].endswith("/apply/check/")
    assert "الجهراء" not in visitor.ask(apply.check, RENEW).content.decode()
    assert visitor.ask(apply.question, RENEW, name="address").status_code == 303


def test_a_question_that_a_later_answer_calls_for_is_asked_before_the_end(kuwait: None) -> None:
    id, visitor = "kw.pam.exit-permit", Visitor()
    draft = visitor.begin(id)
    day = {"leaves_on.day": "1", "leaves_on.month": "2", "leaves_on.year": "2027"}
    visitor.ask(apply.question, id, {"draft": draft} | day, name="leaves_on")
    visitor.ask(apply.question, id, {"draft": draft, "purpose": "holiday"}, name="purpose")
    last = visitor.ask(apply.question, id, {"draft": draft, "way": "air"}, name="way")
    assert last["Location"].endswith("/apply/returns_on/")


def test_going_on_later_leads_to_what_may_be_left_out_too(kuwait: None) -> None:
    id, visitor = "kw.pam.exit-permit", Visitor("en")
    visitor.begin(id)
    actions.keep(visitor.viewer, id, {"leaves_on": "2027-02-01", "purpose": "final"})
    assert f'href="/en/services/{id}/apply/way/"' in visitor.ask(apply.start, id).content.decode()
    visitor.ask(apply.question, id, {"draft": visitor.draft(id), "way": "air"}, name="way")
    assert f'href="/en/services/{id}/apply/check/"' in visitor.ask(apply.start, id).content.decode()


def test_what_is_missing_is_named_before_anything_is_sent(kuwait: None) -> None:
    visitor = Visitor("en")
    draft = visitor.begin(RENEW)
    answer = visitor.ask(apply.check, RENEW, {"draft": draft})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Licence number: Write your answer here." in page
    assert "A recent photograph: Choose a file first." in page
    for place in ("a-licence_number", "a-delivery", "a-paper-photo", "f-declaration"):
        assert f'href="#{place}"' in page
        assert f'id="{place}"' in page
    assert visitor.numbers() == []


def test_what_is_known_to_be_in_the_way_comes_before_the_form_with_its_remedy(kuwait: None) -> None:
    visitor = Visitor("en")
    actions.keep(visitor.viewer, RENEW, {}, facts={"fines.unpaid_fils": 5000})
    page = visitor.ask(apply.start, RENEW).content.decode()
    assert "You have unpaid traffic fines." in page
    assert "/services/kw.moi.gdt.pay-fines/" in page
    for answer in (
        visitor.ask(apply.question, RENEW, name="licence_number"),
        visitor.ask(apply.check, RENEW),
        visitor.ask(apply.check, RENEW, {"draft": visitor.draft(RENEW), "declaration": "true"}),
    ):
        assert answer.status_code == 303
        assert answer["Location"].endswith("/apply/")
    assert visitor.numbers() == []


def test_an_answer_that_bars_leads_back_to_what_is_in_the_way(kuwait: None) -> None:
    id = "kw.moe.school-registration"
    visitor = Visitor("en")
    draft = visitor.begin(id)
    answer = visitor.ask(apply.question, id, {"draft": draft, "child.age": "2"}, name="fact.child.age")
    name = answer["Location"].rstrip("/").rsplit("/", 1)[1]
    assert visitor.ask(apply.question, id, name=name)["Location"].endswith("/apply/")
    assert "Something is in the way" in visitor.ask(apply.start, id).content.decode()


def test_a_page_of_a_draft_that_was_sent_begins_no_other(kuwait: None) -> None:
    visitor = Visitor()
    draft = visitor.begin(RENEW)
    visitor.fill_in()
    sent = visitor.ask(apply.check, RENEW, {"draft": draft, "declaration": "true"})
    assert sent["Location"].endswith("?done=applied")
    late = visitor.ask(apply.question, RENEW, {"draft": draft, "delivery": "post"}, name="delivery")
    assert late.status_code == 303
    assert visitor.draft(RENEW) == ""
    other = visitor.begin(RENEW)
    assert visitor.ask(apply.question, RENEW, {"draft": draft, "delivery": "post"}, name="delivery").status_code == 303
    assert visitor.found(RENEW).draft.answers == {}
    assert other != draft


def test_what_was_begun_stands_on_the_first_page_until_it_is_sent(kuwait: None) -> None:
    visitor = Visitor("en")
    begun = f'href="/en/services/{RENEW}/apply/"'
    assert begun not in visitor.home()
    draft = visitor.begin(RENEW)
    assert begun in visitor.home()
    assert "Kept until" in visitor.home()
    visitor.fill_in()
    assert visitor.ask(apply.check, RENEW, {"draft": draft, "declaration": "true"}).status_code == 303
    assert begun not in visitor.home()


def test_the_cost_is_that_of_the_answers(kuwait: None) -> None:
    visitor = Visitor("en")
    visitor.begin(RENEW)

    def cost() -> str:
        page = re.sub(r"<[^>]+>", "", visitor.ask(apply.check, RENEW).content.decode())
        return page[page.index("Cost") :][:40]

    assert "KD 10 to 12" in cost()
    actions.keep(visitor.viewer, RENEW, {"delivery": "kiosk"})
    assert "KD 10" in cost()
    assert "12" not in cost()


def test_discarding_is_pressed_twice(kuwait: None) -> None:
    visitor = Visitor()
    draft = visitor.begin(RENEW)
    for _ in range(2):
        assert visitor.ask(apply.discard, RENEW, {}).status_code == 303
    assert visitor.draft(RENEW) == ""
    sent = visitor.ask(apply.check, RENEW, {"draft": draft, "declaration": "true"})
    assert sent["Location"].endswith("/apply/")
    assert visitor.ask(apply.check, RENEW, {"draft": "nonsense"}).status_code == 303


def test_nobody_applies_for_what_is_no_service(kuwait: None) -> None:
    visitor = Visitor()
    for id in ("kw.mew.electricity-check", "kw.nobody.nothing"):
        with pytest.raises(Http404):
            visitor.ask(apply.start, id)
    assert visitor.ask(apply.start, RENEW, {}).status_code == 303
    assert visitor.ask(apply.question, RENEW, name="no-such-question").status_code == 303


def test_each_page_asks_the_database_once(kuwait: None) -> None:
    visitor = Visitor()
    visitor.begin(RENEW)
    for view, named in ((apply.start, {}), (apply.question, {"name": "delivery"}), (apply.check, {})):
        catalogue()
        with CaptureQueriesContext(connections["default"]) as asked:
            assert visitor.ask(view, RENEW, **named).status_code == 200
        assert len(asked) == 0, asked.captured_queries  # the person's own statement runs on a connection of its own


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_applying_leaves_a_word_untranslated(language: str, kuwait: None) -> None:
    visitor = Visitor(language)
    visitor.begin(RENEW)
    for view, named in ((apply.start, {}), (apply.question, {"name": "delivery"}), (apply.check, {})):
        page = visitor.ask(view, RENEW, **named).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        plain = re.sub(r"<[^>]+>|&[a-z0-9#]+;", " ", re.sub(r"<(svg|script|bdi)\b.*?</\1>", " ", main, flags=re.S))
        assert bool(re.search(r"[A-Za-z]{3,}", plain)) == (language == "en"), plain
