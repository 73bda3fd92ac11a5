"""axe-core finds nothing: every page, three languages, light and dark, normal and simple mode."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import axe
from tests.journeys.browsing import LANGUAGES, Visits
from tests.journeys.pages import Place, by_person, places
from tests.journeys.sending import needs_node

pytestmark = [pytest.mark.node, needs_node]

# What axe cannot tell by itself, looked at by eye, and why it is right.
LOOKED_AT: dict[tuple[str, str], str] = {}


def test_pale_arabic_on_a_control_page_is_found(visits: Visits) -> None:
    page = visits.stranger()
    page.set_content(
        '<html lang="ar" dir="rtl"><title>ا</title><main><h1>عنوان</h1><p style="color:#bbb">نص باهت لا يُقرأ</p></main>'
    )
    violations, _ = axe.look(page)
    assert [found.rule for found in violations if found.rule == "color-contrast"] == ["color-contrast"]


@pytest.mark.parametrize("mode", ["normal", "simple"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(language: str, mode: str, visits: Visits, cast: dict, numbers: dict) -> None:
    broken: list[str] = []
    untold: Counter[tuple[str, str]] = Counter()
    for person, group in by_person(places(numbers), cast):
        page = visits.of(person) if person else visits.stranger()
        switch_mode(page, language, mode)
        for place in group:
            _look(page, language, place, broken, untold)
        switch_mode(page, language, "normal")
    unknown = {key: count for key, count in untold.items() if key not in LOOKED_AT}
    print(f"axe {language} {mode}: {len(broken)} violations, {sum(untold.values())} looked at by eye")
    assert broken == []
    assert unknown == {}


def switch_mode(page: Page, language: str, mode: str) -> None:
    """Press the switch of simple mode, if it does not stand so."""
    page.goto(f"/{language}/about/")
    pressed = page.locator("header button[name=simple]").get_attribute("aria-pressed") == "true"
    if pressed != (mode == "simple"):
        page.click("header button[name=simple]")
        expect(page.locator("header button[name=simple]")).to_have_attribute("aria-pressed", str(not pressed).lower())


def _look(page: Page, language: str, place: Place, broken: list[str], untold: Counter[tuple[str, str]]) -> None:
    answer = page.goto(f"/{language}/{place.tail}")
    assert answer is not None
    assert answer.status == place.status, place
    page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        violations, incomplete = axe.look(page)
        broken += [f"{place.name} {scheme}: {found}" for found in violations]
        for found in incomplete:
            untold[found.rule, found.where.split(" ")[-1]] += 1
    page.emulate_media(color_scheme="light")
