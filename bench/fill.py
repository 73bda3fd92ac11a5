"""Fills the tables quickly with what they would hold: stories told to the real intake, then copied for many persons.

Each copy has its own person, keys, numbers and ids, and every value is really sealed; only the fold is not run again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg

from masar.cases.actions import agency_actor, record
from masar.kernel import clock
from masar.kernel.crypto import new_key, open_sealed, seal, vault
from masar.kernel.ids import is_real_civil_id, new_number, new_row_id
from masar.people.actions import civil_index
from masar.people.queries import person_key

AGENCY = "kw.moi.gdt"
SERVICE = "kw.moi.gdt.renew-driving-licence"
SOURCE = f"urn:masar:{AGENCY}:bench"
STORIES = 24
PER_PERSON = (20, 1, 15, 4)  # ten on average
_MARK = "STORY"

_COLUMNS: Mapping[str, str] = {
    "people_person": "id, civil_index, sealed, language, digits, hijri, simple, nastaliq, is_demonstration",
    "people_person_key": "person_id, wrapped, kek",
    "cases_request": "id, number, person_id, definition_id, agency_id, parent_id, is_appeal, opened_by, step, state,"
    " outcome, holder, since, opened_at, closed_at, due_at, used, allowed, unit, is_paused, broken_at, step_due_at,"
    " limit_at, last_type, last_at, first_received_at, changed_at, heard_at, seq, fold",
    "cases_directory": "number, request_id, definition_id",
    "cases_reference": "agency_id, ref, request_id",
    "cases_participation": "agency_id, request_id, person_id, granted_by",
    "cases_case_key": "request_id, person_id, wrapped",
    "cases_event": "received_at, id, request_id, person_id, agency_id, source, event_id, type, at, sequence, facts,"
    " is_late, is_backfill, sealed",
    "cases_seen": "source, event_id, digest, request_id, person_id, agency_id",
    "ledger_pending_leaf": "subject, commitment",
}


def invented_civil_id(number: int) -> str:
    """Return the civil ID of the n-th invented person; its check digit is wrong."""
    digits = f"2{number // 10_000 % 100:02d}0101{number % 10_000:04d}"
    return next(digits + str(last) for last in range(10) if not is_real_civil_id(digits + str(last)))


def event(type_: str, ref: str | None, at: datetime, sequence: int, id_: str, **data: Any) -> dict[str, Any]:
    """Build one event of the bench's agency."""
    return {
        "specversion": "1.0",
        "id": id_,
        "source": SOURCE,
        "type": f"masar.request.{type_}.v1",
        "time": at.isoformat(),
        "sequence": f"{sequence:012d}",
        "datacontenttype": "application/json",
        "data": data,
    } | ({"subject": f"ref:{ref}"} if ref else {})


@dataclass(frozen=True, slots=True)
class Story:
    """One request as the intake wrote it: rows by table, with marks where a copy differs."""

    request: Sequence[Any]
    events: Sequence[Sequence[Any]]
    plain: Sequence[bytes]  # canonical bytes of each event
    name: str


def tell(number: int, now: datetime) -> str:
    """Report a request with three events; return its reference, in which a copy differs."""
    ref = f"{_MARK}-{number:03d}"
    began = now - timedelta(days=2 + number * 2, hours=number)
    moments = [began, began + timedelta(hours=20), began + timedelta(hours=30)]
    note = {"ar": "اكتملت بيانات الطلب، وهو قيد المراجعة", "en": "The data are complete", "ur": "کوائف مکمل ہیں"}
    events = [
        event("opened", None, moments[0], 1, f"{ref}-1", service=SERVICE, agency_ref=ref,
              civil_id=invented_civil_id(990_000 + number), name="شخص تجريبي", form={"licence_number": "7654321"}),
        event("step", ref, moments[1], 2, f"{ref}-2", step="fee", office="إدارة مرور العاصمة"),
        event("step", ref, moments[2], 3, f"{ref}-3", step="review", office="إدارة مرور العاصمة", note=note),
    ]  # fmt: skip
    for at, one in zip(moments, events, strict=True):
        item = record(agency_actor(AGENCY), [one], received_at=at + timedelta(seconds=40))[0]
        assert item.status == "accepted", item
    return ref


def stories(admin: psycopg.Connection[Any]) -> list[Story]:
    """Tell the stories and read back what they became."""
    now = clock.now()
    admin.execute("select masar_make_partitions((now() - interval '2 months')::date, 4)")
    return [_read(admin, tell(number, now)) for number in range(STORIES)]


def _read(admin: psycopg.Connection[Any], ref: str) -> Story:
    request = admin.execute(
        f"select {_COLUMNS['cases_request'].replace('fold', 'fold::text')} from cases_request where id ="
        " (select request_id from cases_reference where ref = %s)",
        [ref],
    ).fetchone()
    assert request is not None
    key, person = _key_of(admin, request[0]), request[2]
    events = admin.execute(
        f"select {_COLUMNS['cases_event'].replace('facts', 'facts::text')} from cases_event where request_id = %s"
        " order by received_at",
        [request[0]],
    ).fetchall()
    plain = [open_sealed(key, bytes(row[13]), "cases_event", "sealed", row[1].hex, person)[32:] for row in events]
    return Story(request, events, plain, ref)


def _key_of(admin: psycopg.Connection[Any], request_id: int) -> bytes:
    row = admin.execute(
        "select c.person_id, c.wrapped, k.wrapped, k.kek from cases_case_key c"
        " join people_person_key k using (person_id) where c.request_id = %s",
        [request_id],
    ).fetchone()
    assert row is not None
    outer = person_key(row[0], bytes(row[2]), row[3])
    return open_sealed(outer, bytes(row[1]), "cases_case_key", "wrapped", request_id, row[0])


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the tables. `full` are persons with twenty requests; `numbers` public numbers by reference."""

    persons: int
    requests: int
    events: int
    full: Sequence[int]
    numbers: Mapping[int, int]  # request id -> public number
    owners: Mapping[int, int]  # request id -> person id

    def reference(self, request_id: int) -> str:
        """Return the agency's own number of a request."""
        return f"B{request_id:09d}"


def fill(admin: psycopg.Connection[Any], persons: int) -> Filled:
    """Make persons with ten requests each on average, of three events each; ANALYZE at the end."""
    told = stories(admin)
    first = _next_ids(admin)
    full: list[int] = []
    numbers: dict[int, int] = {}
    owners: dict[int, int] = {}
    taken: set[int] = set()
    request_id = first["cases_request"]
    for begin in range(0, persons, 1000):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for n in range(begin, min(begin + 1000, persons)):
            person_id, key = first["people_person"] + n, new_key()
            _add_person(rows, n, person_id, key)
            count = PER_PERSON[n % len(PER_PERSON)]
            if count == 20:
                full.append(person_id)
            for _ in range(count):
                number = _unused(taken)
                numbers[request_id], owners[request_id] = number, person_id
                _add_request(rows, told[request_id % STORIES], request_id, number, person_id, key)
                request_id += 1
        _copy(admin, rows)
    _settle(admin)
    return Filled(persons, len(numbers), 3 * len(numbers), full, numbers, owners)


def _unused(taken: set[int]) -> int:
    """Draw a public number that no other request has: among millions a few would meet."""
    while (number := new_number()) in taken:
        pass
    taken.add(number)
    return number


def _next_ids(admin: psycopg.Connection[Any]) -> dict[str, int]:
    found = {}
    for table in ("cases_request", "people_person"):
        row = admin.execute(f"select coalesce(max(id), 0) + 1 from {table}").fetchone()
        assert row is not None
        found[table] = row[0]
    return found


def _settle(admin: psycopg.Connection[Any]) -> None:
    for table in ("cases_request", "people_person"):
        admin.execute(f"select setval('{table}_id_seq', (select max(id) from {table}))")
    admin.execute("vacuum (analyze)")
    admin.execute("checkpoint")


def _add_person(rows: dict[str, list[tuple[Any, ...]]], n: int, id_: int, key: bytes) -> None:
    civil_id = invented_civil_id(n)
    plain = msgspec.json.encode({"civil_id": civil_id, "name": f"شخص تجريبي {n}"})
    sealed = seal(key, plain, "people_person", "sealed", id_, id_)
    rows["people_person"].append((id_, civil_index(civil_id), sealed, "ar", "latn", False, False, False, True))
    ring = vault().ring
    rows["people_person_key"].append((id_, ring.wrap(key, "people_person_key", "wrapped", id_, id_), ring.active))


def _add_request(
    rows: dict[str, list[tuple[Any, ...]]], story: Story, id_: int, number: int, person: int, key: bytes
) -> None:
    ref, case_key = f"B{id_:09d}", new_key()
    request = list(story.request)
    request[0], request[1], request[2], request[29] = id_, number, person, request[29].replace(story.name, ref)
    definition = request[3]
    rows["cases_request"].append(tuple(request))
    rows["cases_directory"].append((number, id_, definition))
    rows["cases_reference"].append((AGENCY, ref, id_))
    rows["cases_participation"].append((AGENCY, id_, person, AGENCY))
    rows["cases_case_key"].append((id_, person, seal(key, case_key, "cases_case_key", "wrapped", id_, person)))
    for row, plain in zip(story.events, story.plain, strict=True):
        own = plain.replace(story.name.encode(), ref.encode())
        uuid, salt, event_id = new_row_id(), os.urandom(32), row[6].replace(story.name, ref)
        sealed = seal(case_key, salt + own, "cases_event", "sealed", uuid.hex, person)
        facts = row[10].replace(story.name, ref)
        rows["cases_event"].append(
            (row[0], uuid, id_, person, *row[4:6], event_id, *row[7:10], facts, *row[11:13], sealed)
        )
        rows["cases_seen"].append((SOURCE, event_id, hashlib.sha256(own).digest(), id_, person, AGENCY))
        rows["ledger_pending_leaf"].append((uuid, hashlib.sha256(salt + own).digest()))


def _copy(admin: psycopg.Connection[Any], rows: Mapping[str, Sequence[tuple[Any, ...]]]) -> None:
    with admin.transaction(), admin.cursor() as cursor:
        for table, columns in _COLUMNS.items():
            with cursor.copy(f"copy {table} ({columns}) from stdin") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def chunks_of(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut a list into pieces."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
