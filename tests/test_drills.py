"""Drills: whatever is killed under load, what was acknowledged stands, once (R1, R2; `make soak` runs more rounds)."""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import psycopg
import pytest

from conftest import new_civil_id
from masar.config.tests.test_command_up import Running, start, stop
from masar.kernel.postgres import dsn, server
from masar.kernel.postgres.place import place_of
from masar.kernel.tests.servers import throwaway_home

pytestmark = pytest.mark.database


@pytest.fixture
def masar(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("MASAR_DEMO_FAMILIES", "300")  # a short history: the drill measures something else
    with throwaway_home() as home:
        started = start(home, "--demo")
        yield started
        stop(started)


class Agency(threading.Thread):
    """An agency that reports, sends again what was not acknowledged, and keeps what was."""

    def __init__(self, url: str, key: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.url, self.key, self.stop = url, key, stop
        self.acknowledged: dict[str, list[str]] = {}  # reference -> ids of events, in the order sent
        self.again = 0
        self.trouble: list[str] = []

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/cloudevents-batch+json"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=10) as client:
            while not self.stop.is_set():
                ref = f"DRILL-{secrets.token_hex(8)}"
                for batch in self.batches(ref):
                    self.deliver(client, ref, batch)
                    if secrets.randbelow(10) < 3:  # three in ten are delivered twice
                        self.deliver(client, ref, batch)

    def batches(self, ref: str) -> list[list[dict[str, Any]]]:
        data = {
            "service": "kw.moi.gdt.renew-driving-licence",
            "agency_ref": ref,
            "civil_id": new_civil_id(),
            "name": "م",
        }
        told: list[tuple[str, dict[str, Any]]] = [
            ("opened", data),
            ("step", {"step": "fee"}),
            ("step", {"step": "review"}),
        ]
        told += [("noted", {"note": f"n{n}"}) for n in range(3)]
        events = [
            {
                "specversion": "1.0",
                "id": f"{ref}-{n}",
                "source": "urn:masar:kw.moi.gdt:drill",
                "subject": f"ref:{ref}",
                "type": f"masar.request.{type_}.v1",
                "time": f"2026-11-0{n + 1}T09:00:00+03:00",
                "sequence": f"{n:012d}",
                "data": what,
            }
            for n, (type_, what) in enumerate(told)
        ]  # fmt: skip
        return [events[:1], events[3:5], events[1:3], events[5:]]  # out of order, on purpose

    def deliver(self, client: httpx.Client, ref: str, batch: list[dict[str, Any]]) -> None:
        while True:
            with suppress(httpx.TransportError):
                answer = client.post("/api/v1/events", content=json.dumps(batch))
                if answer.status_code == 200:
                    items = answer.json()["items"]
                    bad = [item for item in items if item["status"] not in ("accepted", "duplicate")]
                    self.trouble += [json.dumps(item) for item in bad]
                    done = self.acknowledged.setdefault(ref, [])
                    done += [item["id"] for item in items if item["id"] not in done]
                    return
                if answer.status_code < 500:
                    self.trouble.append(answer.text)
                    return
            self.again += 1
            if self.stop.is_set():
                return
            time.sleep(0.1)


def kill_in_turn(masar: Running, rounds: int) -> list[str]:
    killed = []
    for number in range(rounds):
        name = ("postmaster", "web's worker", "worker", "web", "live")[number % 5]
        pid = server.postmaster(place_of(masar.home)) if name == "postmaster" else masar.parts().get(name)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(name)
        until = time.monotonic() + 60
        time.sleep(0.2)  # a part that was killed this instant may still seem to answer
        while not (is_whole := masar.is_whole()) and time.monotonic() < until:
            time.sleep(0.1)
        assert is_whole, f"not whole 60 s after kill -9 of {name}"
        time.sleep(0.5)
    return killed


def drill(masar: Running, rounds: int) -> dict[str, Any]:
    key = masar.command("agency", "key", "kw.moi.gdt").stdout.strip()
    enough = threading.Event()
    agencies = [Agency(f"http://127.0.0.1:{masar.port}", key, enough) for _ in range(3)]
    for agency in agencies:
        agency.start()
    try:
        killed = kill_in_turn(masar, rounds)
    finally:
        enough.set()
        for agency in agencies:
            agency.join(30)
    acknowledged = {ref: ids for agency in agencies for ref, ids in agency.acknowledged.items()}
    assert [line for agency in agencies for line in agency.trouble] == []
    compare(masar, acknowledged)
    return {
        "rounds": rounds, "killed": killed, "acknowledged": sum(map(len, acknowledged.values())),
        "sent_again": sum(agency.again for agency in agencies),
    }  # fmt: skip


def compare(masar: Running, acknowledged: dict[str, list[str]]) -> None:
    """Hold what was acknowledged against what stands: nothing lost, nothing twice, every request where it belongs."""
    with psycopg.connect(dsn(masar.home)) as link:
        stored = link.execute(
            "select event_id, count(*) from cases_event where source like '%:drill' group by 1"
        ).fetchall()
        places = link.execute(
            "select f.ref, r.step, r.holder from cases_reference f join cases_request r on r.id = f.request_id"
            " where f.ref like 'DRILL-%'"
        ).fetchall()
    counted = dict(stored)
    assert [id_ for ids in acknowledged.values() for id_ in ids if id_ not in counted] == [], "acknowledged, yet lost"
    assert [id_ for id_, times in counted.items() if times != 1] == [], "recorded twice"
    at = {ref: (step, holder) for ref, step, holder in places}
    whole = [ref for ref, ids in acknowledged.items() if len(ids) == 6]
    assert {at[ref] for ref in whole} == {("review", "kw.moi.gdt")}
    assert len(at) == len(places), "one reference, two requests"


def test_what_was_acknowledged_survives_kill_9_of_every_part(masar: Running) -> None:
    told = drill(masar, rounds=5)
    print(told)
    assert len(told["killed"]) == 5
    assert told["acknowledged"] > 100


@pytest.mark.soak
def test_what_was_acknowledged_survives_a_hundred_kills(masar: Running) -> None:
    told = drill(masar, rounds=100)
    print(told)
    assert told["acknowledged"] > 10_000
