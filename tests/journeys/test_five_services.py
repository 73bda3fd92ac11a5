"""Five services of different shape, applied for as people do: each field left empty and filled in wrongly before."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from conftest import Reporter
from demo.forms import fill
from masar.catalogue.queries import Ask, ask_of, facts_asked, read, service
from masar.files.tests.good import jpeg, pdf
from masar.kernel.ids import read_number
from masar.portal.tests.filling import typed
from tests.journeys.browsing import DESK, PHONE, Visits
from tests.journeys.test_acts import reach

FACTS = {"person.is_citizen": True, "child.age": 6}
PAGES = 25


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody applies for a service."""

    service: str
    language: str
    device: str
    has_script: bool = True
    by_keyboard: bool = False


WAYS = (
    Way("kw.moi.gdt.renew-driving-licence", "ar", "desk", by_keyboard=True),
    Way("kw.pahw.rent-allowance", "en", "phone"),
    Way("kw.moi.res.work-residency", "ur", "phone", has_script=False),
    Way("kw.moe.school-registration", "ar", "phone", has_script=False),
    Way("kw.pam.exit-permit", "ur", "desk"),
    Way("kw.mosa.elderly-card", "en", "desk", by_keyboard=True),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way.service}-{way.language}-{way.device}")
def test_a_service_is_applied_for_and_its_agency_moves_it(way: Way, visits: Visits, newcomer: Any) -> None:
    definition = service(way.service)
    assert definition is not None
    device = PHONE if way.device == "phone" else DESK
    person = newcomer(way.language, age=70 if "elderly" in way.service else 30)
    page = visits.of(person, viewport=device, java_script_enabled=way.has_script)
    page.goto(f"/{way.language}/services/{way.service}/")
    press(page, way, "a.btn[href$='/apply/']")
    press(page, way, "main form .btn:not(.ghost)")
    asks = _asks(definition.document)
    for _ in range(PAGES):
        page.wait_for_url(re.compile(r"/apply/[^/]+/"))
        name = page.url.split("/apply/")[1].split("/")[0]
        if name == "check":
            break
        _answer(page, way, name, asks)
    _send(page, way)
    number = read_number(page.url.split("/requests/")[1].split("/")[0])
    assert number
    _moves(page, definition, number)


def press(page: Page, way: Way, selector: str) -> None:
    """Press a button or follow a link, with the mouse, a finger or the keyboard."""
    page.locator(selector).first.wait_for()
    if way.by_keyboard:
        reach(page, selector)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    else:
        with page.expect_navigation():
            page.locator(selector).first.click()


def _asks(document: dict[str, Any]) -> dict[str, tuple[Ask, Any]]:
    """Every question of a service by the name of its page, with an answer to it."""
    schema = document["form"]["schema"]
    answers = fill(schema, Random(5), date(2026, 11, 27))
    asks = {name: (ask_of(name, rule, True), answers.get(name)) for name, rule in schema["properties"].items()}
    return asks | {f"fact.{fact.id}": (fact.ask, FACTS.get(fact.id)) for fact in facts_asked(document, {})}


def _answer(page: Page, way: Way, name: str, asks: dict[str, tuple[Ask, Any]]) -> None:
    """Press on with nothing, and with what is wrong; then answer."""
    go_on = "main form .btn:not(.ghost)"
    before = page.url
    page.locator(go_on).wait_for()
    said = " ".join(page.locator("main form .field").first.all_inner_texts())
    is_optional = any(word in said for word in ("(optional)", "(اختياري)", "(اختیاری)"))
    if not is_optional:
        press(page, way, go_on)
        expect(page.locator("#errors")).to_be_visible()
    if name.startswith("paper."):
        _attach(page, way, go_on, is_optional=is_optional)
        return
    ask, value = asks[name]
    if ask.kind in ("text", "number", "textarea") and read(ask, ["؟"])[1] is not None:
        page.fill(f"[name='{ask.name}']", "؟")
        press(page, way, go_on)
        expect(page.locator("#errors")).to_be_visible()
        expect(page.locator(f"[name='{ask.name}']")).to_have_value("؟")
    for field, texts in typed(ask, value).items():
        for text in texts:
            _type(page, way, ask, field, text)
    press(page, way, go_on)
    if page.url == before:
        page.wait_for_url(lambda url: url != before)


def _type(page: Page, way: Way, ask: Ask, field: str, text: str) -> None:
    box = page.locator(f"[name='{field}'][value='{text}']" if ask.kind in ("radios", "yes-no", "checkboxes") else
                       f"[name='{field}']")  # fmt: skip
    if ask.kind in ("radios", "yes-no", "checkboxes"):
        box.focus()
        page.keyboard.press("Space") if way.by_keyboard else box.check()
    else:
        box.fill(text)


def _attach(page: Page, way: Way, go_on: str, *, is_optional: bool) -> None:
    accept = page.locator("[name=file]").get_attribute("accept") or ""
    bad = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"MZ" + bytes(200)}
    good = {"name": "ورقة.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
    if "jpeg" not in accept:
        good = {"name": "ورقة.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.set_input_files("[name=file]", bad)  # type: ignore[arg-type]
    with page.expect_response(lambda one: one.request.method == "POST") as refused:
        page.locator(go_on).click()
    assert refused.value.status == 422
    expect(page.locator(".fault", has_text=re.compile("kind|النوع|قسم"))).to_be_visible()
    before = page.url
    if not is_optional:
        page.set_input_files("[name=file]", good)  # type: ignore[arg-type]
    page.locator(go_on).click()
    page.wait_for_url(lambda url: url != before)


def _send(page: Page, way: Way) -> None:
    """Send without the declarations first, where there are any; then with them."""
    boxes = page.locator("main form [type=checkbox]")
    if boxes.count():
        press(page, way, "main form .btn:not(.ghost)")
        expect(page.locator("#errors")).to_be_visible()
    for box in boxes.all():
        box.check()
    press(page, way, "main form .btn:not(.ghost)")
    page.wait_for_url(re.compile(r"/requests/\d+/\?done=applied"))
    expect(page.locator("main .banner.is-ok")).to_be_visible()


def _moves(page: Page, definition: Any, number: int) -> None:
    """Let the agency report the next step, and see it on the page."""
    reporter: Callable[..., Any] = Reporter
    agency = reporter(definition.agency)
    step = next(one for one in definition.steps[next(iter(definition.steps))].next if one in definition.steps)
    event = agency.event("step", str(number), datetime.now(UTC) + timedelta(seconds=1), step=step)
    assert agency.send(event)[0].status == "accepted"
    page.goto(page.url.split("?")[0])
    language = page.url.split("/")[3]
    expect(page.locator("[aria-current=step] h3")).to_contain_text(definition.steps[step].title[language])
