"""From the slip of paper to the page: printed by one person, typed by another, on a phone, with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import axe
from tests.journeys.browsing import DESK, EASTERN, LANGUAGES, PHONE, Person, Visits
from tests.journeys.sending import needs_node

HALF_A_PAGE = 148 / 25.4 * 96  # A5 across: half of A4, in CSS pixels
PRINTED_BESIDE = """[...document.querySelectorAll('body *')].filter((e) => e.checkVisibility()
  && !e.closest('.slip') && !e.querySelector('.slip') && e.innerText?.trim()).length"""


def slip_of(page: Page, language: str, number: int) -> str:
    """Go from the page of a request to its slip; return the PIN that stands there."""
    page.goto(f"/{language}/requests/{number}/")
    page.locator(f'a[href="/{language}/requests/{number}/slip/"]').first.click()
    page.wait_for_url(re.compile("/slip/$"))
    return "".join(re.findall(r"\d", page.locator(".keys dd").nth(1).inner_text()))


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_is_printed_and_followed_by_somebody_else(
    language: str, scripts: bool, visits: Visits, newcomer: Callable[..., Person], licence_of: Callable[..., tuple]
) -> None:
    person = newcomer(language)
    number, _ = licence_of(person, "review")
    pin = slip_of(visits.of(person, viewport=DESK, java_script_enabled=scripts), language, number)
    page = visits.stranger(viewport=PHONE, java_script_enabled=scripts)
    page.goto(f"/{language}/login/")
    page.locator(f'main a[href="/{language}/track/"]').click()
    page.fill("[name=number]", " ".join(str(number)).translate(EASTERN))
    page.fill("[name=pin]", pin.translate(EASTERN) if language == "ar" else f"{pin[:3]}-{pin[3:]}")
    page.locator("main form button").click()
    page.wait_for_url(re.compile(f"/{language}/track/$"))
    expect(page.locator("[aria-current=step]")).to_be_visible()
    assert person.name not in page.content()
    assert person.civil_id not in page.content()
    page.reload()
    expect(page.locator("[aria-current=step]")).to_be_visible()
    assert pin not in page.url
    page.locator("button[name=leave]").click()
    expect(page.locator("[name=pin]")).to_be_visible()
    page.go_back()
    expect(page.locator("[aria-current=step]")).to_have_count(0)


def test_the_slip_prints_on_half_a_page(
    visits: Visits, newcomer: Callable[..., Person], licence_of: Callable[..., tuple]
) -> None:
    for language in LANGUAGES:
        person = newcomer(language)
        number, _ = licence_of(person)
        page = visits.of(person, viewport={"width": 700, "height": 1000})
        slip_of(page, language, number)
        page.emulate_media(media="print")
        slip = page.locator(".slip")
        box = slip.bounding_box()
        assert box is not None
        assert box["height"] <= HALF_A_PAGE, language
        assert page.locator(".qr").bounding_box()["width"] >= 96, "an inch, so that phones read it"
        seen = page.evaluate(PRINTED_BESIDE)
        assert seen == 0, "only the slip is printed"
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


@pytest.mark.node
@needs_node
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_what_a_slip_opens(
    language: str, visits: Visits, newcomer: Callable[..., Person], licence_of: Callable[..., tuple]
) -> None:
    person = newcomer(language)
    number, _ = licence_of(person, "more-information")
    own = visits.of(person)
    pin = slip_of(own, language, number)
    page = visits.stranger()
    page.goto(f"/{language}/track/?n={number}")
    told = [*axe.look(own)[:2], *axe.look(page)[:2]]
    page.fill("[name=pin]", "12")
    page.locator("main form button").click()
    told += axe.look(page)[:2]
    page.fill("[name=pin]", pin)
    page.locator("main form button").click()
    expect(page.locator("[aria-current=step]")).to_be_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        told += axe.look(page)[:2]
    assert [str(found) for part in told for found in part] == []


def test_a_wrong_pin_keeps_the_number_and_says_what_to_do(
    visits: Visits, newcomer: Callable[..., Person], licence_of: Callable[..., tuple]
) -> None:
    number, _ = licence_of(newcomer("en"))
    page = visits.stranger()
    page.goto(f"/en/track/?n={number}")
    expect(page.locator("[name=number]")).to_have_value(str(number))
    for typed, words in (("12345", "A PIN has six digits."), ("000000", "do not belong together")):
        page.fill("[name=pin]", typed)
        page.locator("main form button").click()
        expect(page.locator("[role=alert]")).to_contain_text(words)
        expect(page.locator("[name=number]")).to_have_value(str(number))
        expect(page.locator("[name=pin]")).to_have_value("")
