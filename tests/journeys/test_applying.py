"""Applying in a browser: on a phone without JavaScript, at a desk by keyboard, begun on one and ended on the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import FilePayload, Page, expect

from conftest import Reporter
from masar.files.tests.good import jpeg, pdf
from masar.kernel.ids import read_number
from tests.journeys.browsing import DESK, PHONE, Person, Visits, until
from tests.journeys.test_acts import reach

Newcomer = Callable[..., Person]
RENEW = "services/kw.moi.gdt.renew-driving-licence/"


def go_on(page: Page) -> None:
    page.click("main form .btn:not(.ghost)")


def a_file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def choose(page: Page, file: FilePayload) -> None:
    """Choose a file as people do: by pressing, looking for it, and coming back."""
    with page.expect_file_chooser() as chooser:
        page.click("[name=file]")
    chooser.value.set_files(file)


def number_in(page: Page) -> int:
    number = read_number(page.url.split("/requests/")[1].split("/")[0])
    assert number
    return number


def attach_a_photograph(page: Page) -> None:
    """Send nothing, then no picture, then one that is taken away again, then the right one."""
    page.wait_for_url("**/apply/paper.photo/")
    go_on(page)
    expect(page.locator("#errors a[href='#paper-photo']")).to_be_visible()
    choose(page, a_file("صورة.jpg", b"<html>no picture</html>"))
    go_on(page)
    expect(page.locator("#paper-photo-error")).to_be_visible()
    choose(page, a_file("صورة.jpg", jpeg()))
    page.click("[name=more]")
    expect(page.locator(".files")).to_contain_text("صورة.jpg")
    page.click("[name=remove]")
    expect(page.locator(".files")).to_have_count(0)
    choose(page, a_file("وجهي.jpg", jpeg()))
    go_on(page)
    page.wait_for_url("**/apply/check/")
    expect(page.locator("main .sl")).to_contain_text("وجهي.jpg")


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_somebody_applies_on_a_phone_without_javascript_and_the_agency_answers(
    language: str, visits: Visits, newcomer: Newcomer, traffic: Reporter
) -> None:
    page = visits.of(newcomer(language), viewport=PHONE, java_script_enabled=False)
    page.goto(f"/{language}/{RENEW}")
    page.click("a.btn[href$='/apply/']")
    go_on(page)
    page.fill("[name=licence_number]", "12")
    go_on(page)
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("[name=licence_number]")).to_have_value("12")
    page.fill("[name=licence_number]", "١٢٣٤٥٦٧٨")
    go_on(page)
    page.check("[name=delivery][value=post]")
    go_on(page)
    page.fill("[name=address]", "الجهراء، قطعة 3")
    go_on(page)
    attach_a_photograph(page)
    go_on(page)
    expect(page.locator("#errors a[href='#f-declaration']")).to_be_visible()
    page.goto(f"/{language}/{RENEW}apply/check/")
    page.check("[name=declaration]")
    go_on(page)
    page.wait_for_url(re.compile(r"/requests/\d+/\?done=applied"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()
    number, address = number_in(page), page.url
    page.go_back()
    page.wait_for_url("**/apply/")  # the draft is gone, so the page before leads to the beginning
    page.goto(address)
    item = traffic.send(traffic.event("step", str(number), datetime.now(UTC), step="review"))[0]
    assert item.status == "accepted"
    page.reload()
    expect(page.locator("[aria-current=step]")).to_contain_text(
        {"ar": "مراجعة", "en": "Review", "ur": "جانچ"}[language]
    )
    page.click("a[href$='/sent/']")
    with page.expect_download() as file:
        page.click(".files a")
    assert file.value.suggested_filename == "وجهي.jpg"
    page.goto(f"/{language}/requests/")
    expect(page.locator(".req")).to_have_count(1)


def test_a_draft_begun_on_a_phone_is_ended_at_a_desk_by_keyboard(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer("en")
    phone = visits.of(person, viewport=PHONE)
    phone.goto(f"/en/{RENEW}apply/")
    go_on(phone)
    phone.fill("[name=licence_number]", "12345678")
    go_on(phone)
    phone.wait_for_url("**/apply/delivery/")
    phone.goto(f"/en/{RENEW}apply/paper.photo/")
    choose(phone, a_file("me.jpg", jpeg()))
    go_on(phone)
    phone.wait_for_url("**/apply/delivery/")
    desk = visits.of(person, viewport=DESK)
    desk.goto(f"/en/{RENEW}apply/")
    expect(desk.locator("main .banner")).to_contain_text("You have begun this request")
    reach(desk, "main .btn:not(.ghost)")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/apply/delivery/")
    reach(desk, "[name=delivery]")
    desk.keyboard.press("Space")
    reach(desk, "main form .btn")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/apply/check/")
    expect(desk.locator("main .sl")).to_contain_text("me.jpg")
    expect(desk.locator("main .sl")).to_contain_text("12345678")
    reach(desk, "[name=declaration]")
    desk.keyboard.press("Space")
    reach(desk, "main form .btn")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile("done=applied"))
    phone.goto(f"/en/{RENEW}apply/")
    expect(phone.locator("main")).not_to_contain_text("You have begun this request")


def test_sending_is_pressed_twice(visits: Visits, newcomer: Newcomer) -> None:
    page = visits.of(newcomer("ar"), viewport=PHONE)
    page.goto(f"/ar/{RENEW}apply/")
    page.dblclick("main form .btn:not(.ghost)", no_wait_after=True)
    page.wait_for_url("**/apply/licence_number/")
    page.fill("[name=licence_number]", "12345678")
    go_on(page)
    page.check("[name=delivery][value=kiosk]")
    go_on(page)
    choose(page, a_file("me.jpg", jpeg()))
    page.dblclick("[data-paper] [name=next]", no_wait_after=True)
    page.wait_for_url("**/apply/check/")
    expect(page.locator("main .sl bdi")).to_have_count(1)
    page.check("[name=declaration]")
    page.dblclick("main form .btn:not(.ghost)", no_wait_after=True)
    page.wait_for_url(re.compile("done=applied"))
    page.goto("/ar/requests/")
    expect(page.locator(".req")).to_have_count(1)


def test_a_large_photograph_is_made_smaller_before_it_is_sent(visits: Visits, newcomer: Newcomer) -> None:
    page = visits.of(newcomer("en"), viewport=PHONE)
    begin_at_the_photograph(page, "en")
    large = jpeg((4000, 3000), noise=True, quality=90)
    sent: list[int] = []
    page.on("request", lambda one: sent.append(len(one.post_data_buffer or b"")) if one.method == "POST" else None)
    choose(page, a_file("me.jpg", large))
    go_on(page)
    page.wait_for_url("**/apply/licence_number/")
    page.goto(f"/en/{RENEW}apply/check/")
    expect(page.locator("main .sl")).to_contain_text("me.jpg")
    assert len(large) > 4_000_000
    assert max(sent) < len(large) / 2


def test_a_connection_that_breaks_while_a_file_is_sent_loses_nothing(visits: Visits, newcomer: Newcomer) -> None:
    page = visits.of(newcomer("ar"), viewport=PHONE)
    begin_at_the_photograph(page, "ar")
    choose(page, a_file("me.jpg", jpeg()))
    page.route("**/paper.photo/", lambda route: route.abort("connectionreset"))
    go_on(page)
    expect(page.locator("form .cut")).to_be_visible()
    page.unroute("**/paper.photo/")
    go_on(page)
    page.wait_for_url("**/apply/licence_number/")
    page.goto(f"/ar/{RENEW}apply/paper.photo/")
    expect(page.locator(".files li")).to_have_count(1)
    visits.faults[:] = [fault for fault in visits.faults if "ERR_CONNECTION_RESET" not in fault]


def begin_at_the_photograph(page: Page, language: str) -> None:
    page.goto(f"/{language}/{RENEW}apply/")
    go_on(page)
    page.wait_for_url("**/apply/licence_number/")
    page.goto(f"/{language}/{RENEW}apply/paper.photo/")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_paper_that_is_asked_for_is_sent_from_the_page_of_the_request(
    has_script: bool, visits: Visits, newcomer: Newcomer, licence_of: Callable[..., tuple[int, str]], traffic: Reporter
) -> None:
    person = newcomer("en")
    number, name = licence_of(person, "review")
    page = visits.of(person, viewport=PHONE, java_script_enabled=has_script)
    asked = traffic.event("asked", name, datetime.now(UTC), kind="document", message={"en": "Send the eye test."})
    assert traffic.send(asked)[0].status == "accepted"
    page.goto(f"/en/requests/{number}/")
    expect(page.locator("#need")).to_contain_text("Send the eye test.")
    choose(page, a_file("test.pdf", pdf()))
    page.click("#need [name=more]")
    expect(page.locator("#need .files")).to_contain_text("test.pdf")
    page.click("#need form[action$='/answer/'] .btn")
    page.wait_for_url("**/?done=answered")
    expect(page.locator("main .banner.is-ok")).to_be_visible()
    expect(page.locator("#need")).to_have_count(0)


def test_what_happens_while_somebody_looks_for_a_file_does_not_lose_it(
    visits: Visits, newcomer: Newcomer, licence_of: Callable[..., tuple[int, str]], traffic: Reporter
) -> None:
    person = newcomer("en")
    number, name = licence_of(person, "review")
    asked = traffic.event("asked", name, datetime.now(UTC), kind="document", message={"en": "Send the eye test."})
    assert traffic.send(asked)[0].status == "accepted"
    page = visits.of(person, viewport=PHONE)
    page.goto(f"/en/requests/{number}/")
    until(page, "document.documentElement.classList.contains('on')")
    with page.expect_file_chooser() as chooser:
        page.click("[name=file]")
    note = traffic.event("noted", name, datetime.now(UTC), note={"en": "The office is closed tomorrow."})
    assert traffic.send(note)[0].status == "accepted"
    expect(page.locator("#offer")).to_be_visible()
    chooser.value.set_files(a_file("test.pdf", pdf()))
    page.click("#need [name=more]")
    expect(page.locator("#need .files")).to_contain_text("test.pdf")
    expect(page.locator("main")).to_contain_text("The office is closed tomorrow.")
