"""People who apply on a telephone without JavaScript: they go back, change their mind, press again, stop and go on."""

from __future__ import annotations

import asyncio
import html
import re
import time
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from random import Random
from typing import Any

import httpx
from django.contrib.sessions.backends.signed_cookies import SessionStore

from conftest import logged_in, new_civil_id
from demo.forms import fill
from masar.catalogue.queries import ask_of, facts_asked, papers, service
from masar.files.tests.good import jpeg, pdf
from masar.people.actions import introduce
from masar.portal.cookie import SESSION_ID, SESSION_PERSON, SESSION_SEEN
from masar.portal.look import LANGUAGES
from masar.portal.tests.filling import typed

SERVICES = (
    "kw.moi.gdt.renew-driving-licence",
    "kw.pahw.rent-allowance",
    "kw.moi.res.work-residency",
    "kw.pam.exit-permit",
    "kw.moh.birth-certificate",
)
FACTS = {"person.is_citizen": True, "child.age": 6}
PASSWORD = "a sentence that only tests know"
GOES_BACK, CHANGES, LOADS_AGAIN, PRESSES_TWICE = 0.1, 0.3, 0.4, 0.5


class Fields(HTMLParser):
    """What a browser would send of a page's fields as they stand."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, is_choice = told.get("name") or "", told.get("type") in ("radio", "checkbox")
        self.area = name if tag == "textarea" else ""
        if tag == "input" and told.get("value") and (not is_choice or "checked" in told):
            self.sent.setdefault(name, []).append(told["value"] or "")

    def handle_endtag(self, tag: str) -> None:
        self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent.setdefault(self.area, []).append(data)


@dataclass
class Applicant:
    """Somebody at one telephone. `typed`: what they send in the end, by page; `first`: what they think at first."""

    viewer: Any
    cookie: str
    agency: str
    service: str
    language: str
    form: dict[str, Any]
    typed: dict[str, Any]
    first: dict[str, Any]
    chance: Random
    rest: float = 0.0  # seconds at most until they try again
    stops_after: int | None = None
    kept: dict[str, Any] = field(default_factory=dict)  # what was acknowledged last, by page
    unseen: list[str] = field(default_factory=list)  # pages that did not show what was acknowledged
    number: str = ""
    changed: int = 0
    again: int = 0
    told_to_wait: int = 0

    @property
    def start(self) -> str:
        """The address where applying begins."""
        return f"/{self.language}/services/{self.service}/apply/"

    async def apply(self, base: str, patience: float) -> None:
        """Go from page to page until the request is there, or until they stop for today."""
        async with httpx.AsyncClient(base_url=base, timeout=patience, cookies={"masar": self.cookie}) as client:
            page, at = await self._look(client, self.start)
            while not self.number:
                if self.stops_after is not None and len(self.kept) >= self.stops_after:
                    return
                page, at = await self._go_on(client, page, at)

    async def _go_on(self, client: httpx.AsyncClient, page: str, at: str) -> tuple[str, str]:
        name = self._name(at)
        if not name and "discard/" in page:  # begun before: there is a link to go on
            return await self._look(client, _link(page, self.start))
        if name == "check" and (other := self._other(page)):
            page, at = await self._look(client, f"{self.start}{other}/?from=check")
            if self.first.pop(other, None) and other in self.kept:
                self.changed += 1
                self._compare(page, other)
        return await self._press(client, page, at)

    def _other(self, page: str) -> str:
        """Return what they would answer otherwise, or not yet: who goes on is led to what is required only."""
        left = [name for name in self.typed if name not in self.kept and f"{self.start}{name}/?from=check" in page]
        return next((name for name in self.first if name in self.kept), left[0] if left else "")

    async def _press(self, client: httpx.AsyncClient, page: str, at: str) -> tuple[str, str]:
        """Fill in the page at hand and press its button; when the link breaks, press again or load it anew."""
        name = self._name(at)
        given, files = self._given(name)
        data = given | _hidden(page)
        while True:
            answer = await self._try(client.post(at, data=data, files=files))
            if answer is not None and answer.status_code == 303:
                to = answer.headers["Location"]
                if name == "check" and self.chance.random() < PRESSES_TWICE:
                    again = await self._try(client.post(at, data=data))
                    assert again is None or again.headers["Location"] == to, "pressed twice, led to two places"
                elif name not in ("", "check"):
                    self.kept[name] = files or given
                return await self._led(client, to, at)
            if self.chance.random() < LOADS_AGAIN:  # or gone back to: what stands there now counts
                page, now = await self._look(client, at)
                if name == "check" and now == self.start:  # it was sent after all, and the list shows it
                    self._sent((await self._look(client, f"/{self.language}/requests/"))[0])
                if self.number or now != at:
                    return page, now
                data = given | _hidden(page)

    async def _led(self, client: httpx.AsyncClient, to: str, at: str) -> tuple[str, str]:
        """Follow where an answer leads; some go back first, and find what they gave."""
        self._sent(to)
        if self.number:
            return "", to
        if self._name(at) in self.kept and to != self.start and self.chance.random() < GOES_BACK:
            self._compare((await self._look(client, at))[0], self._name(at))
        return await self._look(client, to)

    async def _look(self, client: httpx.AsyncClient, at: str) -> tuple[str, str]:
        """Load a page until it has come whole; return it with the address that it has in the end."""
        while True:
            answer = await self._try(client.get(at, follow_redirects=True))
            if answer is not None:
                return answer.text, answer.url.path + (f"?{answer.url.query.decode()}" if answer.url.query else "")

    async def _try(self, sent: Any) -> httpx.Response | None:
        """Return the answer; None where the link broke, or Masar asked to wait."""
        try:
            answer: httpx.Response = await sent
        except httpx.TransportError:
            self.again += 1
            await asyncio.sleep(self.chance.random() * self.rest)
            return None
        if answer.status_code == 503:
            self.told_to_wait += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))
            return None
        if answer.status_code >= 400:
            fault = re.findall(r'class="fault".*?<span>(.*?)</span>', answer.text, re.DOTALL)
            raise AssertionError(f"{answer.status_code} {answer.request.method} {answer.request.url.path} {fault}")
        return answer

    def _name(self, at: str) -> str:
        return "" if at == self.start else at.removeprefix(self.start).split("/")[0]

    def _given(self, name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        if name == "check":
            return {ask: "true" for ask, value in self.form.items() if value is True}, None
        given = self.first.get(name, self.typed.get(name, {}))
        return ({"next": "1"}, {"file": given}) if isinstance(given, tuple) else (given, None)

    def _compare(self, page: str, name: str) -> None:
        """Look whether a page shows what was acknowledged: an answer as it was typed, a file once."""
        kept = self.kept[name]
        stands = Fields(page).sent
        is_there = page.count('name="remove"') == 1 if "file" in kept else kept.items() <= stands.items()
        self.unseen += [] if is_there else [name]

    def _sent(self, told: str) -> None:
        found = re.search(r"/requests/(\d+)/", html.unescape(told))
        self.number = found[1] if found else self.number


def _hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|draft)" value="([^"]*)"', page))


def _link(page: str, start: str) -> str:
    found = re.findall(rf'<a class="btn" href="({re.escape(start)}[^"]+)"', page)
    return found[0] if found else start


def applicant(n: int, chance: Random) -> Applicant:
    """Make somebody with an account, a log-in and an intention."""
    civil_id, id = new_civil_id(30), SERVICES[n % len(SERVICES)]
    introduce(civil_id, "نورة التجريبية", "ar", PASSWORD)
    viewer, definition = logged_in(civil_id), service(id)
    assert definition is not None
    schema = definition.document["form"]["schema"]
    form = fill(schema, chance, date(2026, 11, 27))
    other = fill(schema, chance, date(2026, 11, 27))
    free = [
        name for name, shape in schema["properties"].items() if shape.get("type") == "string" and "enum" not in shape
    ]
    first = {name: other[name] for name in free if name in form and name in other and chance.random() < CHANGES}
    pages: dict[str, Any] = answered(schema, form)
    for fact in facts_asked(definition.document, {}):
        pages[f"fact.{fact.id}"] = typed(fact.ask, FACTS[fact.id])
    for paper in papers(definition.document, FACTS, form):
        is_picture = "image/jpeg" in paper.accept
        data = jpeg((400 + n, 300), quality=60) if is_picture else pdf()
        pages[f"paper.{paper.id}"] = ("صورة.jpg" if is_picture else "مستند.pdf", data)
    language = chance.choice(LANGUAGES)
    return Applicant(
        viewer, cookie_of(viewer), definition.agency, id, language, form, pages, answered(schema, first), chance
    )


def answered(schema: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser sends for answers, by page."""
    return {name: typed(ask_of(name, schema["properties"][name], required=True), value) for name, value in form.items()}


def cookie_of(viewer: Any) -> str:
    """Return the cookie of a log-in."""
    session = SessionStore()
    session[SESSION_PERSON], session[SESSION_ID] = viewer.person_id, viewer.session.hex
    session[SESSION_SEEN] = int(time.time()) + 3600
    session.save()
    return str(session.session_key)
