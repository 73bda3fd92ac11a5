"""The pages for developers in a browser: no sideways scrolling, code that scrolls inside itself and is copied whole."""

from __future__ import annotations

import pytest

from tests.journeys.browsing import LANGUAGES, Visits

PARTS = ("", "events/", "answers/", "practice/")
COPIED = """(name) => {
  const all = [...document.querySelectorAll("figure.listing")];
  const code = all.find((f) => f.querySelector("figcaption")?.innerText === name);
  getSelection().selectAllChildren(code.querySelector("pre"));
  return getSelection().toString();
}"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("width", [320, 1280])
def test_only_code_scrolls_sideways(part: str, language: str, width: int, visits: Visits) -> None:
    page = visits.stranger(viewport={"width": width, "height": 800})
    page.goto(f"/{language}/developers/{part}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate(
        "[...document.querySelectorAll('figure.listing')].map((f) => [f.clientWidth, f.parentElement.clientWidth])"
    )
    assert boxes
    assert all(box > 0.7 * around for box, around in boxes)


def test_code_is_copied_by_selection_as_it_stands(visits: Visits) -> None:
    from masar.portal.presenters.guide import EXAMPLES

    page = visits.stranger()
    page.goto("/ar/developers/")
    for name in ("first.sh", "first.py", "first.mjs"):
        assert page.evaluate(COPIED, name).strip() == (EXAMPLES / name).read_text(encoding="utf-8").strip()


def test_code_is_reached_and_scrolled_by_keyboard(visits: Visits) -> None:
    page = visits.stranger(viewport={"width": 320, "height": 800})
    page.goto("/en/developers/")
    code = page.get_by_role("group", name="first.sh")
    code.focus()
    page.keyboard.press("ArrowRight")
    for _ in range(60):
        if page.evaluate("document.activeElement.scrollLeft") > 0:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the code did not scroll")
