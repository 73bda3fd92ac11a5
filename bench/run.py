"""One run: fill, take every figure in turn, print each, write them down."""

from __future__ import annotations

import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from bench import work
from bench.figures import Bench, Reports, Row
from bench.fill import AGENCY, Filled, fill
from bench.ground import web
from bench.processes import family_of, memory_of
from masar.catalogue.actions import load_path, new_key
from masar.config import surroundings


def run(dsn: str, scale: str, persons: int, seconds: float, rounds: int) -> None:
    """Take the figures on a prepared database of so many persons; each measurement lasts some seconds, some times."""
    began = time.monotonic()
    load_path(surroundings.SHIPPED_CATALOGUE)
    filled = _filled(dsn, persons)
    rows = []
    with web() as running, tempfile.TemporaryDirectory() as folder:
        bench = Bench(dsn, running, filled, new_key(AGENCY), seconds, rounds, Path(folder))
        for row in _figures(bench):
            rows.append(row)
            print(_line(row), flush=True)
    _write(scale, filled, rows, time.monotonic() - began)


def _filled(dsn: str, persons: int) -> Filled:
    began = time.monotonic()
    with psycopg.connect(dsn, autocommit=True) as admin:
        filled = fill(admin, persons)
    print(
        f"{filled.persons:,} persons, {filled.requests:,} requests, {filled.events:,} events"
        f" written in {time.monotonic() - began:.0f} s"
    )
    return filled


def _figures(bench: Bench) -> Iterator[Row]:
    persons = bench.filled.full[:200]
    cookies = {person: work.cookie_of(person) for person in persons}
    yield work.my_requests_as_json(bench, cookies)
    lists = dict.fromkeys(persons, "/ar/requests/")
    pages = [("my requests, Arabic page", lists, {"ratio": 0.10, "cpu": 1.6, "statements": 3})]
    own = {bench.filled.owners[id_]: f"/ar/requests/{number}/" for id_, number in bench.filled.numbers.items()}
    sheets = {person: own[person] for person in persons}
    pages.append(("one request with its timeline, page", sheets, {"cpu": 2.5, "statements": 4}))
    for name, paths, goals in pages:
        row = work.page(bench, cookies, name, paths, **goals)
        if row is None:
            print(f"{name}: this page does not stand here")
        else:
            yield row
    reports = Reports(bench.filled)
    yield work.one_event(bench, reports)
    yield work.batches(bench, reports, opening=False)
    yield work.batches(bench, reports, opening=True)
    yield _memory(bench)


def _memory(bench: Bench) -> Row:
    row = Row("memory of the web part after all this", round(memory_of(family_of(bench.web.pid)), 1), "MiB")
    row.goal = "<= 200 MiB for both of granian's processes"
    row.ok = row.value <= 200
    return row


def _line(row: Row) -> str:
    verdict = {True: "reached", False: "NOT REACHED", None: ""}[row.ok]
    parts = [f"{row.name:42}{row.value:>10,.0f} {row.unit:11}"]
    if row.limit:
        parts.append(f"limit {row.limit:>9,.0f}  {row.ratio:>6.1%}")
    if row.app_cpu_ms is not None:
        parts.append(f"CPU {row.app_cpu_ms:.3f} + {row.database_cpu_ms:.3f} ms (client {row.client_cpu_ms:.3f})")
    if row.statements is not None:
        parts.append(f"{row.statements} statements")
    parts.append(f"{row.goal}: {verdict}")
    return "  ".join(parts)


def _write(scale: str, filled: Filled, rows: Sequence[Row], took: float) -> None:
    place = surroundings.home() / "bench.json"
    facts = {
        "scale": scale,
        "persons": filled.persons,
        "requests": filled.requests,
        "events": filled.events,
        "seconds": round(took, 1),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "rows": [row.as_json() for row in rows],
    }
    place.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Written to {place} after {took:.0f} s.")
