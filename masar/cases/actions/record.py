"""Intake: what somebody reports becomes events, projections and promises to tell. One event is a chunk of one.

One transaction: take the role, read and lock in key order (S1), fold in Python, write everything at once (S2).
Requests with sub-requests are projected in a last step as the system, since no agency sees them whole.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import DatabaseError, IntegrityError, OperationalError
from django.db.backends.utils import CursorWrapper

from masar.cases.actions.chunk import Chunk
from masar.cases.actions.items import SYSTEM, Actor, Item, agency_actor, refused
from masar.cases.actions.write import WrittenMeanwhile
from masar.cases.rules.envelope import Envelope, read_envelope
from masar.cases.rules.events import SELF, long_type
from masar.catalogue.queries import catalogue
from masar.kernel import clock
from masar.kernel.clock import write_instant
from masar.kernel.crypto import open_sealed, vault
from masar.kernel.database import acting

_TRIES = 8


Alongside = Callable[[CursorWrapper, Chunk], None]


def record(
    actor: Actor,
    sent: Sequence[Any],
    *,
    received_at: datetime | None = None,
    seq: int | None = None,
    alongside: Alongside | None = None,
) -> list[Item]:
    """Take a chunk of events; return one item each, in the order sent.

    Whatever is accepted is written in one transaction, or nothing is. `seq`: what the actor saw of the one request;
    when it has changed since, the event is `forbidden` with code `changed-meanwhile`. `alongside` runs at the end of
    the same transaction, which its exceptions undo; it takes its own role.
    """
    received_at = received_at or clock.now()
    items: dict[int, Item] = {}
    good: dict[int, Envelope] = {}
    for n, event in enumerate(sent):
        found = read_envelope(event, received_at, actor.agency)
        if isinstance(found, list):
            mend = "Mend the fields named in errors and send it again."
            items[n] = refused("invalid", event, "invalid-event", "This event cannot be read", mend, found)
        elif foreign := _foreign_source(actor, found):
            items[n] = foreign
        else:
            good[n] = found
    if good:
        chunk = _with_patience(actor, good, received_at, seq, alongside)
        items |= chunk.items
        _release(chunk.opened_up, received_at)
        _let_go(chunk.left_open, received_at)
    return [items[n] for n in range(len(sent))]


def _foreign_source(actor: Actor, envelope: Envelope) -> Item | None:
    source = envelope.event.source
    mine = SELF if actor.agency is None else f"urn:masar:{actor.agency}"
    if source == mine or (actor.agency is not None and source.startswith(mine + ":")):
        return None
    detail = f"This key reports as {mine}:<system>."
    return refused("forbidden", envelope.record, "foreign-source", "This source is not yours", detail)


def _with_patience(
    actor: Actor,
    envelopes: Mapping[int, Envelope],
    received_at: datetime,
    seq: int | None,
    alongside: Alongside | None,
) -> Chunk:
    """Run the chunk; run it again when somebody wrote the same rows at the same moment."""
    for attempt in range(_TRIES):
        chunk = Chunk(actor, envelopes, received_at, catalogue(), seq)
        role = "masar_system" if chunk.civil_ids else actor.role
        try:
            with acting(role, person=actor.person, agency=actor.agency) as cursor:
                chunk.run(cursor)
                if alongside is not None:
                    alongside(cursor, chunk)
            return chunk
        except (WrittenMeanwhile, IntegrityError) as trouble:
            last: DatabaseError | WrittenMeanwhile = trouble
        except OperationalError as trouble:  # a deadlock: the other one went on
            if getattr(trouble.__cause__, "sqlstate", "") not in ("40P01", "40001"):
                raise
            last = trouble
        time.sleep(0.01 * 2**attempt * (0.5 + os.urandom(1)[0] / 255))
    raise last


def _release(subjects: set[str], now: datetime) -> None:
    """Take again what waited for subjects that have become known."""
    if subjects:
        for agency, events in waiting_for(sorted(subjects)).items():
            record(agency_actor(agency), events, received_at=now)


def _let_go(numbers: Sequence[int], now: datetime) -> None:
    """Withdraw sub-requests that their parent no longer waits for, as the definition's `on_refused` says."""
    events = [
        self_event(number, "withdrawn", f"no-longer-needed|{number}", now, {"code": "no-longer-needed"})
        for number in numbers
    ]
    if events:
        record(SYSTEM, events, received_at=now)


def self_event(number: int, type_: str, once: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """Build an event of Masar's own about a request. Its id follows from `once`, so that it happens once."""
    event = {
        "specversion": "1.0",
        "id": hashlib.sha256(f"{number}|{once}".encode()).hexdigest()[:40],
        "source": SELF,
        "type": long_type(type_),
        "time": write_instant(at),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    return event if type_ == "opened" else event | {"subject": str(number)}


def waiting_for(subjects: Sequence[str]) -> dict[str, list[Any]]:
    """Return parked events that are not dead, by agency."""
    with acting("masar_system") as cursor:
        cursor.execute(
            "select agency_id, source, event_id, sealed from cases_parked"
            " where subject = any(%s::text[]) and dead_at is null order by received_at",
            [list(subjects)],
        )
        rows = cursor.fetchall()
    found: dict[str, list[Any]] = {}
    for agency, source, event_id, sealed in rows:
        plain = open_sealed(vault().system_key, bytes(sealed), "cases_parked", "sealed", source, event_id)
        found.setdefault(agency, []).append(msgspec.json.decode(plain))
    return found
