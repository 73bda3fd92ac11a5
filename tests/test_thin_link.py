"""Applying over a link that hardly carries and often breaks: each application is one request, and no draft is lost."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from masar.cases.queries import agency_application, my_application, my_requests
from masar.catalogue.queries import service
from masar.kernel import clock
from masar.kernel.database import acting
from masar.people.actions import start_session
from masar.people.queries import Viewer
from tests.applicants import Applicant, answered, applicant, cookie_of
from tests.running import Server
from tests.thin_link import ThinLink, thin_link

pytestmark = pytest.mark.database
ROOT = Path(__file__).resolve().parent.parent


def run(server: Server, count: int, at_once: int, rate: float, delay: float, cut: float, seed: int) -> dict[str, Any]:
    """Let many people apply over thin links; hold what they were told against what stands. Return the figures."""
    chance = Random(seed)
    people = [applicant(n, Random(f"{seed}-{n}")) for n in range(count)]
    for one in people:
        one.rest = delay
    for one in people[::4]:
        one.stops_after = one.chance.randint(1, 2)
    link = ThinLink(server.port, rate, delay, 50_000, cut, chance)
    began = time.monotonic()

    async def all_of_them(them: list[Applicant], seconds: float) -> None:
        places = asyncio.Semaphore(at_once)

        async def one(person: Applicant) -> None:
            async with places:
                await person.apply(f"http://127.0.0.1:{link.port}", seconds)

        await asyncio.wait_for(asyncio.gather(*map(one, them)), 3600)  # who never gets there is a fault, not a wait

    with thin_link(link):
        _in_a_thread(all_of_them(people, 60))
        stopped = [n for n, one in enumerate(people) if one.stops_after is not None]
        lost = sum(_lost(people[n]) for n in stopped)
        for n in stopped:
            people[n] = elsewhere(people[n])
        _in_a_thread(all_of_them([people[n] for n in stopped], 60))
    figures = _held_against(people)
    return figures | {
        "drafts_lost": lost, "answers_unseen": sum(len(one.unseen) for one in people),
        "applications": count, "stopped_in_the_middle": len(stopped),
        "seconds": round(time.monotonic() - began), "connections": link.connections, "cuts": link.cuts,
        "answers_changed": sum(one.changed for one in people),
        "pressed_or_loaded_again": sum(one.again for one in people),
        "told_to_wait": sum(one.told_to_wait for one in people),
        "kilobytes": link.carried // 1024,
    }  # fmt: skip


def elsewhere(one: Applicant) -> Applicant:
    """Return the person at another device, logged in anew, with what they have typed in mind."""
    with acting("masar_login"):
        viewer = Viewer(one.viewer.person_id, start_session(one.viewer.person_id))
    return replace(one, viewer=viewer, cookie=cookie_of(viewer), stops_after=None)


def _in_a_thread(work: Any) -> None:
    """Run it in a thread of its own: the browser of other tests may hold the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def _lost(one: Applicant) -> int:
    """Tell whether something that was acknowledged is not in the draft, or is not as it was typed."""
    found = my_application(one.viewer, one.service)
    definition, draft = service(one.service), found.draft if found else None
    if draft is None or definition is None:
        return 1
    there: dict[str, Any] = answered(definition.document["form"]["schema"], dict(draft.answers))
    there |= {f"fact.{name}": one.typed[f"fact.{name}"] for name in draft.facts}
    there |= {f"paper.{name}": {"file": one.typed[f"paper.{name}"]} for name in draft.papers}
    return int(any(there.get(name, {}) != kept for name, kept in one.kept.items()))


def _held_against(people: list[Applicant]) -> dict[str, Any]:
    requests = doubled = left = 0
    different: list[str] = []
    for one in people:
        rows = my_requests(one.viewer, "open", None, clock.now())[1].rows
        requests += len(rows)
        doubled += max(0, len(rows) - 1)
        left += my_application(one.viewer, one.service).draft is not None  # type: ignore[union-attr]
        different += [f"{one.service}: {what}" for row in rows for what in _different(one, row.number)]
    return {"requests": requests, "doubled": doubled, "different": different, "drafts_left": left}


def _different(one: Applicant, number: int) -> list[str]:
    """Return what of a request is not as its person typed it last, or was told otherwise."""
    sent = agency_application(one.agency, number)
    if sent is None:
        return ["nothing was sent"]
    handed_in = [f"paper.{paper['document']}" for paper in sent.papers]
    wrong = [f"{name} {sent.form.get(name)!r}, not {one.form.get(name)!r}" for name in {*sent.form, *one.form}
             if sent.form.get(name) != one.form.get(name)]  # fmt: skip
    wrong += [f"{name} twice" for name in set(handed_in) if handed_in.count(name) > 1]
    wrong += [f"{name} never asked" for name in set(handed_in) - set(one.typed)]
    wrong += [f"{name} lost" for name in one.kept if name.startswith("paper.") and name not in handed_in]
    return wrong + ([f"told {one.number}, is {number}"] if one.number != str(number) else [])


def the_figures_are_right(found: dict[str, Any]) -> None:
    assert found["requests"] == found["applications"], found
    wrong = ("doubled", "drafts_lost", "drafts_left", "answers_unseen")
    assert found["different"] == []
    assert {name: found[name] for name in wrong} == dict.fromkeys(wrong, 0), found
    assert found["cuts"] > found["applications"] / 4, found


def test_applications_over_a_thin_link_are_requests_once(kuwait: None, server: Server) -> None:
    found = run(server, 40, 40, rate=2_000_000, delay=0.02, cut=0.3, seed=secrets.randbelow(10**6))
    print(json.dumps(found))
    the_figures_are_right(found)


@pytest.mark.soak
def test_a_thousand_applications_over_50_kbit_s(kuwait: None, server: Server) -> None:
    found = run(server, 1000, 250, rate=50_000, delay=1.0, cut=0.1, seed=20261127)
    file = ROOT / "var" / "drills.json"
    file.parent.mkdir(exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**known, "thin link": found} if isinstance(known, dict) else known, indent=1))
    print(json.dumps(found))
    the_figures_are_right(found)
