"""Applying in a browser: on a phone without JavaScript, at a desk by keyboard, begun on one and ended on the other."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from conftest import Reporter
from masar.kernel.ids import read_number
from tests.journeys.browsing import DESK, PHONE, Person, Visits
from tests.journeys.test_acts import reach

Newcomer = Callable[..., Person]
RENEW = "services/kw.moi.gdt.renew-driving-licence/"


def go_on(page: Page) -> None:
    page.click("main form .btn:not(.ghost)")


def number_in(page: Page) -> int:
    number = read_number(page.url.split("/requests/")[1].split("/")[0])
    assert number
    return number


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
    page.wait_for_url("**/apply/check/")
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
    page.goto(f"/{language}/requests/")
    expect(page.locator(".req")).to_have_count(1)


def test_a_draft_begun_on_a_phone_is_ended_at_a_desk_by_keyboard(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer("en")
    phone = visits.of(person, viewport=PHONE)
    phone.goto(f"/en/{RENEW}apply/")
    go_on(phone)
    phone.fill("[name=licence_number]", "12345678")
    go_on(phone)
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
    page.wait_for_url("**/apply/check/")
    page.check("[name=declaration]")
    page.dblclick("main form .btn:not(.ghost)", no_wait_after=True)
    page.wait_for_url(re.compile("done=applied"))
    page.goto("/ar/requests/")
    expect(page.locator(".req")).to_have_count(1)
