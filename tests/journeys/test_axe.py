"""axe-core finds nothing: every page in three languages, light and dark, in normal or simple mode by turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page

from tests.journeys import axe
from tests.journeys.browsing import LANGUAGES, Person, Visits, switch_mode
from tests.journeys.pages import HALVES, Place, by_person, in_turn, places
from tests.journeys.sending import needs_node

pytestmark = [pytest.mark.node, needs_node]
COLOURS = ("color-contrast", "link-in-text-block")  # the rules that see a scheme of colours
# Found, looked at and right: (page, rule): why.
LOOKED_AT = {
    ("components", "landmark-unique"): "the page of components shows the same component several times on purpose",
}
CONTROL = """<html lang="ar" dir="rtl"><title>ضبط</title><main><h1>عنوان</h1>
<p style="color:#bbb">نص باهت لا يُقرأ</p></main>"""


@dataclass(slots=True)
class Told:
    """What axe said in all: what is wrong, and how much it left open that our own look then settled."""

    wrong: list[str] = field(default_factory=list)
    settled: int = 0


def test_pale_arabic_on_a_control_page_is_found(visits: Visits) -> None:
    page = visits.stranger()
    page.set_content(CONTROL)
    violations, _, _ = axe.look(page)
    assert [found.rule for found in violations] == ["color-contrast"]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("mode", ["normal", "simple"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing(
    language: str, mode: str, half: int, visits: Visits, cast: Mapping[str, Person], numbers: Mapping[str, int]
) -> None:
    told, count = Told(), 0
    for person, group in by_person(places(numbers), cast):
        page = visits.of(person) if person else visits.stranger()
        switch_mode(page, language, mode)
        for place in in_turn(group, language, mode, half):
            _look(page, place.address(language, mode), place, told)
            count += 1
        switch_mode(page, language, "normal")
    print(f"axe {language} {mode}: {count} pages, {len(told.wrong)} wrong, {told.settled} left open and settled")
    assert told.wrong == []


def _look(page: Page, address: str, place: Place, told: Told) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == place.status, place
    page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")
    for scheme, rules in (("light", ()), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme)
        violations, incomplete, left_open = axe.look(page, *rules)
        told.settled += left_open - len(incomplete)
        for found in [*violations, *incomplete]:
            if (place.name, found.rule) not in LOOKED_AT:
                told.wrong.append(f"{place.name} {scheme}: {found}")
    page.emulate_media(color_scheme="light")
