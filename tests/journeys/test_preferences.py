"""How a person likes their pages: language, digits, Hijri dates, simple mode, Nastaliq; with and without a log-in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browsing import DESK, Person, Visits

Newcomer = Callable[..., Person]
Licence = Callable[..., tuple[int, str]]


def save(page: Page, **choices: str) -> None:
    """Choose in the form at hand and send it. A switch is "on" or "off"."""
    for name, value in choices.items():
        if value in ("on", "off"):
            page.locator(f"main [name={name}]").set_checked(value == "on")
        else:
            page.check(f"main [name={name}][value={value}]")
    page.click("main form:has([name=all]) button.btn")
    page.wait_for_url(re.compile("done=saved"))


def pages_of(number: int, language: str) -> list[str]:
    """The pages on which numbers stand."""
    return [f"/{language}/{tail}" for tail in ("", "requests/", f"requests/{number}/", "archive/", "account/")]


@pytest.mark.parametrize(("language", "digits"), [("ar", "٠-٩"), ("ur", "۰-۹")])
def test_native_digits_stand_everywhere(
    language: str, digits: str, visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer(language)
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person, viewport=DESK)
    page.goto(f"/{language}/account/")
    save(page, digits="arab", hijri="on")
    for address in pages_of(number, language):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((x) => { x.open = true; })")
        text = page.locator("body").inner_text().replace("0123456789", "")
        assert re.findall(r".*[0-9].*", text, re.ASCII) == [], address
        if "requests/" in address:
            assert re.search(f"[{digits}]", text)


def test_hijri_dates_stand_beside_the_others(visits: Visits, newcomer: Newcomer, licence_of: Licence) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/")
    assert "هـ" not in page.locator("main").inner_text()
    page.goto("/ar/account/")
    save(page, hijri="on")
    page.goto(f"/ar/requests/{number}/")
    assert re.search(r"14\d\d هـ", page.locator("main").inner_text())


def test_the_language_changes_with_the_form_and_stays(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer("en", "Maria Test")
    page = visits.of(person)
    page.goto("/en/account/")
    save(page, language="ur")
    assert "/ur/account/" in page.url
    assert page.locator("html").get_attribute("lang") == "ur"
    page.goto("/")
    assert page.url.endswith("/ur/")


def test_simple_mode_is_one_press_away_and_follows_the_person(
    visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review", "more-information")
    page = visits.of(person)
    page.goto(f"/ar/requests/{number}/")
    page.click("header form button[name=simple]")
    page.wait_for_url(re.compile(rf"/ar/requests/{number}/$"))
    expect(page.locator("html")).to_have_attribute("data-mode", "simple")
    expect(page.locator("#need")).to_be_visible()
    expect(page.locator("ol.path")).to_be_hidden()
    page.click("details.more > summary >> nth=0")
    expect(page.locator("ol.path")).to_be_visible()
    other = visits.of(person)
    other.goto("/ar/")
    expect(other.locator("html")).to_have_attribute("data-mode", "simple")
    other.goto("/ar/services/")  # a page that asks nobody
    expect(other.locator("html")).to_have_attribute("data-mode", "simple")
    assert other.locator("#q").bounding_box()["width"] > 250
    other.click("header form button[name=simple]")
    expect(other.locator("html")).not_to_have_attribute("data-mode", "simple")


def test_nastaliq_is_loaded_only_for_who_chose_it(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer("ur", "محمد اسلم")
    page = visits.of(person)
    fonts: list[str] = []
    page.on("request", lambda asked: fonts.append(asked.url) if asked.resource_type == "font" else None)
    page.goto("/ur/account/")
    page.evaluate("document.fonts.ready")
    assert not any("nastaliq" in url for url in fonts)
    save(page, nastaliq="on")
    page.goto("/ur/")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    assert any("nastaliq" in url for url in fonts)
    expect(page.locator("html")).to_have_attribute("data-script", "nastaliq")
    style = page.locator("main p").first.evaluate(
        "(e) => [getComputedStyle(e).lineHeight, getComputedStyle(e).fontSize]"
    )
    height, size = (float(value.removesuffix("px")) for value in style)
    assert height / size >= 2.2


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stranger_keeps_preferences_on_the_device(scripts: bool, visits: Visits) -> None:
    page = visits.stranger(java_script_enabled=scripts)
    page.goto("/ar/")
    page.click("footer a[href='/ar/preferences/']")
    save(page, digits="arab", simple="on")
    page.goto("/ar/about/")
    expect(page.locator("html")).to_have_attribute("data-mode", "simple")
    page.click("header form button[name=simple]")
    page.wait_for_url(re.compile("/ar/about/$"))
    expect(page.locator("html")).not_to_have_attribute("data-mode", "simple")
    page.goto("/ar/preferences/")
    expect(page.locator("[name=digits][value=arab]")).to_be_checked()


@pytest.mark.parametrize(("accepts", "language"), [("ur-PK,ur;q=0.9", "ur"), ("en-GB", "en"), ("fr-FR", "ar")])
def test_the_doorstep_speaks_the_language_of_the_browser(accepts: str, language: str, visits: Visits) -> None:
    page = visits.stranger(locale=accepts.split(",")[0], extra_http_headers={"Accept-Language": accepts})
    page.goto("/")
    assert page.url.endswith(f"/{language}/")


def test_the_language_link_leads_to_the_same_page(visits: Visits, cast: dict, numbers: dict) -> None:
    page = visits.of(cast["noura"], viewport=DESK)
    page.goto(f"/ar/requests/{numbers['DEMO-noura-1']}/")
    page.click("header .tools a[hreflang=en]")
    page.wait_for_url(re.compile(rf"/en/requests/{numbers['DEMO-noura-1']}/$"))
    page.goto("/ar/requests/?f=ready")
    page.click("header .tools a[hreflang=ur]")
    page.wait_for_url(re.compile(r"/ur/requests/"))


def test_the_password_is_changed_from_the_account(visits: Visits, newcomer: Newcomer) -> None:
    from tests.journeys.browsing import PASSWORD, log_in

    person = newcomer()
    page = visits.of(person)
    page.goto("/ar/account/")
    page.click("a[href='/ar/account/safety/']")
    page.click("a[href='/ar/account/password/']")
    for value in ("short", "another long sentence"):
        page.fill("[name=old]", PASSWORD)
        page.fill("[name=new]", value)
        page.fill("[name=again]", value)
        page.click("main form button")
        if value == "short":
            expect(page.locator("#errors")).to_contain_text("10")
    page.wait_for_url(re.compile("done=password"))
    visits.forget(person)
    other = visits.stranger()
    other.goto("/ar/login/")
    log_in(other, person.civil_id, "another long sentence")
    other.wait_for_url(re.compile("/ar/$"))
