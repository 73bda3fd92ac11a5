"""A file goes in by the one intake, some hundred rows at a time, and every row is answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from masar.api.files.columns import read_heads
from masar.api.files.events import Mend, Reader
from masar.api.files.lexicon import Lexicon
from masar.api.files.table import Row, Table, Unreadable
from masar.cases.actions import Item, agency_actor, record
from masar.catalogue.queries import catalogue

CHUNK = 500
TAKEN = frozenset({"accepted", "duplicate", "parked"})
_COLUMNS = {"message": "note", "event": "corrects", "answer": "form", "subject": "number", "type": "event"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row. `status` as of events; `code` names why it was not taken as it stands."""

    row: int
    status: str
    id: str | None = None
    number: int | None = None
    code: str = ""
    mends: Sequence[Mend] = ()

    @property
    def is_taken(self) -> bool:
        """Tell whether nothing is to be mended."""
        return self.status in TAKEN


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: an answer for each row in order, and the headings that nothing is known of."""

    answers: Sequence[Answer]
    unused: Sequence[str]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows have each status."""
        return Counter(answer.status for answer in self.answers)


def take(
    agency: str,
    table: Table,
    language: str,
    *,
    is_trial: bool = False,
    is_backfill: bool = False,
    told: Callable[[int], None] = lambda rows: None,
) -> Outcome:
    """Take every row that can be taken. A trial answers the same and writes nothing. Raises: Unreadable."""
    snapshot = catalogue()
    columns, unused = read_heads(table.heads, language)
    zone = ZoneInfo(snapshot.country.get("zone") or settings.TIME_ZONE)
    reader = Reader(agency, Lexicon(agency, snapshot), zone, columns, is_backfill=is_backfill)
    answers: list[Answer] = []
    with _undone() if is_trial else _as_it_goes():
        rows = table.rows()
        while chunk := list(islice(rows, CHUNK)):
            answers += _chunk(agency, reader, chunk)
            told(len(answers))
    if not answers:
        raise Unreadable("no-rows")
    return Outcome(answers, unused)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _as_it_goes() -> Iterator[None]:
    yield


def _chunk(agency: str, reader: Reader, rows: Sequence[Row]) -> list[Answer]:
    read = [reader.read(row) for row in rows]
    items = iter(record(agency_actor(agency), [event for event in read if isinstance(event, dict)]))
    return [
        Answer(row.number, "invalid", code="row", mends=found) if isinstance(found, list) else _answer(row, next(items))
        for row, found in zip(rows, read, strict=True)
    ]


def _answer(row: Row, item: Item) -> Answer:
    problem: Mapping[str, Any] = item.problem or {}
    code = str(problem.get("code", ""))
    if item.status == "conflict" and code == "conflict":
        # The id follows from all that a row says: only its place among rows of one minute, or --backfill, differs.
        return Answer(row.number, "duplicate", item.id, item.number)
    if item.status == "accepted":
        code = "late" if item.is_late else "off-path" if item.is_off_path else ""
    mends = [_mend(error) for error in problem.get("errors", ())]
    return Answer(row.number, item.status, item.id, item.number, code, mends)


def _mend(error: Mapping[str, str]) -> Mend:
    """Turn a pointer into an event into the column that it came from; what is known there stands in its sentence."""
    name = error["pointer"].removeprefix("/data").strip("/").split("/")[0]
    known = error["detail"].rstrip(".").partition(" are ")[2] or error["detail"].rstrip(".").partition("reason: ")[2]
    code = (
        error["code"] if known or not error["code"].startswith(("unknown-step", "unknown-outcome")) else "unknown-place"
    )
    return Mend(_COLUMNS.get(name, name), code, {"known": known, "detail": error["detail"]})
