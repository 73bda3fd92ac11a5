"""A browser for journeys: who visits, with which device, and what may not go wrong on the way."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.running import Server

CHROMIUM = shutil.which("chromium")
ARGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
LANGUAGES = ("ar", "en", "ur")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PASSWORD = "a sentence that only tests know"
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
URDU = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")

in_browser = pytest.mark.skipif(
    CHROMIUM is None and os.environ.get("CI") != "true",
    reason="SKIPPED LOUDLY: no chromium (apt-get install chromium)",
)

LOGGED_IN_FOR = 240.0  # seconds; a log-in ends by itself when nobody comes for a quarter of an hour


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    civil_id: str
    name: str
    language: str = "ar"
    password: str = PASSWORD


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """Start Debian's Chromium and end it afterwards."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


def log_in(page: Page, civil_id: str, password: str) -> None:
    """Fill the login form of the page at hand and send it."""
    page.fill("[name=login]", civil_id)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.click("main form button")
    if "/login/second/" in page.url:
        take_second_step(page)


def take_second_step(page: Page) -> None:
    """Type the code that stands on the page of a demonstration, and send it."""
    page.fill("[name=code]", page.locator("[data-code]").inner_text())
    with page.expect_navigation():
        page.click("main form button")


def switch_mode(page: Page, language: str, mode: str) -> None:
    """Press the switch of simple mode, if it does not stand so: "normal" or "simple"."""
    page.goto(f"/{language}/about/")
    switch = page.locator("header button[name=simple]")
    wanted = "true" if mode == "simple" else "false"
    if switch.get_attribute("aria-pressed") != wanted:
        switch.click()
        expect(switch).to_have_attribute("aria-pressed", wanted)


def until(page: Page, expression: str, seconds: float = 8) -> None:
    """Wait until an expression holds on the page. (Playwright's own way evaluates text, which our policy forbids.)"""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never: {expression}"
        page.wait_for_timeout(20)


@dataclass(slots=True)
class Visits:
    """Opens pages for persons; one browser context each, so that nobody sees another's cookies.

    Whatever a page complains of (a script that fails, something that the content policy stops) is kept in `faults`.
    """

    browser: Browser
    site: Server
    faults: list[str] = field(default_factory=list)
    _open: list[BrowserContext] = field(default_factory=list)
    _cookies: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def stranger(self, **device: Any) -> Page:
        """Open an empty page of somebody who is not logged in."""
        settings = {"viewport": PHONE, "base_url": self.site.url, "locale": "ar", "reduced_motion": "reduce"} | device
        context = self.browser.new_context(**settings)
        context.set_default_timeout(15_000)
        self._open.append(context)
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("console", lambda said: self.faults.append(said.text) if _is_fault(said.type, said.text) else None)
        return context.new_page()

    def of(self, person: Person, **device: Any) -> Page:
        """Open an empty page of a person who is logged in."""
        since, _ = self._cookies.get(person.civil_id, (float("-inf"), None))
        if time.monotonic() - since > LOGGED_IN_FOR:
            page = self.stranger()
            page.goto(f"/{person.language}/login/")
            log_in(page, person.civil_id, person.password)
            page.wait_for_url(re.compile(rf"/{person.language}/$"))
            self._cookies[person.civil_id] = (time.monotonic(), page.context.storage_state())
            self._close(page.context)
        return self.stranger(storage_state=self._cookies[person.civil_id][1], **device)

    def cookies_of(self, person: Person) -> Mapping[str, str]:
        """Return the cookies of a person who is logged in."""
        context = self.of(person).context
        found = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
        self._close(context)
        return found

    def forget(self, person: Person) -> None:
        """Forget a log-in, since a journey ends it."""
        self._cookies.pop(person.civil_id, None)

    def leave(self) -> None:
        """Close everything that is open."""
        for context in list(self._open):
            self._close(context)

    def _close(self, context: BrowserContext) -> None:
        self._open.remove(context)
        context.close()


def _is_fault(kind: str, text: str) -> bool:
    """Tell what counts: not that an answer was 4xx or that there was no network, which journeys cause on purpose."""
    return kind == "error" and not text.startswith("Failed to load resource")
