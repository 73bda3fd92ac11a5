"""Pages fit: small screens, large text, large targets, a visible focus, print, and no motion for who wants none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import DESK, LANGUAGES, Person, Visits, switch_mode
from tests.journeys.pages import HALVES, by_person, in_turn, places

Cast = Mapping[str, Person]
Numbers = Mapping[str, int]

TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const edge = document.documentElement.clientWidth;
  return [wide, ...[...document.querySelectorAll("body *")].filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width > 1 && (r.right > edge + 1 || r.left < -1);
  }).slice(0, 4).map((e) => e.outerHTML.slice(0, 120))];
}"""
CLIPPED = """() => [...document.querySelectorAll("main *, header *, nav *")].filter((e) =>
  e.children.length === 0 && e.textContent.trim() && e.offsetParent && !e.closest(".vh, svg")
  && getComputedStyle(e).overflowX !== "visible" && getComputedStyle(e).clipPath === "none"
  && e.scrollWidth > e.clientWidth + 1
  && !(e.tabIndex >= 0 && ["auto", "scroll"].includes(getComputedStyle(e).overflowX))  // scrolls by the keyboard too
).map((e) => e.outerHTML.slice(0, 120))"""
SMALL = """(least) => {
  const inline = (e) => e.matches("a") && getComputedStyle(e).display === "inline";
  const box = (e) => {
    const label = e.matches("input[type=radio],input[type=checkbox]") && e.closest("label");
    const after = getComputedStyle(e, "::after");
    const whole = after.position === "absolute" && after.content !== "none" && e.closest(".req");
    return (label || whole || e).getBoundingClientRect();
  };
  return [...document.querySelectorAll("a[href],button,summary,input:not([type=hidden]),textarea,select")]
    .filter((e) => e.checkVisibility({checkVisibilityCSS: true}) && !e.matches(".skip"))
    .map((e) => [e, box(e), inline(e) ? 24 : least])
    .filter(([, r, wanted]) => r.height < wanted - 0.5 || r.width < 24)
    .map(([e, r, w]) => `${Math.round(r.width)}x${Math.round(r.height)} of ${w}: ${e.outerHTML.slice(0, 110)}`);
}"""
DARK = """() => [...document.querySelectorAll("main *")].filter((e) => {
  const colour = getComputedStyle(e).backgroundColor, parts = colour.match(/\\d+/g).slice(0, 3);
  return e.offsetParent && parts.every((part) => part < 90) && !colour.endsWith(", 0)");
}).map((e) => e.outerHTML.slice(0, 100))"""
FOCUS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const painted = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 3 && s.boxShadow !== "none";
  const label = e.closest("label");
  const shown = painted(getComputedStyle(e)) || painted(getComputedStyle(e, "::after"))
    || (label !== null && painted(getComputedStyle(label)));
  const r = e.getBoundingClientRect();
  if (e.dataset.walked) return "again";
  e.dataset.walked = "1";
  return {shown, html: e.outerHTML.slice(0, 110), height: r.height, top: r.top, bottom: r.bottom,
    view: innerHeight, place: [...document.querySelectorAll("*")].indexOf(e)};
}"""


def open_all(page: Page) -> None:
    """Open every part that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_scrolls_sideways_and_targets_are_large(
    language: str, half: int, visits: Visits, cast: Cast, numbers: Numbers
) -> None:
    faults: list[str] = []
    for person, group in by_person(places(numbers), cast):
        page = visits.of(person) if person else visits.stranger()
        for mode, least in (("normal", 48), ("simple", 60)):
            switch_mode(page, language, mode)
            for place in in_turn(group, language, mode, half):
                page.goto(place.address(language, mode))
                open_all(page)
                faults += [f"{place.name} {mode}: {told}" for told in page.evaluate(SMALL, least)]
                for width, zoom in ((320, 100), (390, 200)):
                    page.set_viewport_size({"width": width, "height": 800})
                    page.evaluate(
                        "(zoom) => { document.documentElement.style.fontSize = zoom === 100 ? '' : zoom + '%'; }", zoom
                    )
                    told = page.evaluate(TOO_WIDE) + page.evaluate(CLIPPED)
                    faults += [f"{place.name} {mode} {width} px {zoom} %: {told}"] if told else []
                page.evaluate("document.documentElement.style.fontSize = ''")
                page.set_viewport_size({"width": 390, "height": 844})
        switch_mode(page, language, "normal")
    print(f"layout {language}: {len(faults)} faults")
    assert faults == []


@pytest.mark.parametrize("language", ["ar", pytest.param("en", marks=pytest.mark.soak)])
def test_the_focus_is_seen_on_its_way_through_each_page(
    language: str, visits: Visits, cast: Cast, numbers: Numbers
) -> None:
    faults: list[str] = []
    for person, group in by_person(places(numbers), cast):
        page = visits.of(person, viewport=DESK) if person else visits.stranger(viewport=DESK)
        for place in group:
            if place.name == "components":
                continue
            page.goto(place.address(language))
            faults += [f"{place.name}: {fault}" for fault in _walk(page)]
    assert faults == []


def _walk(page: Page) -> list[str]:
    """Press Tab through the page: the skip link first, each stop visible, in the order of the document."""
    faults, last, walked = [], -1, 0
    page.evaluate("document.activeElement.blur()")
    while walked < 120:
        page.keyboard.press("Tab")
        told = page.evaluate(FOCUS)
        if told in (None, "again"):
            break
        if walked == 0 and 'class="skip"' not in told["html"]:
            faults.append(f"the first stop is {told['html']}")
        if not told["shown"] or told["bottom"] <= 0 or told["top"] >= told["view"]:
            faults.append(f"the focus is not seen on {told}")
        if told["place"] < last:
            faults.append(f"the focus jumps back to {told['html']}")
        last, walked = told["place"], walked + 1
    if walked < 5:
        faults.append(f"only {walked} stops")
    return faults


def test_the_skip_link_leads_past_the_menu(visits: Visits, cast: Cast) -> None:
    page = visits.of(cast["noura"], viewport=DESK)
    page.goto("/ar/requests/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_nothing_moves_for_whoever_wants_no_motion(visits: Visits, cast: Cast, numbers: Numbers) -> None:
    page = visits.of(cast["faisal"])
    for address in ("/ar/", f"/ar/requests/{numbers['DEMO-faisal-1']}/"):
        page.goto(address)
        expect(page.locator("html.on")).to_have_count(1)
        moving = page.evaluate(
            "document.getAnimations({subtree: true}).filter((a) => a.playState === 'running').length"
        )
        assert moving == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate("document.getAnimations({subtree: true}).length") > 0, "this test could not fail"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_prints_without_menus_and_with_its_whole_path(
    language: str, visits: Visits, cast: Cast, numbers: Numbers, tmp_path: Path
) -> None:
    page = visits.of(cast["faisal"], viewport=DESK, color_scheme="dark")
    page.goto(f"/{language}/requests/{numbers['DEMO-faisal-1']}/")
    page.emulate_media(media="print")
    for hidden in ("header.top", "nav.bot", "footer.foot", "a[href$='/withdraw/']"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("ol.path")).to_be_visible()
    expect(page.locator("ol.events")).to_be_visible()
    dark = page.evaluate(DARK)
    assert dark == [], "ink is wasted on dark ground"
    file = tmp_path / "request.pdf"
    page.pdf(path=file, format="A4")
    assert file.read_bytes().count(b"/Type /Page\n") <= 3


def test_high_contrast_and_forced_colours_keep_the_signs(visits: Visits, cast: Cast, numbers: Numbers) -> None:
    page = visits.of(cast["noura"], forced_colors="active")
    page.goto(f"/ar/requests/{numbers['DEMO-noura-1']}/")
    expect(page.locator(".tag svg").first).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.btn')).borderStyle") != "none"
