"""Applying over a link that hardly carries and often breaks: each application is one request, and no draft is lost."""

from __future__ import annotations

import asyncio
import html
import json
import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore

from conftest import logged_in, new_civil_id
from demo.forms import fill
from masar.cases.queries import agency_application, my_application, my_requests
from masar.catalogue.queries import ask_of, facts_asked, papers, service
from masar.files.tests.good import jpeg, pdf
from masar.kernel import clock
from masar.people.actions import introduce
from masar.people.login import SESSION_ID, SESSION_PERSON, SESSION_SEEN
from masar.portal.look import LANGUAGES
from masar.portal.tests.filling import typed
from tests.running import Server
from tests.thin_link import ThinLink, thin_link

pytestmark = pytest.mark.database
SERVICES = (
    "kw.moi.gdt.renew-driving-licence",
    "kw.pahw.rent-allowance",
    "kw.moi.res.work-residency",
    "kw.pam.exit-permit",
    "kw.moh.birth-certificate",
)
FACTS = {"person.is_citizen": True, "child.age": 6}
PASSWORD = "a sentence that only tests know"
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Applicant:
    """Somebody on a telephone without JavaScript. `typed`: what they type, by the name of a page."""

    viewer: Any
    cookie: str
    agency: str
    service: str
    language: str
    form: dict[str, Any]
    typed: dict[str, Any]
    chance: Random
    stops_after: int | None = None
    kept: list[str] = field(default_factory=list)  # pages whose answer was acknowledged
    number: str = ""
    again: int = 0
    told_to_wait: int = 0

    async def apply(self, base: str, patience: float) -> None:
        """Go from page to page until the request is there, or until they stop for today."""
        start = f"/{self.language}/services/{self.service}/apply/"
        async with httpx.AsyncClient(base_url=base, timeout=patience, cookies={"masar": self.cookie}) as client:
            page, at = await self._look(client, start)
            while not self.number:
                if self.stops_after is not None and len(self.kept) >= self.stops_after:
                    return
                page, at = await self._press(client, page, at, start)

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
            await asyncio.sleep(self.chance.random())
            return None
        if answer.status_code == 503:
            self.told_to_wait += 1
            await asyncio.sleep(int(answer.headers["Retry-After"]))
            return None
        if answer.status_code >= 400:
            fault = re.findall(r'class="fault".*?<span>(.*?)</span>', answer.text, re.DOTALL)
            raise AssertionError(f"{answer.status_code} {answer.request.method} {answer.request.url.path} {fault}")
        return answer

    async def _press(self, client: httpx.AsyncClient, page: str, at: str, start: str) -> tuple[str, str]:
        """Fill in the page at hand and press its button; when the link breaks, press again or load it anew."""
        name = "" if at == start else at.removeprefix(start).split("/")[0]
        if not name and 'name="draft"' in page and "discard/" in page:  # begun before: there is a link to go on
            return await self._look(client, _link(page, start))
        data, files = self._filled(page, name)
        while True:
            answer = await self._try(client.post(at, data=data, files=files))
            if answer is not None and answer.status_code == 303:
                self.kept += [name] * (name not in ("", "check"))
                to = answer.headers["Location"]
                self._sent(to)
                if name == "check" and self.chance.random() < 0.5:  # pressed once more, as impatient people do
                    again = await self._try(client.post(at, data=data, files=files))
                    assert again is None or again.headers["Location"] == to
                return ("", to) if self.number else await self._look(client, to)
            if self.chance.random() < 0.5:  # loaded again, or gone back to: what stands there now counts
                page, now = await self._look(client, at)
                if name == "check" and now == start:  # it was sent after all, and the list shows it
                    await self._find(client)
                if self.number or now != at:
                    return page, now

    def _sent(self, to: str) -> None:
        found = re.search(r"/requests/(\d+)/", to)
        self.number = found[1] if found else self.number

    async def _find(self, client: httpx.AsyncClient) -> None:
        page, _ = await self._look(client, f"/{self.language}/requests/")
        self._sent(html.unescape(page))

    def _filled(self, page: str, name: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        hidden = dict(re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|draft)" value="([^"]*)"', page))
        if name == "check":
            return hidden | {ask: "true" for ask, value in self.form.items() if value is True}, None
        given = self.typed.get(name, {})
        if isinstance(given, tuple):
            return hidden | {"next": "1"}, {"file": given}
        return hidden | given, None


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
    pages: dict[str, Any] = {
        name: typed(ask_of(name, schema["properties"][name], required=True), value) for name, value in form.items()
    }
    for fact in facts_asked(definition.document, {}):
        pages[f"fact.{fact.id}"] = typed(fact.ask, FACTS[fact.id])
    for paper in papers(definition.document, FACTS, form):
        is_picture = "image/jpeg" in paper.accept
        data = jpeg((400 + n, 300), quality=60) if is_picture else pdf()
        pages[f"paper.{paper.id}"] = ("صورة.jpg" if is_picture else "مستند.pdf", data)
    session = SessionStore()
    session[SESSION_PERSON], session[SESSION_ID] = viewer.person_id, viewer.session.hex
    session[SESSION_SEEN] = int(time.time()) + 3600
    session.save()
    return Applicant(viewer, session.session_key, definition.agency, id, chance.choice(LANGUAGES), form, pages, chance)


def run(server: Server, count: int, at_once: int, rate: float, delay: float, seed: int) -> dict[str, Any]:
    """Let many people apply over thin links; hold what they were told against what stands. Return the figures."""
    chance = Random(seed)
    people = [applicant(n, Random(f"{seed}-{n}")) for n in range(count)]
    for one in people[:: max(2, count // 20)]:
        one.stops_after = 1
    link = ThinLink(server.port, rate, delay, 25_000, chance)
    began = time.monotonic()

    async def all_of_them(them: list[Applicant], seconds: float) -> None:
        places = asyncio.Semaphore(at_once)

        async def one(person: Applicant) -> None:
            async with places:
                await person.apply(f"http://127.0.0.1:{link.port}", seconds)

        await asyncio.gather(*map(one, them))

    with thin_link(link):
        _in_a_loop(all_of_them(people, 60))
        stopped = [one for one in people if one.stops_after is not None]
        lost = sum(_lost(one) for one in stopped)
        for one in stopped:  # later, on another device
            one.stops_after, one.cookie = None, one.cookie
        _in_a_loop(all_of_them(stopped, 60))
    figures = _held_against(people)
    return figures | {
        "drafts_lost": figures["drafts_lost"] + lost, "applications": count, "stopped_in_the_middle": len(stopped),
        "seconds": round(time.monotonic() - began), "connections": link.connections, "cuts": link.cuts,
        "pressed_or_loaded_again": sum(one.again for one in people),
        "told_to_wait": sum(one.told_to_wait for one in people),
        "kilobytes": link.carried // 1024,
    }  # fmt: skip


def _in_a_loop(work: Any) -> None:
    """Run it in a thread of its own: a browser of other tests may hold the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def _lost(one: Applicant) -> int:
    """Tell whether an answer that was acknowledged is not in the draft."""
    found = my_application(one.viewer, one.service)
    draft = found.draft if found else None
    if draft is None:
        return 1
    there = {*draft.answers, *(f"fact.{name}" for name in draft.facts), *(f"paper.{name}" for name in draft.papers)}
    return int(not set(one.kept) <= there)


def _held_against(people: list[Applicant]) -> dict[str, Any]:
    requests = doubled = different = left = 0
    for one in people:
        rows = my_requests(one.viewer, "open", None, clock.now())[1].rows
        requests += len(rows)
        doubled += max(0, len(rows) - 1)
        left += my_application(one.viewer, one.service).draft is not None  # type: ignore[union-attr]
        filled = agency_application(one.agency, rows[0].number) if rows else None
        asked = {name for name in one.typed if name.startswith("paper.")}
        handed_in = [f"paper.{paper['document']}" for paper in filled.papers] if filled else []
        same = filled is not None and filled.form == one.form and set(handed_in) <= asked
        different += not (same and len(handed_in) == len(set(handed_in)) and str(rows[0].number) == one.number)
    return {"requests": requests, "doubled": doubled, "different": different, "drafts_lost": 0, "drafts_left": left}


def the_figures_are_right(found: dict[str, Any]) -> None:
    assert found["requests"] == found["applications"], found
    wrong = ("doubled", "different", "drafts_lost", "drafts_left")
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0), found
    assert found["cuts"] > found["applications"] / 4, found


def test_applications_over_a_thin_link_are_requests_once(kuwait: None, server: Server) -> None:
    the_figures_are_right(run(server, 40, 40, rate=2_000_000, delay=0.02, seed=secrets.randbelow(10**6)))


@pytest.mark.soak
def test_a_thousand_applications_over_50_kbit_s(kuwait: None, server: Server) -> None:
    found = run(server, 1000, 250, rate=50_000, delay=1.0, seed=20261127)
    file = ROOT / "var" / "drills.json"
    file.parent.mkdir(exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, "thin link": found} if isinstance(known, dict) else known, indent=1))
    print(json.dumps(found))
    the_figures_are_right(found)
