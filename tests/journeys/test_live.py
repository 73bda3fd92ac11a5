"""Live pages: an agency reports, and the open page changes by itself; only its owner's, and never over typed text."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.journeys.browsing import DESK, LANGUAGES, Person, Visits, until
from tests.journeys.sending import Agency, needs_node
from tests.running import Server

pytestmark = [pytest.mark.node, needs_node]
Newcomer = Callable[..., Person]
Licence = Callable[..., tuple[int, str]]
SECONDS = 2.0
REVIEW = {"ar": "مراجعة الطلب", "en": "Review", "ur": "درخواست کی جانچ"}
WATCH = """() => {
  const seq = document.getElementById("main").dataset.seq;
  window.stays = true;
  window.changed = 0;
  const look = () => {
    if (!window.changed && document.getElementById("main").dataset.seq !== seq) window.changed = Date.now();
  };
  new MutationObserver(look).observe(document.getElementById("main"), {attributes: true, childList: true});
}"""


def has_connections(site: Server, count: int) -> bool:
    """Ask the live process until it has just so many connections; closing one takes it a moment."""
    until = time.monotonic() + 5
    while (told := httpx.get(f"http://127.0.0.1:{site.live_port}/healthz").text.split()[-1]) != str(count):
        if time.monotonic() > until:
            print(f"{told} connections instead of {count}")
            return False
        time.sleep(0.1)
    return True


def listening(page: Page) -> None:
    """Wait until the page's connection stands."""
    expect(page.locator("html.on")).to_have_count(1)


def hide(page: Page, hidden: bool) -> None:
    """Put the tab in the background, or bring it back: headless Chromium shows every tab."""
    page.evaluate(
        """(hidden) => {
          const state = {hidden, visibilityState: hidden ? "hidden" : "visible"};
          for (const name in state) Object.defineProperty(document, name, {value: state[name], configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_open_page_changes_within_two_seconds(
    language: str, visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer(language)
    number, ref = licence_of(person, "review")
    page = visits.of(person)
    page.goto(f"/{language}/requests/{number}/")
    listening(page)
    titles = [page.title()]
    page.locator("details#all > summary").click()
    for step, standing in (("printing", "in-progress"), ("collect", "ready")):
        page.evaluate(WATCH)
        sent = gdt.report("step", ref, step=step)
        until(page, "window.changed > 0")
        took = (page.evaluate("window.changed") - sent) / 1000
        print(f"live {language} {step}: {took * 1000:.0f} ms after the agency sent it")
        assert took <= SECONDS
        expect(page.locator(f".hero.is-{standing}")).to_be_visible()
        titles.append(page.title())
    assert page.evaluate("window.stays"), "the page was loaded anew"
    assert page.locator("details#all").get_attribute("open") is not None
    expect(page.locator("#said")).not_to_be_empty()
    gdt.report("asked", ref, step="more-information", message={"ar": "سؤال", "en": "A question", "ur": "سوال"})
    expect(page.locator(".hero.is-needs-you")).to_be_visible()
    expect(page.locator("#need")).to_be_visible()
    assert page.title() not in titles, "the title does not say that something is needed"


def test_the_list_and_the_first_page_change_too(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer()
    _, ref = licence_of(person, "review")
    page = visits.of(person)
    other = page.context.new_page()
    page.goto("/ar/")
    other.goto("/ar/requests/")
    expect(other.locator(".req .tag")).to_have_count(1)
    page.wait_for_timeout(800)
    gdt.report("asked", ref, step="more-information", message={"ar": "سؤال", "en": "A question", "ur": "سوال"})
    expect(page.locator(".need")).to_be_visible(timeout=2500)
    expect(other.locator(".req .tag.is-act")).to_have_count(1, timeout=2500)
    assert page.title().startswith("(1)"), page.title()


def test_without_javascript_the_news_is_there_after_a_reload(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer("en")
    number, ref = licence_of(person, "review")
    page = visits.of(person, java_script_enabled=False)
    page.goto(f"/en/requests/{number}/")
    expect(page.locator(".step.now h3")).to_contain_text("Review")
    gdt.report("step", ref, step="printing")
    page.reload()
    expect(page.locator(".step.now h3")).to_contain_text("Printing")


def test_a_person_is_told_of_their_own_requests_only(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    hers, his = newcomer(), newcomer(name="فيصل التجريبي")
    her_number, her_ref = licence_of(hers, "review")
    his_number, _ = licence_of(his, "review")
    page, other = visits.of(hers), visits.of(his)
    heard: list[str] = []
    _listen_to_stream(other.context, heard)
    page.goto(f"/ar/requests/{her_number}/")
    other.goto(f"/ar/requests/{his_number}/")
    listening(page)
    listening(other)
    other.wait_for_timeout(1500)  # until it has asked, once, what changed while it connected
    asked = _requests(other)
    gdt.report("step", her_ref, step="printing")
    expect(page.locator(".step.now h3")).to_contain_text("طباعة")
    other.wait_for_timeout(1500)
    assert heard == []
    assert asked == []
    expect(other.locator(".step.now h3")).to_contain_text(REVIEW["ar"])


def test_half_typed_text_survives_a_change(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer()
    number, ref = licence_of(person, "review", "more-information")
    page = visits.of(person, viewport=DESK)
    page.goto(f"/ar/requests/{number}/")
    listening(page)
    page.fill("#need [name=answer]", "مركز حولي، يوم الأحد")
    gdt.report("noted", ref, note={"ar": "ملاحظة", "en": "A note", "ur": "نوٹ"})
    expect(page.locator("#offer")).to_be_visible(timeout=2500)
    assert page.input_value("#need [name=answer]") == "مركز حولي، يوم الأحد"
    page.click("#offer button")
    expect(page.locator("#offer")).to_have_count(0)
    assert page.input_value("#need [name=answer]") == "مركز حولي، يوم الأحد", "what was typed is gone with the new page"
    page.click("#need form button.btn")
    page.wait_for_url(re.compile("done=answered"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()


def test_all_tabs_share_one_connection(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency, site: Server
) -> None:
    person = newcomer()
    number, ref = licence_of(person, "review")
    first = visits.of(person)
    first.goto(f"/ar/requests/{number}/")
    listening(first)
    second, third = first.context.new_page(), first.context.new_page()
    second.goto(f"/ar/requests/{number}/")
    third.goto("/ar/requests/")
    third.wait_for_timeout(1000)
    assert has_connections(site, 1)
    gdt.report("step", ref, step="printing")
    for tab in (first, second):
        expect(tab.locator(".step.now h3")).to_contain_text("طباعة", timeout=2500)
    first.close()
    gdt.report("step", ref, step="collect")
    expect(second.locator(".hero.is-ready")).to_be_visible(timeout=6000)
    assert has_connections(site, 1)


def test_what_happens_before_the_connection_stands_is_not_lost(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer()
    number, ref = licence_of(person, "review")
    page = visits.of(person)
    held: list[Route] = []
    page.route("**/live/ticket", lambda route: held.append(route))
    page.goto(f"/ar/requests/{number}/")
    gdt.report("step", ref, step="printing")
    page.wait_for_timeout(500)
    held[0].continue_()
    expect(page.locator(".step.now h3")).to_contain_text("طباعة")


def test_a_hidden_tab_closes_its_connection_and_catches_up(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency, site: Server
) -> None:
    person = newcomer()
    number, ref = licence_of(person, "review")
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/")
    listening(page)
    assert has_connections(site, 1)
    hide(page, True)
    page.wait_for_timeout(1000)
    assert has_connections(site, 0)
    gdt.report("step", ref, step="printing")
    expect(page.locator(".step.now h3")).to_contain_text(REVIEW["ar"])
    hide(page, False)
    expect(page.locator(".step.now h3")).to_contain_text("طباعة")
    listening(page)


def test_whoever_saves_data_has_no_connection(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, site: Server
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    page.add_init_script("Object.defineProperty(navigator.connection, 'saveData', {get: () => true})")
    asked = _requests(page)
    page.goto(f"/ar/requests/{number}/")
    page.wait_for_timeout(1500)
    assert has_connections(site, 0)
    assert [request.url for request in asked if "/live/" in request.url] == []


def test_where_the_stream_is_blocked_the_page_asks_now_and_then(
    visits: Visits, newcomer: Newcomer, licence_of: Licence, gdt: Agency
) -> None:
    person = newcomer()
    number, ref = licence_of(person, "review")
    page = visits.of(person)
    page.clock.install()
    page.route("**/sse?ticket=*", lambda route: route.abort())
    page.goto(f"/ar/requests/{number}/")
    polls: list[int] = []
    page.on("response", lambda answer: polls.append(answer.status) if "/live/changes" in answer.url else None)
    _let_pass(page, 30, enough=lambda: polls != [])
    gdt.report("step", ref, step="printing")
    _let_pass(page, 180, enough=lambda: "طباعة" in page.locator(".step.now h3").inner_text())
    expect(page.locator(".step.now h3")).to_contain_text("طباعة")
    assert set(polls) == {200}
    quiet = len(polls)
    _let_pass(page, 600, enough=lambda: False)
    assert quiet < len(polls) <= quiet + 8, "it asks ever more rarely"


def _let_pass(page: Page, seconds: int, enough: Callable[[], bool]) -> None:
    """Let seconds pass on the page's own clock, in steps, so that answers arrive between them."""
    for _ in range(0, seconds, 5):
        if enough():
            return
        page.clock.run_for(5000)
        page.wait_for_timeout(60)


def _requests(page: Page) -> list:
    asked: list = []
    page.on("request", lambda request: asked.append(request))
    return asked


def _listen_to_stream(context: BrowserContext, heard: list[str]) -> None:
    context.expose_function("hear", lambda data: heard.append(data))
    context.add_init_script(
        """const Real = EventSource;
        window.EventSource = class extends Real {
          constructor(url) { super(url); this.addEventListener("change", (e) => {
            if (JSON.parse(e.data).number !== null) window.hear(e.data); }); }
        };"""
    )
