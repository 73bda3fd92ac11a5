"""The offline shell: pages as they were last seen, nothing after signing out, and a manifest that installs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from masar.files.tests.good import jpeg
from tests.journeys.browsing import LANGUAGES, Person, Visits, until

Newcomer = Callable[..., Person]
Licence = Callable[..., tuple[int, str]]


def with_worker(page: Page, address: str) -> None:
    """Open a page, and wait until the service worker serves it."""
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready")
    until(page, "navigator.serviceWorker.controller !== null")


def kept(page: Page) -> list[str]:
    """Return the paths of the pages that are kept on the device."""
    return page.evaluate(
        "caches.open('masar-pages').then((c) => c.keys()).then((keys) => keys.map((k) => new URL(k.url).pathname))"
    )


def test_without_a_connection_the_page_is_there_as_last_seen(
    visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    with_worker(page, "/ar/")
    page.goto(f"/ar/requests/{number}/")
    step = page.locator(".step.now h3").inner_text()
    until(page, "caches.open('masar-pages').then((c) => c.keys()).then((k) => k.length > 0)")
    page.context.set_offline(True)
    page.goto(f"/ar/requests/{number}/")
    expect(page.locator(".step.now h3")).to_have_text(step)
    expect(page.locator("main .banner.is-mute")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "17px"
    page.goto("/ar/requests/")
    expect(page.locator("h1")).to_contain_text("لا يوجد اتصال")


def test_after_signing_out_nothing_of_the_person_is_left_on_the_device(
    visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    with_worker(page, "/ar/")
    page.goto(f"/ar/requests/{number}/")
    until(page, "caches.open('masar-pages').then((c) => c.keys()).then((k) => k.length > 0)")
    assert f"/ar/requests/{number}/" in kept(page)
    page.goto("/ar/account/")
    page.click("form[action='/ar/logout/'] button")
    page.wait_for_url(re.compile("/ar/signed-out/$"))
    page.wait_for_timeout(500)
    assert kept(page) == []
    page.goto("/ar/about/")
    page.evaluate("navigator.serviceWorker.ready")
    page.context.set_offline(True)
    try:
        page.goto(f"/ar/requests/{number}/")
    except Exception as trouble:
        assert "ERR_INTERNET_DISCONNECTED" in str(trouble)  # noqa: PT017 - the browser's own page stands there
    assert "مراجعة" not in page.locator("body").inner_text()


def test_pages_of_a_log_in_that_ended_are_not_kept_beside_the_next_persons(
    visits: Visits, newcomer: Newcomer, licence_of: Licence
) -> None:
    person = newcomer()
    number, _ = licence_of(person, "review")
    page = visits.of(person)
    with_worker(page, "/ar/")
    page.goto(f"/ar/requests/{number}/")
    until(page, "caches.open('masar-pages').then((c) => c.keys()).then((k) => k.length > 0)")
    page.context.route("**/live/**", lambda route: route.abort())  # else the page itself may go to the login first
    page.reload()
    page.context.clear_cookies()
    page.goto("/ar/requests/")
    assert "/ar/login/" in page.url
    page.wait_for_timeout(500)
    assert f"/ar/requests/{number}/" not in kept(page)


def test_forms_and_live_answers_are_never_kept(visits: Visits, newcomer: Newcomer, licence_of: Licence) -> None:
    person = newcomer()
    number, _ = licence_of(person)
    page = visits.of(person)
    with_worker(page, "/ar/")
    for tail in ("account/", f"requests/{number}/withdraw/", f"requests/{number}/"):
        page.goto(f"/ar/{tail}")
    until(page, "caches.open('masar-pages').then((c) => c.keys()).then((k) => k.length > 0)")
    assert [path for path in kept(page) if "withdraw" in path or "account" in path or "/live/" in path] == []


def test_what_is_filled_in_and_papers_are_never_kept(visits: Visits, newcomer: Newcomer) -> None:
    page = visits.of(newcomer())
    with_worker(page, "/ar/")
    service = "/ar/services/kw.moi.gdt.renew-driving-licence/"
    page.goto(f"{service}apply/")
    page.click("main form .btn:not(.ghost)")
    page.wait_for_url("**/apply/licence_number/")
    page.goto(f"{service}apply/paper.photo/")
    page.set_input_files("[name=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.click("[name=more]")
    paper = page.locator(".files a").get_attribute("href")
    assert paper
    with page.expect_download():
        page.click(".files a")
    page.goto(f"{service}apply/check/")
    page.goto(service)
    until(page, "caches.open('masar-pages').then((c) => c.keys()).then((k) => k.length > 0)")
    assert [path for path in kept(page) if "/apply/" in path or path == paper] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_installs_masar(language: str, visits: Visits) -> None:
    page = visits.stranger()
    page.goto(f"/{language}/")
    address = page.locator("link[rel=manifest]").get_attribute("href")
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["lang"], manifest["dir"]) == (language, "ltr" if language == "en" else "rtl")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).headers["content-type"] == icon["type"]
    session = page.context.new_cdp_session(page)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    faults = [fault["errorId"] for fault in session.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert [fault for fault in faults if fault != "in-incognito"] == []
