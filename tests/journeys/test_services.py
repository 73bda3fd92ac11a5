"""Journeys of somebody who looks for a service: by words, by keyboard, without JavaScript, on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import axe
from tests.journeys.browsing import DESK, LANGUAGES, Person, Visits
from tests.journeys.sending import needs_node

LICENCE = "kw.moi.gdt.renew-driving-licence"
HOUSE = "kw.pahw.government-house"
CARER = "kw.pada.carer-allowance"
ASKED = {"ar": "ابي اجدد ليسني", "en": "renew my driving licence", "ur": "ڈرائیونگ لائسنس کی تجدید"}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def search(page: Page, language: str, words: str) -> None:
    """Go to the services and send a search."""
    page.goto(f"/{language}/services/")
    page.get_by_role("searchbox").fill(words)
    page.locator("form[role=search] button").click()
    page.wait_for_url(re.compile(rf"/{language}/services/\?q="))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_a_service_is_found_by_the_words_of_people_and_read(language: str, javascript: bool, visits: Visits) -> None:
    page = visits.stranger(java_script_enabled=javascript)
    search(page, language, ASKED[language])
    found = page.locator(".reqs .name a")
    addresses = [link.get_attribute("href") or "" for link in found.all()[:3]]
    assert any(LICENCE in address for address in addresses), addresses
    expect(page.get_by_role("searchbox")).to_have_value(ASKED[language])
    page.locator(f".reqs a[href$='{LICENCE}/']").click()
    page.wait_for_url(re.compile(rf"/{language}/services/{LICENCE}/$"))
    expect(page.locator("h1")).to_have_count(1)
    expect(page.locator("ol.path").first).to_be_visible()
    expect(page.locator(".fees")).to_contain_text("12")
    page.locator("details.more > summary").first.click()
    expect(page.locator("details.more[open]").first).to_be_visible()


def test_a_visitor_finds_the_services_from_the_first_page(visits: Visits) -> None:
    page = visits.stranger()
    page.goto("/ar/")
    page.get_by_role("searchbox").fill("مخالفات")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/ar/services/\?q="))
    expect(page.locator(".reqs .name a[href$='kw.moi.gdt.pay-fines/']")).to_be_visible()
    page.locator("nav.bot a[aria-current=page]").click()
    page.wait_for_url(re.compile(r"/ar/services/$"))
    page.locator(".tiles a").first.click()
    expect(page.locator(".req").first).to_be_visible()


def test_nothing_found_says_what_to_try(visits: Visits) -> None:
    page = visits.stranger()
    search(page, "ar", "xyzzyx")
    expect(page.locator(".empty")).to_contain_text("xyzzyx")
    expect(page.locator(".tiles")).to_have_count(3)


def test_the_keyboard_alone_leads_to_a_service(visits: Visits) -> None:
    page = visits.stranger(viewport=DESK)
    page.goto("/en/services/")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    page.keyboard.type("carer allowance")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?q=carer"))
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.req') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/en/services/{CARER}/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_of_services_fit_phones_down_to_320_px(language: str, visits: Visits) -> None:
    page = visits.stranger()
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for tail in ("", f"{LICENCE}/", f"{HOUSE}/", f"{CARER}/", "kw.moi.gdt.pay-fines/", "changes/"):
            page.goto(f"/{language}/services/{tail}")
            page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")
            assert not page.evaluate(SIDEWAYS), (tail, width)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_service_prints_on_two_sheets_without_menus(language: str, visits: Visits, tmp_path: Path) -> None:
    page = visits.stranger(viewport=DESK, color_scheme="dark")
    for id_ in (LICENCE, CARER):
        page.goto(f"/{language}/services/{id_}/")
        page.emulate_media(media="print")
        for hidden in ("header.top", "nav.bot", "footer.foot"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.locator("ol.path").first).to_be_visible()
        file = tmp_path / "service.pdf"
        page.pdf(path=file, format="A4")
        assert file.read_bytes().count(b"/Type /Page\n") <= 2, id_
        page.emulate_media(media="screen")


def test_a_request_leads_to_its_service(visits: Visits, cast: Mapping[str, Person], numbers: Mapping[str, int]) -> None:
    page = visits.of(cast["faisal"])
    page.goto(f"/ar/requests/{numbers['DEMO-faisal-1']}/")
    page.locator("#facts ~ dl a[href*='/services/']").click()
    page.wait_for_url(re.compile(r"/ar/services/kw\."))
    expect(page.locator("nav.bot a")).to_have_count(5)
    expect(page.locator(".banner")).to_have_count(0)


@pytest.mark.node
@needs_node
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_the_fullest_services(language: str, visits: Visits) -> None:
    """The other journeys look at the licence and the house; these have children, many fees, many branches."""
    page = visits.stranger()
    for id_ in (CARER, "kw.moi.gdt.pay-fines", "kw.moi.res.settle-overstay"):
        page.goto(f"/{language}/services/{id_}/")
        page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            violations, incomplete, _ = axe.look(page)
            assert [*violations, *incomplete] == [], (id_, scheme)
