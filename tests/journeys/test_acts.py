"""What a person does on a page: answer, withdraw, appeal; by mouse and by keyboard, with and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conftest import Reporter
from tests.journeys.browsing import DESK, PHONE, Person, Visits

Newcomer = Callable[..., Person]
Licence = Callable[..., tuple[int, str]]
ViewerOf = Callable[[str], Any]


def lines_of(viewer_of: ViewerOf, person: Person, number: int, kind: str) -> int:
    """Count the events of one kind, as the person's own timeline has them."""
    from masar.cases.queries import my_request
    from masar.kernel import clock

    found = my_request(viewer_of(person.civil_id), number, clock.now())
    assert found is not None
    return sum(line.type == kind for line in found[1].lines)


def reach(page: Page, selector: str, presses: int = 80) -> None:
    """Move the focus by Tab alone until it stands on an element."""
    for _ in range(presses):
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by the keyboard")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_request_is_withdrawn_by_mouse(
    scripts: bool, visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person)
    page = visits.of(person, java_script_enabled=scripts)
    page.goto(f"/ar/requests/{number}/")
    page.click("a[href$='/withdraw/']")
    expect(page.locator("h1")).to_contain_text("سحب")
    page.dblclick("main form .btn.bad", no_wait_after=True)
    page.wait_for_url(re.compile("done=withdrawn"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()
    expect(page.locator(".hero.is-withdrawn")).to_be_visible()
    assert lines_of(viewer_of, person, number, "withdrawn") == 1
    page.goto("/ar/archive/")
    expect(page.locator(".req")).to_have_count(1)
    page.goto("/ar/requests/")
    expect(page.locator(".req")).to_have_count(0)
    expect(page.locator(".empty")).to_be_visible()


def test_a_request_is_withdrawn_by_keyboard(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person)
    page = visits.of(person, viewport=DESK)
    page.goto(f"/ar/requests/{number}/")
    reach(page, "a[href$='/withdraw/']")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/withdraw/$"))
    reach(page, "main form .btn.bad")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("done=withdrawn"))
    assert lines_of(viewer_of, person, number, "withdrawn") == 1


def test_after_the_back_button_a_second_press_withdraws_nothing_more(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person)
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/")
    page.click("a[href$='/withdraw/']")
    page.click("main form .btn.bad")
    page.wait_for_url(re.compile("done=withdrawn"))
    page.go_back()
    if page.locator("main form .btn.bad").count():
        page.click("main form .btn.bad")
    expect(page.locator(".hero.is-withdrawn")).to_be_visible()
    assert lines_of(viewer_of, person, number, "withdrawn") == 1


def test_one_may_go_back_instead_of_withdrawing(visits: Visits, newcomer: Newcomer, licence_of: Licence) -> None:
    person = newcomer()
    number, _ = licence_of(person)
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/withdraw/")
    page.click("main form .btn.ghost")
    page.wait_for_url(re.compile(rf"/ar/requests/{number}/$"))
    expect(page.locator(".hero.is-withdrawn")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_is_answered_by_mouse_and_a_double_press_answers_once(
    scripts: bool, visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person, java_script_enabled=scripts)
    page.goto(f"/ar/requests/{number}/")
    page.fill("#need [name=answer]", "أجريت الفحص في مركز حولي.")
    page.dblclick("#need form .btn", no_wait_after=True)
    page.wait_for_url(re.compile("done=answered"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()
    expect(page.locator("#need")).to_have_count(0)
    assert lines_of(viewer_of, person, number, "answered") == 1


def test_the_same_answer_sent_again_later_finds_itself_taken(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/")
    form = {
        name: page.locator(f"#need [name={name}]").get_attribute("value") or ""
        for name in ("csrfmiddlewaretoken", "token")
    }
    for words, status in (("في مركز حولي", 303), ("في مركز حولي", 303), ("جواب آخر", 409)):
        answer = page.request.post(f"/ar/requests/{number}/answer/", form=form | {"answer": words}, max_redirects=0)
        assert answer.status == status, words
    assert lines_of(viewer_of, person, number, "answered") == 1


def test_a_question_is_answered_by_keyboard(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person, viewport=DESK)
    page.goto(f"/ar/requests/{number}/")
    reach(page, "#need [name=answer]")
    page.keyboard.type("في مركز حولي")
    reach(page, "#need form .btn")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("done=answered"))
    assert lines_of(viewer_of, person, number, "answered") == 1


def test_an_old_question_is_answered_no_more(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person)
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(f"/ar/requests/{number}/")
    other.fill("#need [name=answer]", "جواب آخر")
    page.fill("#need [name=answer]", "الجواب الأول")
    page.click("#need form .btn")
    page.wait_for_url(re.compile("done=answered"))
    expect(other.locator("#offer")).to_be_visible()
    other.click("#need form .btn")
    expect(other.locator("main .banner.is-bad")).to_be_visible()
    other.wait_for_timeout(300)  # for as long as a live page would take to follow
    expect(other.locator("main .banner.is-bad")).to_be_visible()
    assert lines_of(viewer_of, person, number, "answered") == 1


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_an_empty_answer_is_refused_beside_its_field(
    language: str, visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer(language)
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person)
    page.goto(f"/{language}/requests/{number}/")
    page.evaluate("document.querySelector('#need form').noValidate = true")
    page.click("#need form .btn")
    expect(page.locator("#errors")).to_be_focused()
    page.click("#errors a")
    expect(page.locator("#need [name=answer]")).to_be_focused()
    expect(page.locator("#need [name=answer]")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(("scripts", "device"), [(True, PHONE), (False, PHONE), (True, DESK)])
def test_a_refusal_is_appealed(
    scripts: bool, device: dict, visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "refused")
    page = visits.of(person, java_script_enabled=scripts, viewport=device)
    page.goto(f"/ar/requests/{number}/")
    expect(page.locator(".hero.is-refused")).to_be_visible()
    page.locator("a[href$='/appeal/']").first.click()
    page.wait_for_url(re.compile("/appeal/$"))
    page.fill("[name=reason]", "أرفق فحصا جديدا من مستشفى حكومي.")
    page.dblclick("main form button.btn", no_wait_after=True)
    page.wait_for_url(re.compile("done=appealed"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()
    appeal = int(page.locator("main").get_attribute("data-number"))
    assert appeal != number
    assert lines_of(viewer_of, person, appeal, "opened") == 1
    page.goto("/ar/requests/")
    expect(page.locator(".req")).to_have_count(1)
    page.goto(f"/ar/requests/{number}/")
    expect(page.locator("a[href$='/appeal/']")).to_have_count(0)
    expect(page.locator(f"a[href='/ar/requests/{appeal}/']")).to_have_count(1)


def test_an_appeal_by_keyboard_without_a_reason_says_what_is_missing(
    visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "refused")
    page = visits.of(person, viewport=DESK)
    page.goto(f"/ar/requests/{number}/appeal/")
    page.evaluate("document.querySelector('main form').noValidate = true")
    reach(page, "main form button.btn")
    page.keyboard.press("Enter")
    expect(page.locator("#errors")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=reason]")).to_be_focused()
    page.keyboard.type("سبب")
    reach(page, "main form button.btn")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("done=appealed"))


@pytest.mark.parametrize("act", ["", "withdraw/", "appeal/", "answer/"])
def test_the_request_of_another_person_does_not_exist(
    act: str, visits: Visits, newcomer: Newcomer, licence_of: Licence, viewer_of: ViewerOf
) -> None:
    hers, his = newcomer(), newcomer(name="فيصل التجريبي")
    number, _ = licence_of(hers, "review", "more-information")
    page = visits.of(his)
    if act != "answer/":
        answer = page.goto(f"/ar/requests/{number}/{act}")
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("h1")).to_be_visible()
    page.goto("/ar/account/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    form = {"csrfmiddlewaretoken": token, "answer": "لا", "reason": "لا", "token": "1"}
    assert page.request.post(f"/ar/requests/{number}/{act}", form=form).status == (405 if act == "" else 404)
    for kind in ("withdrawn", "answered"):
        assert lines_of(viewer_of, hers, number, kind) == 0


def test_a_form_from_another_log_in_is_refused_in_words_that_stay(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, traffic: Reporter
) -> None:
    person = newcomer()
    number, ref = licence_of(person)
    page = visits.of(person)
    other = page.context.new_page()
    other.goto(f"/ar/requests/{number}/")
    page.goto(f"/ar/requests/{number}/withdraw/")
    page.evaluate("document.querySelector('main [name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    page.click("main form .btn.bad")
    expect(page.locator("h1")).to_contain_text("النموذج")
    traffic.send(traffic.event("step", ref, datetime.now(UTC), step="review"))
    expect(other.locator(".step.now h3")).to_contain_text("مراجعة")
    page.wait_for_timeout(300)  # for as long as a live page would take to follow the other
    expect(page.locator("h1")).to_contain_text("النموذج")
    assert "CSRF" not in page.content().replace("csrfmiddlewaretoken", "")


def test_the_archive_shows_how_a_request_ended(visits: Visits, cast: dict, numbers: dict) -> None:
    page = visits.of(cast["latifa"])
    page.goto("/ar/archive/")
    page.click(".req :is(h2,h3) a")
    expect(page.locator("main")).to_have_attribute("data-number", str(numbers["DEMO-latifa-1"]))
    expect(page.locator(".hero.is-completed")).to_be_visible()
    expect(page.locator("a[href$='/withdraw/']")).to_have_count(0)
