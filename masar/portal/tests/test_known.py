"""Pages of applying do not ask what is known, and say who told it and when."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from masar.cases import actions
from masar.cases.tests.test_known import ready
from masar.kernel import clock
from masar.people.actions import Telling, tell
from masar.portal.look import LANGUAGES
from masar.portal.tests.filling import photograph
from masar.portal.tests.test_apply import RENEW, Visitor
from masar.portal.views import apply

pytestmark = pytest.mark.database
GDT, CARD = "kw.moi.gdt", "kw.paci.civil-id-card"


def told(visitor: Visitor, **facts: Any) -> None:
    named = {name.replace("__", "."): value for name, value in facts.items()}
    assert tell(GDT, [Telling(visitor.civil_id, clock.now() - timedelta(days=1), named)]) == [frozenset()]


def page(visitor: Visitor, view: Any, id: str = RENEW, **named: str) -> str:
    answer = visitor.ask(view, id, **named)
    assert answer.status_code == 200
    found = re.sub(r"<(script|svg)\b.*?</\1>", "", answer.content.decode(), flags=re.S)
    return found[found.index("<main") : found.index("</main>")]


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", text).split())


def test_what_an_agency_told_is_not_asked_and_stands_with_its_source_and_day(kuwait: None) -> None:
    visitor = Visitor("en", 40)
    told(visitor, licence__number="12345678", licence__days_to_expiry=12, fines__unpaid_fils=0)
    start = plain(page(visitor, apply.start))
    assert "One question." in start
    assert "What is known already is not asked" in start
    first = visitor.ask(apply.start, RENEW, {})["Location"]
    assert first.endswith("/apply/delivery/")
    assert "Page 1 of 2" in plain(page(visitor, apply.question, name="delivery"))
    sent = visitor.ask(apply.question, RENEW, {"draft": visitor.draft(RENEW), "delivery": "kiosk"}, name="delivery")
    assert sent["Location"].endswith("/paper.photo/")
    photo = {"draft": visitor.draft(RENEW), "file": photograph(), "next": "1"}
    assert visitor.ask(apply.question, RENEW, photo, name="paper.photo")["Location"].endswith("/check/")
    check = page(visitor, apply.check)
    assert "12345678" in check
    assert re.search(r"Known to the Ministry of Interior – General Traffic Department, \w+", plain(check)), plain(check)
    assert f"/services/{RENEW}/apply/licence_number/?from=check" in check
    done = visitor.ask(apply.check, RENEW, {"draft": visitor.draft(RENEW), "declaration": "true"})
    assert done["Location"].endswith("?done=applied")


def test_what_is_known_can_be_changed_and_then_is_the_persons_own(kuwait: None) -> None:
    visitor = Visitor("en", 40)
    told(visitor, licence__number="12345678")
    visitor.begin(RENEW)
    question = page(visitor, apply.question, name="licence_number")
    assert 'value="12345678"' in question
    assert "Known to" in plain(question)
    posted = {"draft": visitor.draft(RENEW), "licence_number": "87654321"}
    visitor.ask(apply.question, RENEW, posted, "/?from=check", name="licence_number")
    check = plain(page(visitor, apply.check))
    assert "87654321" in check
    assert "Known to" not in check
    assert "Known to" not in plain(page(visitor, apply.question, name="licence_number"))


def test_what_may_be_left_out_is_offered_and_not_sent_unseen(kuwait: None) -> None:
    visitor = Visitor("en", 40)
    answers = {"licence_number": "12345678", "delivery": "post", "address": "السالمية", "declaration": True}
    actions.send(visitor.viewer, RENEW, ready(visitor.viewer, RENEW, answers))
    id = "kw.mohe.degree-equivalence"
    assert visitor.found(id).given == {}
    visitor.begin(RENEW)
    actions.keep(visitor.viewer, RENEW, {"licence_number": "12345678", "delivery": "kiosk"})
    assert visitor.found(RENEW).given == {}
    actions.keep(visitor.viewer, RENEW, {"delivery": "post"})
    assert visitor.found(RENEW).given == {"address": "السالمية"}
    check = plain(page(visitor, apply.check))
    assert "You told us this on" in check


def test_a_fact_that_an_agency_told_stays_and_says_whom_to_ask(kuwait: None) -> None:
    id = "kw.moe.school-registration"
    visitor = Visitor("en", 40)
    visitor.begin(id)
    named = Telling(visitor.civil_id, clock.now(), {"child.age": 6})
    assert tell("kw.paci", [named]) == [frozenset()]
    assert visitor.ask(apply.question, id, name="fact.child.age").status_code == 303
    posted = {"draft": visitor.draft(id), "child.age": "2"}
    assert visitor.ask(apply.question, id, posted, name="fact.child.age").status_code == 303
    assert visitor.found(id).facts["child.age"] == 6
    check = page(visitor, apply.check, id)
    assert "fact.child.age/" not in check
    assert "If this is wrong, ask them to put it right." in plain(check)


def test_what_the_person_said_once_is_not_asked_again_and_can_be_changed(kuwait: None) -> None:
    visitor = Visitor("en", 40)
    draft = visitor.begin(CARD)
    first = {"draft": draft, "person.is_citizen": "true"}
    assert visitor.ask(apply.question, CARD, first, name="fact.person.is_citizen").status_code == 303
    with_answers(visitor, CARD)
    assert not visitor.draft(CARD)
    again = visitor.ask(apply.start, CARD, {})["Location"]
    assert "fact." not in again
    check = page(visitor, apply.check, CARD)
    assert "You told us this on" in plain(check)
    assert "fact.person.is_citizen/?from=check" in check
    changed = {"draft": visitor.draft(CARD), "person.is_citizen": "false"}
    visitor.ask(apply.question, CARD, changed, "/?from=check", name="fact.person.is_citizen")
    assert visitor.found(CARD).facts["person.is_citizen"] is False
    check = page(visitor, apply.check, CARD)
    answer = check[check.index('id="a-fact-person-is_citizen"') :].split("</div>")[0]
    assert "No" in plain(answer)
    assert "You told us this on" not in plain(answer)


def with_answers(visitor: Visitor, id: str) -> None:
    from random import Random

    from demo.forms import fill

    schema = visitor.found(id).definition.document["form"]["schema"]
    actions.send(visitor.viewer, id, ready(visitor.viewer, id, fill(schema, Random(id), clock.now().date())))


def test_a_bar_says_who_told_it_and_when_and_its_remedy(kuwait: None) -> None:
    visitor = Visitor("en", 40)
    told(visitor, fines__unpaid_fils=5000, licence__days_to_expiry=12)
    start = page(visitor, apply.start)
    assert "You have unpaid traffic fines." in plain(start)
    assert "/services/kw.moi.gdt.pay-fines/" in start
    assert re.search(r"Known to the Ministry of Interior – General Traffic Department, \w+", plain(start))
    assert visitor.ask(apply.start, RENEW, {}).status_code == 200
    assert visitor.draft(RENEW) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_known_is_told_in_every_language(language: str, kuwait: None) -> None:
    visitor = Visitor(language, 40)
    told(visitor, licence__number="12345678")
    visitor.begin(RENEW)
    pages = [
        page(visitor, apply.start),
        page(visitor, apply.check),
        page(visitor, apply.question, name="licence_number"),
    ]
    told(visitor, fines__unpaid_fils=1)
    pages.append(page(visitor, apply.start))
    for one in pages:
        words = re.sub(r"<bdi.*?</bdi>|<[^>]+>|&[a-z0-9#]+;", " ", one, flags=re.S)
        assert bool(re.search(r"[A-Za-z]{3,}", words)) == (language == "en"), words
