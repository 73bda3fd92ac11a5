"""A thousand personal values go in by every way there is, and none lies open anywhere: not in a dump of the database,
not in its files and write-ahead log, not in a log, not in what is told to listeners, not in an answer to an error.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.actions import CHANNEL, answer, appeal, attach, keep, relay
from masar.cases.queries import my_request, pin_of
from masar.catalogue.actions import new_key
from masar.files.actions import Clean, keep_paper
from masar.files.tests.good import jpeg
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.queries import key_of
from tests.backups import dumped
from tests.running import Server

pytestmark = pytest.mark.database
PERSONS = 36
BEGUN = time.time()
LICENCE = "kw.moi.gdt.renew-driving-licence"
MARK = f"cnry{secrets.token_hex(8)}"  # stands in every value but the civil ID
Found = dict[str, list[str]]


@dataclass
class Canaries:
    """What went in, and what came back."""

    count: int = 0
    civil_ids: list[str] = field(default_factory=list)
    slips: list[tuple[int, str]] = field(default_factory=list)  # number and PIN of each request
    answers: list[str] = field(default_factory=list)  # bodies of answers to errors
    told: list[str] = field(default_factory=list)  # payloads of NOTIFY
    plain: str = ""  # a value that is meant to stand open, to prove that the search finds

    def value(self) -> str:
        """A new personal value."""
        self.count += 1
        return f"قيمة {MARK}{self.count} شخصية"


def forms(text: str) -> list[bytes]:
    """A text as it may lie about: plain, in hexadecimal, in base64 at each of three places, in UTF-16."""
    raw = text.encode()
    shifted = [base64.b64encode(b"\0" * n + raw)[4 if n else 0 : -4] for n in range(3)]
    return [raw, raw.hex().encode(), raw.hex().upper().encode(), text.encode("utf-16-le"), *shifted]


def plain_in(content: bytes, canaries: Canaries) -> set[str]:
    """Every canary that lies open in some bytes as it is."""
    marks = {"mark"} if MARK.encode() in content else set()
    return marks | ({text.decode() for text in re.findall(rb"(?=([23]\d{11}))", content)} & set(canaries.civil_ids))


def found_in(content: bytes, canaries: Canaries) -> set[str]:
    """Every canary that lies open in some bytes, in any form."""
    marks = {"mark" for form in forms(MARK) if form in content} | plain_in(content, canaries)
    digits = [bytes.fromhex(text.decode()) for text in re.findall(rb"(?=((?:3[0-9]){12}))", content)]
    ids = {text.decode() for text in digits} & set(canaries.civil_ids)
    hashed = {one for one in canaries.civil_ids if hashlib.sha256(one.encode()).hexdigest().encode() in content}
    coded = {one for one in canaries.civil_ids if any(form in content for form in forms(one)[4:])}
    return marks | ids | hashed | coded


@pytest.fixture(scope="module")
def canaries(server: Server) -> Canaries:
    """Send personal values through the API, rightly and wrongly, and by a person's own acts."""
    made = Canaries(plain=f"ref{secrets.token_hex(8)}")
    gdt, key = Reporter("kw.moi.gdt"), new_key("kw.moi.gdt")
    with (
        psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as listener,
        httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {key}"}) as client,
    ):
        listener.execute(f"listen {CHANNEL}")
        for n in range(PERSONS):
            _one(client, gdt, made, f"{made.plain}-{n}")
        while relay():
            pass
        made.told = [note.payload for note in listener.notifies(timeout=1)]
        listener.execute("checkpoint")
    return made


def _one(client: httpx.Client, gdt: Reporter, made: Canaries, ref: str) -> None:
    civil_id, value, at = new_civil_id(), made.value, now() - timedelta(days=2)
    made.civil_ids.append(civil_id)
    opened = gdt.event(
        "opened", None, at, service=LICENCE, agency_ref=ref, civil_id=civil_id, name=value(),
        form={"address": value(), "more": [value()]}, note=value(), office=value(),
    )  # fmt: skip
    good = [
        opened,
        gdt.event("step", f"ref:{ref}", at, step="review", note={"ar": value()}, office=value(), actor_role=value()),
        gdt.event("asked", f"ref:{ref}", at, step="more-information", message={"ar": value()}),
        gdt.event("noted", f"ref:{ref}-not-yet", at, note=value()),
    ]
    batch = client.post("/api/v1/events", content=json.dumps(good), headers=_type("batch+json"))
    statuses = [item["status"] for item in batch.json()["items"]]
    assert statuses == ["accepted", "accepted", "accepted", "parked"], batch.text
    for bad in _bad(gdt, opened, ref, made):
        content = bad if isinstance(bad, bytes) else json.dumps(bad).encode()
        reply = client.post("/api/v1/events", content=content, headers=_type("json"))
        assert reply.status_code in (400, 403, 409, 422), reply.text
        made.answers.append(reply.text)
    number, viewer = int(batch.json()["items"][0]["request"]), logged_in(civil_id)
    sheet = my_request(viewer, number, now())[1]
    made.slips.append((number, pin_of(sheet)))
    question = sheet.question
    answer(viewer, number, question.token, {"answer": value()})
    _tell(client, made, at.isoformat())
    draft = keep(viewer, LICENCE, {"address": value()}, facts={"licence.number": value()})
    attach(viewer, LICENCE, draft.id, "photo", jpeg(), f"{value()}.jpg")
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        keep_paper(cursor, viewer.person_id, key_of(cursor, viewer), Clean(value().encode(), "image/png"), value())
    refused = gdt.event("decided", str(number), now(), outcome="refused", reason="medical", note=value())
    assert client.post("/api/v1/events", content=json.dumps(refused), headers=_type("json")).status_code == 200
    appeal(viewer, number, "", value())
    assert MARK in my_request(viewer, number, now())[0].name


def _bad(gdt: Reporter, opened: dict[str, Any], ref: str, made: Canaries) -> Iterator[dict[str, Any] | bytes]:
    """What an agency may send wrongly, with personal values where they do not belong."""
    civil_id, value, at = made.civil_ids[-1], made.value, now()
    yield opened | {"data": opened["data"] | {"name": value()}}  # a conflict
    yield gdt.event("step", f"ref:{ref}", at, step=civil_id, note=value())
    yield gdt.event("decided", f"ref:{ref}", at, outcome="refused", note=value())
    yield gdt.event("opened", None, at, service=civil_id, agency_ref=civil_id, civil_id=value(), name=value())
    yield gdt.event("noted", f"ref:{ref}", at, note=7, office="\n" + value(), code=value())
    yield gdt.event("noted", value(), value(), note=value()) | {"id": value(), "sequence": value(), "type": value()}
    yield gdt.event("noted", f"ref:{ref}", at, note=value()) | {"source": "urn:masar:kw.moh:x"}
    yield gdt.event(
        "opened", None, at, service="kw.none", agency_ref=ref + "x", civil_id=civil_id, form={"a": 1.5, "b": value()}
    )
    yield f'{{"data": "{value()} {civil_id}'.encode()


def _tell(client: httpx.Client, made: Canaries, at: str) -> None:
    """Tell a fact of the person, and tell some wrongly."""
    civil_id, value = made.civil_ids[-1], made.value
    right = {"civil_id": civil_id, "at": at, "facts": {"licence.number": value()}}
    wrong = [
        {**right, "facts": {value(): value(), "fines.unpaid_fils": value()}},
        {**right, "civil_id": value(), "at": value()},
        {**right, "facts": {civil_id: civil_id}, value(): value()},
        {**right, "civil_id": new_civil_id(), "until": value()},
        value(),
    ]
    reply = client.put("/api/v1/facts", json={"items": [right, *wrong]})
    assert [item["status"] for item in reply.json()["items"]] == ["kept", *["invalid"] * len(wrong)]
    made.answers.append(reply.text)


def _type(kind: str) -> dict[str, str]:
    return {"Content-Type": f"application/cloudevents{'-' if kind == 'batch+json' else '+'}{kind}"}


def test_a_thousand_values_went_in_and_the_search_finds(canaries):
    assert canaries.count + len(canaries.civil_ids) >= 1000
    probe = Canaries(civil_ids=["290010112345"])
    for text in (MARK, "290010112345"):
        for shift in range(3):
            assert found_in(base64.b64encode(b"x" * shift + text.encode() + b"yy"), probe), (text, shift)
        assert found_in(text.encode().hex().encode(), probe)
        assert found_in(b'{"a": "' + text.encode() + b'"}', probe)
    assert not found_in(b"nothing here", probe)


def test_no_answer_to_an_error_says_a_personal_value(canaries):
    """Neither the value that was wrong nor any beside it: answers lie in logs of others."""
    assert len(canaries.answers) == 10 * PERSONS
    found = {text for text in canaries.answers if found_in(text.encode(), canaries)}
    assert not found, next(iter(found))


def test_listeners_are_told_numbers_only(canaries):
    assert canaries.told
    for payload in canaries.told:
        assert re.fullmatch(r"\d+:\d+:\d+( \d+:\d+:\d+)*", payload)
        assert not found_in(payload.encode(), canaries)


def test_no_page_that_a_slip_opens_holds_any(canaries, server):
    for number, pin in canaries.slips:
        with httpx.Client(base_url=server.url, follow_redirects=True) as stranger:
            token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', stranger.get("/ar/track/").text)[1]
            sent = {"csrfmiddlewaretoken": token, "number": str(number), "pin": pin}
            page = stranger.post("/ar/track/", data=sent, headers={"Referer": f"{server.url}/ar/track/"})
            assert (
                f'next=/ar/requests/{number}/"' in page.text
                or 'aria-current="step"' in page.text
                or "is-bad" in page.text
            )
            assert found_in(page.content, canaries) == set()
            assert found_in(repr(page.headers.raw).encode(), canaries) == set()


def test_a_dump_of_the_database_holds_none(canaries):
    dump = dumped(os.environ["MASAR_PG_DSN"])
    assert canaries.plain.encode() in dump
    assert found_in(dump, canaries) == set()


def test_the_servers_files_and_its_write_ahead_log_hold_none(canaries):
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        folder = Path(owner.execute("show data_directory").fetchone()[0])
        database = owner.execute("select oid from pg_database where datname = current_database()").fetchone()[0]
    if not os.access(folder, os.R_OK | os.X_OK):
        pytest.skip("the server's files belong to somebody else")
    files = [*(folder / "base" / str(database)).iterdir(), *_fresh(folder / "pg_wal"), *_fresh(folder.parent / "log")]
    seen = 0
    for file in files:
        content = file.read_bytes() if file.is_file() else b""
        seen += canaries.plain.encode() in content
        assert plain_in(content, canaries) == set(), file
    assert seen >= 2, "the search looked at the wrong files"


def test_no_log_holds_any(canaries, server):
    assert found_in(server.log.read_bytes(), canaries) == set()


def _fresh(folder: Path) -> Iterable[Path]:
    """The files written since this module was read."""
    return [file for file in folder.iterdir() if file.stat().st_mtime >= BEGUN] if folder.is_dir() else []
