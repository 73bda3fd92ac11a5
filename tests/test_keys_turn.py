"""Keys turn without a stop: create, rotate, re-wrap and retire while processes read and write, with no error at all."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Reporter, new_civil_id
from masar.kernel.kekfiles import NOTE
from tests.installation import Installation, installed
from tests.running import ROOT, running

PERSONS = 8_000
LICENCE = "kw.moi.gdt.renew-driving-licence"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed("keys", tmp_path_factory.mktemp("keys")) as made:
        made.masar("catalogue", "load", str(ROOT / "masar" / "catalogue" / "kuwait"))
        made.python("tests.turning", "make", str(PERSONS))
        yield made


def rows_by_kek(here: Installation) -> dict[str, int]:
    with psycopg.connect(here.dsn) as owner:
        return dict(owner.execute("select kek, count(*) from people_person_key group by kek").fetchall())


def settled(here: Installation) -> None:
    """Let the time pass after which a former key may be retired."""
    note = here.secrets / NOTE
    keks = json.loads(note.read_text())
    for kek in keks.values():
        kek["since"] = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    note.write_text(json.dumps(keks))


class Agency(threading.Thread):
    """Opens requests of new persons at a really running Masar until told to stop."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(daemon=True)
        self.url, self.key, self.stop = url, key, threading.Event()
        self.sent, self.trouble = 0, list[str]()

    def run(self) -> None:
        gdt = Reporter("kw.moi.gdt")
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/cloudevents+json"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=20) as client:
            while not self.stop.is_set():
                civil_id, at = new_civil_id(), datetime.now(UTC) - timedelta(minutes=1)
                ref, name = f"KEYS-{self.sent}", f"شخص {civil_id}"
                for event in (
                    gdt.event("opened", None, at, service=LICENCE, agency_ref=ref, civil_id=civil_id, name=name),
                    gdt.event("noted", f"ref:{ref}", at, note="x"),
                ):  # fmt: skip
                    reply = client.post("/api/v1/events", content=json.dumps(event))
                    if reply.status_code != 200:
                        self.trouble.append(f"{reply.status_code} {reply.text}")
                self.sent += 1


@contextmanager
def loaded(here: Installation, count: int) -> Iterator[list[dict[str, Any]]]:
    """Let processes read and write meanwhile; what they say stands in the list afterwards."""
    command = [sys.executable, "-m", "tests.turning", "load", "1"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    crew = [subprocess.Popen(command, env=here.environment, cwd=ROOT, text=True, **pipes) for _ in range(count)]
    said: list[dict[str, Any]] = []
    try:
        assert [one.stdout.readline() for one in crew] == ["begun\n"] * count
        yield said
    finally:
        said += [json.loads(one.communicate("", timeout=60)[0]) for one in crew]


def test_a_key_turns_under_load_with_no_error(here: Installation) -> None:
    key = here.masar("agency", "key", "kw.moi.gdt").strip()
    with running(here.home / "web.log", **here.variables) as web, loaded(here, 2) as said:
        agency = Agency(web.url, key)
        agency.start()
        try:
            figures = turned(here)
            time.sleep(2)
        finally:
            agency.stop.set()
            agency.join()
    print(figures, "| requests opened:", agency.sent, "|", said)
    assert [one["errors"] for one in said] == [[], []]
    assert agency.trouble == []
    assert agency.sent > 20
    assert all(one["written"] > 100 and one["read"] > 100 for one in said)
    assert all(set(one["keks"]) == {"00000001", "00000002"} for one in said), "every process took up the new key"
    assert set(rows_by_kek(here)) == {"00000002"}


def turned(here: Installation) -> str:
    """Turn the key as the operator does, interrupting the re-wrapping once; return what the whole one said."""
    time.sleep(1)
    here.masar("keys", "create")
    time.sleep(1.5)
    assert set(rows_by_kek(here)) == {"00000001"}, "a key that waits wraps nothing"
    here.masar("keys", "rotate")
    assert "is the one that wraps" in here.masar("keys", "retire", "00000002", fails=True)
    cut = subprocess.Popen(
        [sys.executable, "-m", "masar.config.command", "keys", "rewrap"], env=here.environment, cwd=ROOT,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert b"wrapped anew" in cut.stdout.read(30), "it shows how far it is"
    cut.send_signal(signal.SIGKILL)
    cut.communicate()
    between = rows_by_kek(here)
    assert between["00000001"] > 0, "interrupted in the middle"
    begun = time.monotonic()
    said = here.masar("keys", "rewrap").splitlines()[-1].strip()
    took = time.monotonic() - begun
    settled(here)
    assert "0 keys of persons were wrapped anew" in here.masar("keys", "rewrap")
    assert "opens still" in here.masar("keys", "retire", "00000001")
    assert "retired" in here.masar("keys", "list")
    assert "Destroy it" in here.masar("keys", "retire", "00000001", "--destroy")
    assert not (here.secrets / "00000001.kek").exists()
    assert (here.secrets / "retired" / "00000001.kek").stat().st_mode & 0o777 == 0o600
    return f"{said} in {took:.1f} s"


def test_a_key_that_wraps_anything_is_not_retired(here: Installation) -> None:
    here.masar("keys", "create")
    here.masar("keys", "rotate")
    settled(here)
    active, former = "00000003", "00000002"
    said = here.masar("keys", "retire", former, "--destroy", fails=True)
    assert re.search(r"\d+ keys of persons are wrapped by key 00000002: `masar keys rewrap` first", said)
    command = [sys.executable, "-m", "masar.config.command", "keys", "rewrap"]
    before = rows_by_kek(here)[former]
    twice = [subprocess.Popen(command, env=here.environment, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate()[0].decode() for one in twice]
    assert [one.returncode for one in twice] == [0, 0]
    assert sum(int(re.search(r"(\d+) keys of persons", text)[1]) for text in said) == before, "each row once"
    with psycopg.connect(here.dsn) as straggler:  # one that is not committed yet is waited for
        straggler.execute("update people_person_key set kek = %s where person_id = 1", [former])
        assert "writes persons for long" in here.masar("keys", "retire", former, fails=True)
        straggler.commit()
        assert "1 keys of persons" in here.masar("keys", "retire", former, fails=True)
        straggler.execute("update people_person_key set kek = %s where person_id = 1", [active])
        straggler.commit()
    assert "opens still" in here.masar("keys", "retire", former)


def test_the_doctor_names_a_key_that_is_missing_and_one_that_is_former(here: Installation) -> None:
    assert "is wrapped by key" in here.masar("doctor")
    with psycopg.connect(here.dsn) as owner:
        owner.execute("update people_person_key set kek = '00000077' where person_id = 1")
    assert "Put 00000077.kek back" in here.masar("doctor", fails=True)
    assert "MISSING: 1 persons" in here.masar("keys", "list")
    assert "1 could not be opened" in here.masar("keys", "rewrap", fails=True)
    with psycopg.connect(here.dsn) as owner:
        owner.execute("update people_person_key set kek = '00000003' where person_id = 1")
