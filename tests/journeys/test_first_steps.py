"""First steps in a browser: the introduction by keyboard and without scripts, the tour, words that open, the sheet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.browsing import DESK, LANGUAGES, Person, Visits, switch_mode, take_second_step
from tests.running import running

Cast = Mapping[str, Person]
Numbers = Mapping[str, int]


def shown_panels(page: Page) -> list[str]:
    """Return the ids of the panels that are seen."""
    ids: list[str] = page.evaluate(
        "[...document.querySelectorAll('.panel')].filter((p) => p.checkVisibility()).map((p) => p.id)"
    )
    return ids


def press_until(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, then Enter."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(s) => document.activeElement.matches(s)", selector):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_introduction_is_read_on_a_phone_without_a_script(language: str, visits: Visits) -> None:
    page = visits.stranger(java_script_enabled=False)
    page.goto(f"/{language}/")
    page.click(f"main a[href='/{language}/start/']")
    for step in range(1, 7):
        panels = page.locator(".panel:visible")
        expect(panels).to_have_count(1)
        expect(panels).to_have_id(f"step-{step}")
        expect(panels.locator("svg.scene")).to_be_visible()
        if step < 6:
            panels.locator("a[rel=next]").click()
    page.click(f".panel:visible a[href='/{language}/login/']")
    expect(page.locator("[name=password]")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.locator(".panel:visible")).to_have_id("step-5")


def test_the_introduction_is_read_with_the_keyboard_alone(visits: Visits) -> None:
    page = visits.stranger()
    page.goto("/ar/start/")
    for step in range(2, 7):
        press_until(page, ".panel a[rel=next]")
        page.wait_for_url(re.compile(rf"step={step}#"))
        assert shown_panels(page) == [f"step-{step}"]
    press_until(page, ".panel a[rel=prev]")
    page.wait_for_url(re.compile(r"step=5#"))


def test_a_desk_and_paper_show_every_picture_and_simple_mode_one_at_a_time(visits: Visits) -> None:
    page = visits.stranger(viewport=DESK)
    page.goto("/ar/start/")
    assert len(shown_panels(page)) == 6
    expect(page.locator(".panel a[rel=next]").first).to_be_hidden()
    switch_mode(page, "ar", "simple")
    page.goto("/ar/start/?step=2")
    assert shown_panels(page) == ["step-2"]
    expect(page.locator("#step-2 a[rel=next]")).to_be_visible()
    page.emulate_media(media="print")
    assert len(shown_panels(page)) == 6
    expect(page.locator("#step-2 a[rel=next]")).to_be_hidden()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", [True, False])
def test_the_tour_leads_through_the_pages_of_a_request(
    language: str, script: bool, visits: Visits, cast: Cast, numbers: Numbers
) -> None:
    page = visits.of(cast["noura"], java_script_enabled=script)
    page.goto(f"/{language}/?tour=1")
    seen = []
    for stop in range(1, 7):
        strip = page.locator("#tour")
        expect(strip).to_have_count(1)
        expect(strip).to_be_in_viewport()
        seen.append(page.url.partition(f"/{language}/")[2].partition("?")[0])
        if stop < 6:
            strip.locator("a.btn").click()
            page.wait_for_url(re.compile(rf"tour={stop + 1}#tour"))
    assert seen[:2] == ["", "requests/"]
    assert re.fullmatch(r"requests/\d+/", seen[2])
    assert seen[2] == seen[3] == seen[4]
    assert seen[5] == "services/"
    page.locator("#tour a.btn").click()
    expect(page.locator("#tour")).to_have_count(0)


def test_the_tour_can_be_left_at_any_stop(visits: Visits, cast: Cast, numbers: Numbers) -> None:
    page = visits.of(cast["noura"])
    page.goto(f"/ar/requests/{numbers['DEMO-noura-1']}/?tour=3")
    page.click("#tour a.link")
    expect(page.locator("#tour")).to_have_count(0)
    expect(page.locator("main")).to_have_attribute("data-number", str(numbers["DEMO-noura-1"]))


def test_a_word_opens_with_the_keyboard_and_says_what_it_means(visits: Visits, cast: Cast, numbers: Numbers) -> None:
    page = visits.of(cast["yousef"], java_script_enabled=False)
    page.goto(f"/en/requests/{numbers['DEMO-yousef-1']}/")
    late = page.locator(".hero .word").first
    expect(late.locator("p")).to_be_hidden()
    late.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(late.locator("p")).to_be_visible()
    expect(late.locator("p")).to_contain_text("longer than it promised")
    expect(late.locator("summary")).to_have_accessible_name(re.compile(r"Late\s*: what does this mean"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_sheet_for_home_is_printed_on_one_page(language: str, visits: Visits, tmp_path: Path) -> None:
    page = visits.stranger(viewport=DESK, color_scheme="dark")
    page.goto(f"/{language}/family/")
    page.emulate_media(media="print")
    expect(page.locator(".sheet")).to_be_visible()
    expect(page.locator(".sheet .signs .tag svg")).to_have_count(5)
    for hidden in (".aid", "#theirs", ".unprinted", "header.top"):
        expect(page.locator(hidden)).to_be_hidden()
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.signs dd')).fontSize)") >= 20
    file = tmp_path / "sheet.pdf"
    page.pdf(path=file, format="A4")
    assert file.read_bytes().count(b"/Type /Page\n") == 1


@pytest.fixture
def demonstration(cast: Cast, chromium: Browser, tmp_path: Path) -> Iterator[Visits]:
    """Visits to a Masar whose login page knows the cast, as a started demonstration leaves it."""
    from masar.config.demonstration import show_cast

    show_cast(tmp_path)
    secrets = str(Path(os.environ["MASAR_HOME"]) / "secrets")
    with running(tmp_path / "web.log", MASAR_HOME=str(tmp_path), MASAR_SECRETS=secrets) as server:
        visits = Visits(chromium, server)
        yield visits
        visits.leave()
    assert not visits.faults


def test_a_visitor_of_the_demonstration_takes_the_tour_after_three_presses(demonstration: Visits, cast: Cast) -> None:
    page = demonstration.stranger(java_script_enabled=False)
    page.goto("/ar/")
    page.click("#try ~ p a.btn")
    expect(page.locator(".login-as li")).to_have_count(2)
    expect(page.locator(".login-as")).to_contain_text(cast["noura"].civil_id)
    page.click(".login-as li:first-child button")
    page.wait_for_url(re.compile("/login/second/"))
    take_second_step(page)
    page.wait_for_url(re.compile(r"/ar/\?tour=1"))
    expect(page.locator("#tour")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("نورة")
