"""Logging in by civil ID and password, in three languages, in any digits; refusals; leaving."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import EASTERN, LANGUAGES, URDU, Person, Visits, log_in

Newcomer = Callable[..., Person]
WRONG = {"ar": "غير صحيح", "en": "is not correct", "ur": "درست نہیں"}
WRITTEN = {"ar": lambda t: t.translate(EASTERN), "en": lambda t: f"{t[:4]} {t[4:]}", "ur": lambda t: t.translate(URDU)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_logs_in_and_reaches_a_request(language: str, visits: Visits, cast: dict, numbers: dict) -> None:
    noura: Person = cast["noura"]
    page = visits.stranger()
    page.goto(f"/{language}/")
    page.click("main .hero a.btn")
    log_in(page, WRITTEN[language](noura.civil_id), noura.password)
    page.wait_for_url(re.compile(rf"/{language}/$"))
    expect(page.locator("h1")).to_contain_text("نورة")
    assert page.locator("html").get_attribute("dir") == ("ltr" if language == "en" else "rtl")
    page.click(f"nav.bot a[href='/{language}/requests/']")
    page.wait_for_url(re.compile(rf"/{language}/requests/$"))
    expect(page.locator(".req").nth(2)).to_be_visible()
    for name in ("needs-you", "in-progress", "ready", "late"):
        chip = page.locator(f".filters a[href$='f={name}']")
        told = int(re.search(r"\d+", chip.inner_text()).group())
        chip.click()
        expect(page.locator(f".filters a[href$='f={name}']")).to_have_attribute("aria-current", "page")
        expect(page.locator(".req")).to_have_count(told)
    page.goto(f"/{language}/requests/?f=needs-you")
    link = page.locator(".req :is(h2,h3) a").first  # the demonstration goes on meanwhile: whichever needs her now
    number = re.search(r"/requests/(\d+)/", str(link.get_attribute("href")))
    assert number is not None
    link.click()
    expect(page.locator("main")).to_have_attribute("data-number", number[1])
    expect(page.locator("#need")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_wrong_password_says_so_and_keeps_the_civil_id(language: str, visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer(language)
    page = visits.stranger()
    page.goto(f"/{language}/login/")
    log_in(page, person.civil_id, "not the password")
    expect(page.locator("#errors")).to_contain_text(WRONG[language])
    expect(page.locator("#errors")).to_be_focused()
    assert page.input_value("[name=login]") == person.civil_id
    log_in(page, person.civil_id, person.password)
    page.wait_for_url(re.compile(rf"/{language}/$"))


def test_a_number_that_is_no_civil_id_is_told_beside_its_field(visits: Visits) -> None:
    page = visits.stranger()
    page.goto("/ar/login/")
    log_in(page, "12345", "whatever it is")
    expect(page.locator(".field.wrong .fault").first).to_contain_text("12")
    page.click("#errors a")
    expect(page.locator("#f-login")).to_be_focused()


def test_after_five_wrong_passwords_even_the_right_one_waits(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer()
    page = visits.stranger(java_script_enabled=False)
    page.goto("/ar/login/")
    for _ in range(5):
        log_in(page, person.civil_id, "not the password")
        expect(page.locator("#errors")).to_be_visible()
    log_in(page, person.civil_id, person.password)
    expect(page.locator("#errors")).to_contain_text("الانتظار")
    page.wait_for_timeout(10_500)
    log_in(page, person.civil_id, person.password)
    page.wait_for_url(re.compile(r"/ar/$"))


@pytest.mark.parametrize("scripts", [True, False])
def test_whoever_is_not_logged_in_logs_in_and_comes_back(
    scripts: bool, visits: Visits, cast: dict, numbers: dict
) -> None:
    page = visits.stranger(java_script_enabled=scripts)
    page.goto(f"/ar/requests/{numbers['DEMO-noura-1']}/")
    assert "/ar/login/" in page.url
    log_in(page, cast["noura"].civil_id, cast["noura"].password)
    page.wait_for_url(re.compile(rf"/ar/requests/{numbers['DEMO-noura-1']}/$"))


def test_a_log_in_that_was_ended_leads_to_the_login_page(
    visits: Visits, newcomer: Newcomer, licence_of: Callable
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    page.route("**/live/**", lambda route: route.abort())  # else the page itself may go to the login first
    page.goto(f"/ar/requests/{number}/")
    _end_sessions(person)
    page.click("nav.bot a[href='/ar/requests/']")
    page.wait_for_url(re.compile(r"/ar/login/\?next="))
    log_in(page, person.civil_id, person.password)
    page.wait_for_url(re.compile(r"/ar/requests/$"))


def test_signing_out_ends_the_log_in_on_the_server_too(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer()
    page = visits.of(person)
    page.goto("/ar/account/")
    before = page.context.cookies()
    page.click("form[action='/ar/logout/'] button")
    page.wait_for_url(re.compile(r"/ar/signed-out/$"))
    page.go_back()
    assert person.name.split()[0] not in page.locator("main").inner_text()
    page.context.add_cookies([cookie for cookie in before if cookie["name"] == "masar"])
    page.goto("/ar/requests/")
    assert "/ar/login/" in page.url


def _end_sessions(person: Person) -> None:
    from masar.kernel.database import acting
    from masar.people.actions import civil_index, end_session
    from masar.people.queries import Viewer

    with acting("masar_system") as cursor:
        cursor.execute(
            "select s.person_id, s.id from people_session s join people_person p on p.id = s.person_id"
            " where p.civil_index = %s::bytea",
            [civil_index(person.civil_id)],
        )
        viewers = [Viewer(*row) for row in cursor.fetchall()]
    for viewer in viewers:
        end_session(viewer)
