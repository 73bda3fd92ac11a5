"""Intake: what somebody reports becomes events, projections and promises to tell. One event is a chunk of one.

One transaction: take the role, read and lock in key order (S1), fold in Python, write everything at once (S2).
Requests with sub-requests are projected in a last step as the system, since no agency sees them whole.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.db.backends.utils import CursorWrapper

from masar.cases.actions.write import Rows, WrittenMeanwhile
from masar.cases.queries.timeline import EVENT_COLUMNS, event_of
from masar.cases.rules.clock import Holder
from masar.cases.rules.envelope import Envelope, Flaw, Subject, read_envelope, read_subject
from masar.cases.rules.events import SELF, Event, long_type
from masar.cases.rules.fold import Case, Child, Folded, Standing, fold, follow, turns_of
from masar.cases.rules.order import in_order
from masar.cases.rules.path import due_of, step_due_of
from masar.catalogue.queries import Definition, Snapshot, catalogue
from masar.kernel import clock
from masar.kernel.clock import write_instant
from masar.kernel.crypto import new_key, open_sealed, seal, vault
from masar.kernel.database import acting, take
from masar.kernel.errors import PROBLEMS
from masar.kernel.ids import new_number, new_row_id
from masar.people.actions import KnownPerson, NotACivilId, demand_civil_id, know
from masar.people.queries import person_key

Status = Literal["accepted", "duplicate", "conflict", "parked", "invalid", "forbidden"]
PARKED_FOR = timedelta(hours=24)
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Actor:
    """Who reports: an agency by its key, a person by their own act, or Masar by rule."""

    role: str
    agency: str | None = None
    person: int | None = None

    @property
    def grantor(self) -> str:
        """The name under which rows of this actor stand."""
        return self.agency or ("person" if self.person else "masar")


def agency_actor(agency: str) -> Actor:
    """Return the actor of an agency's key."""
    return Actor("masar_agency", agency=agency)


def person_actor(person_id: int) -> Actor:
    """Return the actor of a person's own act."""
    return Actor("masar_citizen", person=person_id)


SYSTEM = Actor("masar_system")


@dataclass(slots=True)
class Item:
    """The answer for one event: its status, the request's number, and a problem object where due."""

    status: Status
    source: str | None
    id: str | None
    number: int | None = None
    problem: Mapping[str, Any] | None = None
    is_late: bool = False
    is_off_path: bool = False


def refused(status: Status, sent: Any, code: str, title: str, detail: str, flaws: Iterable[Flaw] = ()) -> Item:
    """Return the item of an event that was not taken, with what to mend."""
    http = {"invalid": 422, "forbidden": 403, "conflict": 409, "parked": 202}[status]
    problem: dict[str, Any] = {"type": PROBLEMS + code, "title": title, "status": http, "code": code, "detail": detail}
    if errors := [{"pointer": flaw.pointer, "code": flaw.code, "detail": flaw.detail} for flaw in flaws]:
        problem["errors"] = errors
    source, id_ = (sent.get("source"), sent.get("id")) if isinstance(sent, Mapping) else (None, None)
    return Item(
        status, source if isinstance(source, str) else None, id_ if isinstance(id_, str) else None, problem=problem
    )


def record(actor: Actor, sent: Sequence[Any], *, received_at: datetime | None = None) -> list[Item]:
    """Take a chunk of events; return one item each, in the order sent.

    Whatever is accepted is written in one transaction, or nothing is.
    """
    received_at = received_at or clock.now()
    read = [read_envelope(event, received_at, actor.agency) for event in sent]
    items: list[Item | None] = [
        refused(
            "invalid",
            event,
            "invalid-event",
            "This event cannot be read",
            "Mend the fields named in errors and send it again.",
            found,
        )
        if isinstance(found, list)
        else _foreign_source(actor, found)
        for event, found in zip(sent, read, strict=True)
    ]
    good = {n: found for n, found in enumerate(read) if items[n] is None and isinstance(found, Envelope)}
    if good:
        chunk = _with_patience(actor, good, received_at)
        for n, item in chunk.items.items():
            items[n] = item
        _release(chunk.opened_up)
        _let_go(chunk.left_open, received_at)
    return [item for item in items if item is not None]


def _foreign_source(actor: Actor, envelope: Envelope) -> Item | None:
    source = envelope.event.source
    mine = SELF if actor.agency is None else f"urn:masar:{actor.agency}"
    if source == mine or (actor.agency is not None and source.startswith(mine + ":")):
        return None
    detail = f"This key reports as {mine}:<system>; the event says {source}."
    return refused("forbidden", envelope.record, "foreign-source", "This source is not yours", detail)


def _with_patience(actor: Actor, envelopes: Mapping[int, Envelope], received_at: datetime) -> Chunk:
    """Run the chunk; run it again when somebody wrote the same rows at the same moment."""
    for attempt in range(_TRIES):
        chunk = Chunk(actor, envelopes, received_at, catalogue())
        try:
            with acting(
                "masar_system" if chunk.civil_ids else actor.role, person=actor.person, agency=actor.agency
            ) as cur:
                chunk.run(cur)
            return chunk
        except (WrittenMeanwhile, IntegrityError) as trouble:
            last: DatabaseError | WrittenMeanwhile = trouble
        except OperationalError as trouble:  # a deadlock: the other one went on
            if getattr(trouble.__cause__, "sqlstate", "") not in ("40P01", "40001"):
                raise
            last = trouble
        time.sleep(0.01 * 2**attempt * (0.5 + os.urandom(1)[0] / 255))
    raise last


@dataclass(slots=True)
class Live:
    """One request while a chunk works on it."""

    id: int
    number: int
    person_id: int
    definition_id: int
    case: Case
    parent_id: int | None
    seq: int
    first_received_at: datetime
    standing: Standing | None
    key: bytes
    parties: set[str]
    is_new: bool = False
    is_appeal: bool = False
    has_children: bool = False
    heard_at: datetime | None = None
    added: list[tuple[Event, Envelope, Item]] = field(default_factory=list)
    is_whole: bool = False  # must be folded from all its events
    folded: Folded | None = None


_LOOK = """
with named as (
  select d.request_id, d.number, d.definition_id, null::text as ref
    from cases_directory d where d.number = any(%s::bigint[])
  union all
  select f.request_id, null, null, f.ref from cases_reference f where f.agency_id = %s and f.ref = any(%s::text[])
), locked as materialized (
  select r.* from cases_request r where r.id in (select request_id from named) order by r.id for update
)
select n.request_id, n.number, n.definition_id, n.ref, r.number, r.person_id, r.definition_id, r.parent_id, r.seq,
       r.first_received_at, r.heard_at, r.fold::text, c.wrapped, k.wrapped, k.kek,
       exists (select from cases_participation p where p.agency_id = %s and p.request_id = n.request_id)
  from named n left join locked r on r.id = n.request_id
  left join cases_case_key c on c.request_id = r.id and c.person_id = r.person_id
  left join people_person_key k on k.person_id = r.person_id
"""

_SEEN = """
select u.n, s.digest, s.request_id, p.digest, d.number
  from unnest(%s::int[], %s::text[], %s::text[]) as u(n, source, event_id)
  left join cases_seen s on s.source = u.source and s.event_id = u.event_id
  left join cases_parked p on p.source = u.source and p.event_id = u.event_id
  left join lateral (select number from cases_request r where r.id = s.request_id and r.person_id = s.person_id) d on true
 where s.digest is not null or p.digest is not null
"""


class Chunk:
    """One transaction of intake."""

    def __init__(
        self, actor: Actor, envelopes: Mapping[int, Envelope], received_at: datetime, snapshot: Snapshot
    ) -> None:
        self.actor = actor
        self.envelopes = envelopes
        self.received_at = received_at
        self.snapshot = snapshot
        self.items: dict[int, Item] = {}
        self.opened_up: set[str] = set()  # subjects for which something may be waiting
        self.left_open: list[int] = []  # sub-requests whose answer is no longer needed
        self.civil_ids: dict[str, str] = {}
        self._people: dict[str, KnownPerson] = {}
        self._bad_ids: dict[int, str] = {}
        self._lives: dict[int, Live] = {}
        self._by_subject: dict[tuple[str, str], Live] = {}
        self._foreign: dict[str, int] = {}  # number -> definition of a request that this agency has no part in
        self._parked: set[tuple[str, str]] = set()
        self._taken: dict[tuple[str, str], tuple[bytes, int | None]] = {}
        self._rows = Rows()
        self._ids: list[int] = []
        for n, envelope in envelopes.items():
            if envelope.event.type == "opened" and (civil_id := envelope.data.get("civil_id")):
                try:
                    digits = demand_civil_id(civil_id, demonstration=settings.DEMONSTRATION)
                    self.civil_ids.setdefault(digits, envelope.data.get("name") or "")
                except NotACivilId as trouble:
                    self._bad_ids[n] = trouble.detail

    def run(self, cursor: CursorWrapper) -> None:
        """Do all of it: who, where, what, write, and the requests above."""
        if self.civil_ids:
            self._people = know(cursor, self.civil_ids, demonstration=settings.DEMONSTRATION)
            take(cursor, self.actor.role, person=self.actor.person, agency=self.actor.agency)
        self._look(cursor)
        self._recognise(cursor)
        waiting = sorted(self.envelopes, key=lambda n: (self.envelopes[n].event.type != "opened", n))
        while waiting:  # an opening or a hand-over in this chunk may let in what waited
            parked = [n for n in waiting if self._try(n).status == "parked"]
            if len(parked) == len(waiting):
                break
            waiting = parked
        for n in waiting:
            self._park(self.envelopes[n])
        self._project(cursor)
        self._rows.write(cursor)
        self._project_families(cursor)

    # S1: what is there

    def _look(self, cursor: CursorWrapper) -> None:
        subjects = {s for e in self.envelopes.values() for s in (e.subject, _parent_of(e)) if s is not None}
        numbers = sorted(int(s.value) for s in subjects if s.kind == "number")
        refs = sorted(s.value for s in subjects if s.kind == "ref")
        cursor.execute(_LOOK, [numbers, self.actor.agency or "", refs, self.actor.agency or ""])
        for request_id, number, definition_id, ref, *row in cursor.fetchall():
            if row[0] is None:
                self._foreign[str(number)] = definition_id
                continue
            live = self._lives.get(request_id) or self._live(request_id, row)
            self._lives[request_id] = live
            self._by_subject["number", str(live.number)] = live
            if ref is not None:
                self._by_subject["ref", ref] = live
        if openings := sum(e.event.type == "opened" for e in self.envelopes.values()):
            cursor.execute("select nextval('cases_request_id_seq') from generate_series(1, %s::int)", [openings])
            self._ids = [row[0] for row in cursor.fetchall()]

    def _live(self, request_id: int, row: Sequence[Any]) -> Live:
        number, person_id, definition_id, parent_id, seq, first, heard, text, wrapped, person_wrapped, kek, has_part = (
            row
        )
        key = open_sealed(
            person_key(person_id, bytes(person_wrapped), kek),
            bytes(wrapped),
            "cases_case_key",
            "wrapped",
            request_id,
            person_id,
        )
        standing = msgspec.json.decode(text, type=Stored)
        return Live(
            request_id, number, person_id, definition_id, self._case(definition_id), parent_id, seq, first,
            standing.standing, key, {self.actor.agency} if has_part and self.actor.agency else set(),
            has_children=standing.has_children, heard_at=heard,
        )  # fmt: skip

    def _case(self, definition_id: int) -> Case:
        return Case(self.snapshot.definitions[definition_id], self.snapshot.calendar_of)

    def _recognise(self, cursor: CursorWrapper) -> None:
        events = [(n, e.event.source, e.event.id) for n, e in self.envelopes.items()]
        cursor.execute(_SEEN, [list(column) for column in zip(*events, strict=True)])
        for n, seen, request_id, parked, number in cursor.fetchall():
            name = self.envelopes[n].event.name
            if seen is not None:
                live = self._lives.get(request_id)
                self._taken[name] = (bytes(seen), live.number if live else number)
            else:
                self._parked.add(name)
                if bytes(parked) != self.envelopes[n].digest:
                    self._taken[name] = (bytes(parked), None)

    # Each event

    def _try(self, n: int) -> Item:
        envelope = self.envelopes[n]
        known = self._taken.get(envelope.event.name)
        if known is not None:
            item = self._again(envelope, *known)
        elif envelope.event.type == "opened":
            item = self._open(n, envelope)
        else:
            item = self._follow(envelope)
        self.items[n] = item
        if item.status != "parked" and envelope.event.name in self._parked:
            self._rows.release.append(envelope.event.name)
            self._parked.discard(envelope.event.name)
        return item

    def _again(self, envelope: Envelope, digest: bytes, number: int | None) -> Item:
        event = envelope.event
        if digest == envelope.digest:
            return Item("duplicate", event.source, event.id, number)
        sealed = seal(vault().system_key, envelope.canonical, "cases_conflict", "sealed", event.source, event.id)
        self._rows.put(
            "cases_conflict",
            new_row_id(),
            self.actor.agency,
            event.source,
            event.id,
            envelope.digest,
            sealed,
            self.received_at,
        )
        item = refused(
            "conflict", envelope.record, "conflict", "This id was used for something else",
            "The first event with this source and id stands; both are kept. Send a new fact with a new id.",
        )  # fmt: skip
        item.number = number
        return item

    def _open(self, n: int, envelope: Envelope) -> Item:
        event, ref = envelope.event, envelope.data["agency_ref"]
        if (there := self._by_subject.get(("ref", ref))) is not None and self.actor.agency:
            item = refused(
                "conflict", envelope.record, "reference-exists", "Your number is in use",
                f"{ref} is the request {there.number}; open another with another agency_ref.",
            )  # fmt: skip
            item.number = there.number
            return item
        version = event.facts.get("version")
        service = event.facts["service"]
        row = (
            self.snapshot.versions.get((service, version))
            if version
            else self.snapshot.current(service, event.at.date())
            or self.snapshot.current(service, self.received_at.date())
        )
        if row is None:
            return self._invalid(
                envelope, Flaw("/data/service", "unknown-service", f"No version of {service} is published.")
            )
        definition = self.snapshot.definitions[row]
        parent = self._parent(envelope)
        if isinstance(parent, Item):
            return parent
        if problem := self._may_not_open(envelope, definition, parent):
            return problem
        person = self._person(n, envelope, parent)
        if isinstance(person, Item):
            return person
        if event.facts.get("step") is not None and event.facts["step"] not in definition.steps:
            return self._unknown_place(envelope, "/data/step", definition)
        return self._begin(envelope, row, person, parent)

    def _may_not_open(self, envelope: Envelope, definition: Definition, parent: Live | None) -> Item | None:
        me = self.actor.agency
        if me is None or me == definition.agency or (parent is not None and me in parent.parties):
            return None
        detail = (
            f"{definition.id} is a service of {definition.agency}; {me} may open it only beneath a request of its own."
        )
        return refused("forbidden", envelope.record, "not-your-service", "This is another agency's service", detail)

    def _parent(self, envelope: Envelope) -> Live | Item | None:
        subject = _parent_of(envelope)
        if subject is None:
            return None
        live = self._by_subject.get((subject.kind, subject.value))
        if live is not None:
            return live
        if subject.kind == "number" and subject.value in self._foreign:
            return refused(
                "forbidden", envelope.record, "not-your-request", "This is another agency's request",
                "A sub-request is opened by an agency that has part in the request above it.",
            )  # fmt: skip
        return self._wait(envelope, "The request above is not known yet.")

    def _person(self, n: int, envelope: Envelope, parent: Live | None) -> KnownPerson | Item:
        if n in self._bad_ids:
            return self._invalid(envelope, Flaw("/data/civil_id", "civil-id", self._bad_ids[n]))
        civil_id = str(envelope.data.get("civil_id") or "")
        if not civil_id and parent is not None:
            return KnownPerson(parent.person_id, b"")
        person = self._people[demand_civil_id(civil_id, demonstration=settings.DEMONSTRATION)]
        if parent is not None and parent.person_id != person.id:
            return self._invalid(
                envelope, Flaw("/data/civil_id", "another-person", "The request above belongs to another person.")
            )
        return person

    def _begin(self, envelope: Envelope, row: int, person: KnownPerson, parent: Live | None) -> Item:
        id_, case_key = self._ids.pop(), new_key()
        case = self._case(row)
        live = Live(
            id_, new_number(), person.id, row, case, parent.id if parent else None, 0, self.received_at, None, case_key,
            {self.actor.agency or "", case.home}, is_new=True, is_appeal=bool(envelope.event.facts.get("appeal")),
        )  # fmt: skip
        wrapping = person.key or (self._unwrapped_key_of(parent) if parent else b"")
        wrapped = seal(wrapping, case_key, "cases_case_key", "wrapped", id_, person.id)
        self._lives[id_] = live
        self._by_subject["number", str(live.number)] = live
        self._rows.put("cases_directory", live.number, id_, row)
        if self.actor.agency:
            ref = envelope.data["agency_ref"]
            self._by_subject["ref", ref] = live
            self._rows.put("cases_reference", self.actor.agency, ref, id_)
            self.opened_up.add(f"ref:{self.actor.agency}:{ref}")
        for agency in sorted({self.actor.agency or case.home, case.home}):
            self._rows.put("cases_participation", agency, id_, person.id, self.actor.grantor)
        self._rows.put("cases_case_key", id_, person.id, wrapped)
        if parent is not None:
            parent.has_children = True
        return self._accept(envelope, live)

    def _unwrapped_key_of(self, parent: Live) -> bytes:
        with connection.cursor() as cursor:
            cursor.execute(
                "select wrapped, kek from people_person_key where person_id = %s::bigint", [parent.person_id]
            )
            wrapped, kek = cursor.fetchone()
        return person_key(parent.person_id, bytes(wrapped), kek)

    def _follow(self, envelope: Envelope) -> Item:
        subject = envelope.subject
        assert subject is not None
        live = self._by_subject.get((subject.kind, subject.value))
        me = self.actor.agency
        if live is None:
            definition_id = self._foreign.get(subject.value)
            if definition_id is None:
                return self._wait(
                    envelope, "No request with this subject is known yet; it waits 24 hours for its opening."
                )
            if self._is_named(me, self.snapshot.definitions[definition_id]):
                return self._wait(envelope, "The request has not been handed over to you yet; it waits 24 hours.")
            return refused(
                "forbidden", envelope.record, "not-your-request", "This is another agency's request",
                "An agency reports on requests that it opened, holds, or handed over.",
            )  # fmt: skip
        if problem := self._misplaced(envelope, live.case.definition):
            return problem
        if envelope.event.type == "handed-over":
            to = str(envelope.event.facts["to"])
            live.parties.add(to)
            self._rows.put("cases_participation", to, live.id, live.person_id, self.actor.grantor)
            self.opened_up.add(f"number:{live.number}")
        if envelope.event.type in ("step", "reopened"):
            self._let_in_by_definition(live, str(envelope.event.facts["step"]))
        return self._accept(envelope, live)

    def _let_in_by_definition(self, live: Live, place: str) -> None:
        """A step that the definition gives to another agency is a hand-over too."""
        step = live.case.definition.steps[place]
        if step.agency:
            self._rows.put("cases_participation", step.agency, live.id, live.person_id, self.actor.grantor)
            self.opened_up.add(f"number:{live.number}")

    def _is_named(self, agency: str | None, definition: Definition) -> bool:
        return any(step.agency == agency for step in definition.steps.values())

    def _misplaced(self, envelope: Envelope, definition: Definition) -> Item | None:
        facts, type_ = envelope.event.facts, envelope.event.type
        for name in ("step", "returns_to"):
            if name in facts and facts[name] not in definition.steps:
                return self._unknown_place(envelope, f"/data/{name}", definition)
        if type_ == "asked" and "step" in facts and definition.steps[facts["step"]].holder != "citizen":
            return self._invalid(
                envelope, Flaw("/data/step", "not-the-citizens", "Ask in a step that the citizen holds.")
            )
        if "outcome" in facts:
            return self._bad_outcome(envelope, definition)
        if "to" in facts and facts["to"] not in self.snapshot.agencies:
            return self._invalid(envelope, Flaw("/data/to", "unknown-agency", f"No agency {facts['to']} is known."))
        return None

    def _bad_outcome(self, envelope: Envelope, definition: Definition) -> Item | None:
        facts = envelope.event.facts
        outcome = definition.outcomes.get(facts["outcome"])
        if outcome is None:
            known = ", ".join(definition.outcomes)
            return self._invalid(envelope, Flaw("/data/outcome", "unknown-outcome", f"The outcomes are {known}."))
        reason = facts.get("reason")
        if (reason is None and outcome.reason_required) or (reason is not None and reason not in definition.reasons):
            known = ", ".join(definition.reasons)
            return self._invalid(envelope, Flaw("/data/reason", "reason", f"Give a reason: {known}."))
        return None

    def _unknown_place(self, envelope: Envelope, pointer: str, definition: Definition) -> Item:
        detail = f"The steps are {', '.join(definition.steps)}."
        if envelope.event.facts.get("step") in definition.outcomes:
            detail = "This is an outcome: report it as masar.request.decided.v1."
        return self._invalid(envelope, Flaw(pointer, "unknown-step", detail))

    def _invalid(self, envelope: Envelope, flaw: Flaw) -> Item:
        return refused(
            "invalid", envelope.record, "invalid-event", "This event does not fit the request",
            "Mend the fields named in errors and send it again.", [flaw],
        )  # fmt: skip

    def _wait(self, envelope: Envelope, detail: str) -> Item:
        return refused("parked", envelope.record, "parked", "This event waits", detail)

    def _park(self, envelope: Envelope) -> None:
        event = envelope.event
        if event.name in self._parked or self.actor.agency is None:
            return
        subject = envelope.subject if event.type != "opened" else _parent_of(envelope)
        sealed = seal(vault().system_key, envelope.canonical, "cases_parked", "sealed", event.source, event.id)
        self._rows.put(
            "cases_parked", event.source, event.id, self.actor.agency, subject.key(self.actor.agency) if subject else "",
            envelope.digest, sealed, self.received_at,
        )  # fmt: skip
        self._parked.add(event.name)
        self._taken[event.name] = (envelope.digest, None)

    def _accept(self, envelope: Envelope, live: Live) -> Item:
        event = envelope.event
        item = Item("accepted", event.source, event.id, live.number)
        self._taken[event.name] = (envelope.digest, live.number)
        live.added.append((event, envelope, item))
        if live.is_new or live.has_children or live.is_whole or live.standing is None:
            live.is_whole = True
            return item
        move = follow(live.case, live.standing, event)
        if move is None:
            live.is_whole = True
        else:
            item.is_off_path = move.is_off_path
        return item

    # The projections

    def _project(self, cursor: CursorWrapper) -> None:
        touched = [live for live in self._lives.values() if live.added]
        whole = [live for live in touched if live.is_whole]
        before = load_events(cursor, [live for live in whole if not live.is_new])
        for live in whole:
            earlier = before.get(live.id, [])
            _mark_late(earlier, live)
            if not live.has_children or live.is_new:
                live.folded = fold(live.case, [*earlier, *(event for event, _, _ in live.added)])
                live.standing = live.folded.standing
                _mark_off_path(live)
        for live in touched:
            self._add_events(live)
            if live.is_new:
                self._rows.put("cases_request", *self._new_row(live))
            elif not live.has_children:
                self._rows.change.append(changed_row(live, self.snapshot, self.received_at, self._heard(live)))
            if not self._is_quiet(live):
                self._rows.put("cases_outbox", live.id, live.person_id, live.number, live.seq + 1)

    def _heard(self, live: Live) -> datetime | None:
        return self.received_at if self.actor.agency else live.heard_at

    def _is_quiet(self, live: Live) -> bool:
        return all(envelope.is_backfill for _, envelope, _ in live.added)

    def _add_events(self, live: Live) -> None:
        for event, envelope, item in live.added:
            id_, salt = new_row_id(), os.urandom(32)
            sealed = seal(live.key, salt + envelope.canonical, "cases_event", "sealed", id_.hex, live.person_id)
            self._rows.put(
                "cases_event", self.received_at, id_, live.id, live.person_id, self.actor.agency, event.source, event.id,
                event.type, event.at, event.sequence, _text(event.facts), item.is_late, envelope.is_backfill, sealed,
            )  # fmt: skip
            self._rows.put(
                "cases_seen", event.source, event.id, envelope.digest, live.id, live.person_id, self.actor.agency
            )
            self._rows.put("ledger_pending_leaf", id_, hashlib.sha256(salt + envelope.canonical).digest())

    def _new_row(self, live: Live) -> tuple[Any, ...]:
        row = changed_row(live, self.snapshot, self.received_at, self._heard(live))
        step, state, outcome, holder, since, closed, *rest = row[2:]
        due, used, allowed, unit, paused, broken, step_due, limit, last_type, last_at, changed, heard, _, text = rest
        assert live.standing is not None
        return (
            live.id, live.number, live.person_id, live.definition_id, live.case.home, live.parent_id, live.is_appeal,
            self.actor.grantor, step, state, outcome, holder, since, live.standing.opened_at, closed, due, used, allowed,
            unit, paused, broken, step_due, limit, last_type, last_at, self.received_at, changed, heard, 1, text,
        )  # fmt: skip

    def _project_families(self, cursor: CursorWrapper) -> None:
        """Project requests that have sub-requests: as the system, which alone sees the whole family."""
        touched = [live for live in self._lives.values() if live.added]
        parents = {live.id for live in touched if live.has_children} | {
            live.parent_id for live in touched if live.parent_id
        }
        if parents:
            take(cursor, "masar_system")
            heard = self.received_at if self.actor.agency else None
            own = {live.id for live in touched}
            quiet = {live.parent_id for live in touched if self._is_quiet(live)}
            self.left_open = project(
                cursor, sorted(parents), self.snapshot, self.received_at, heard=heard, told=own | quiet
            )
            for live in touched:
                if live.has_children and live.id in parents:
                    live.folded = None


class Stored(msgspec.Struct):
    """What stands in the projection's `fold`: the standing, and whether sub-requests hang beneath."""

    standing: Standing
    has_children: bool = False


def changed_row(live: Live, snapshot: Snapshot, now: datetime, heard_at: datetime | None) -> tuple[Any, ...]:
    """Return the row of a projection's change, in the order that the write expects."""
    standing = live.standing
    assert standing is not None
    due = due_of(standing, snapshot.calendar_of, live.case.home, now)
    return (
        live.id, live.seq, standing.step, standing.state, standing.outcome,
        standing.holder.agency if standing.holder else None if standing.closed_at is None else "",
        standing.since, standing.closed_at, due.at, due.used, due.allowed, due.unit, due.is_paused, due.broken_at,
        step_due_of(standing, snapshot.calendar_of), standing.limit_at, standing.last_type, standing.last_at, now, heard_at,
        live.seq + 1, _text(Stored(standing, live.has_children)),
    )  # fmt: skip


def load_events(cursor: CursorWrapper, lives: Sequence[Live]) -> dict[int, list[Event]]:
    """Return the events of some requests, as the fold reads them, in the order of receipt."""
    found: dict[int, list[Event]] = {}
    if lives:
        cursor.execute(
            f"select request_id, {EVENT_COLUMNS} from cases_event where person_id = any(%s::bigint[])"  # noqa: S608
            " and request_id = any(%s::bigint[]) and received_at >= %s::timestamptz order by received_at, id",
            [
                sorted({live.person_id for live in lives}),
                [live.id for live in lives],
                min(live.first_received_at for live in lives),
            ],
        )
        for request_id, *columns in cursor.fetchall():
            found.setdefault(request_id, []).append(event_of(columns))
    return found


_FAMILY = """
select r.id, r.number, r.person_id, r.definition_id, r.parent_id, r.seq, r.first_received_at, r.heard_at, r.is_appeal
  from cases_request r where r.{column} = any(%s::bigint[]) order by r.id
"""


def project(
    cursor: CursorWrapper,
    requests: Sequence[int],
    snapshot: Snapshot,
    now: datetime,
    *,
    heard: datetime | None = None,
    told: Iterable[int | None] = (),
) -> list[int]:
    """Fold some requests whole, with their sub-requests, and write their projections; as the system.

    Return the numbers of sub-requests that are open though their parent has moved on without them.
    `told`: requests of which the outbox holds a row of this transaction already.
    """
    cursor.execute(_FAMILY.format(column="id") + " for update", [list(requests)])
    lives = [_bare(row, snapshot) for row in cursor.fetchall()]
    cursor.execute(_FAMILY.format(column="parent_id"), [list(requests)])
    children = [_bare(row, snapshot) for row in cursor.fetchall()]
    events = load_events(cursor, [*lives, *children])
    rows, spared, left_open = Rows(), set(told), list[int]()
    for live in lives:
        below, open_ = [], {}
        for c in children:
            if c.parent_id == live.id:
                folded = fold(c.case, events[c.id])
                below.append(
                    Child(c.case.definition.id, folded.standing.opened_at, c.id, turns_of(folded), c.is_appeal)
                )
                if folded.standing.closed_at is None:
                    open_[c.id] = c.number
        live.has_children = any(c.parent_id == live.id for c in children)
        live.standing = fold(live.case, events[live.id], below).standing
        left_open += [open_[id_] for id_ in live.standing.settled if id_ in open_]
        rows.change.append(changed_row(live, snapshot, now, heard or live.heard_at))
        if live.id not in spared:
            rows.put("cases_outbox", live.id, live.person_id, live.number, live.seq + 1)
    rows.write(cursor)
    return left_open


def _bare(row: Sequence[Any], snapshot: Snapshot) -> Live:
    id_, number, person_id, definition_id, parent_id, seq, first, heard, is_appeal = row
    case = Case(snapshot.definitions[definition_id], snapshot.calendar_of)
    return Live(
        id_, number, person_id, definition_id, case, parent_id, seq, first, None, b"", set(), heard_at=heard, is_appeal=is_appeal
    )  # fmt: skip


def _mark_late(earlier: Sequence[Event], live: Live) -> None:
    """Mark what arrived after events that come later in order."""
    known = list(earlier)
    for event, _, item in live.added:
        known.append(event)
        item.is_late = event.type not in ("corrected", "opened") and in_order(known)[-1][1] is not event


def _mark_off_path(live: Live) -> None:
    assert live.folded is not None
    off = {move.event.name for move in live.folded.moves if move.is_off_path}
    for event, _, item in live.added:
        item.is_off_path = event.name in off


def _parent_of(envelope: Envelope) -> Subject | None:
    parent = envelope.event.facts.get("parent")
    return read_subject(parent) if isinstance(parent, str) else None


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _release(subjects: set[str]) -> None:
    """Take again what waited for subjects that have become known."""
    if not subjects:
        return
    for agency, events in waiting_for(sorted(subjects)).items():
        record(agency_actor(agency), events)


def _let_go(numbers: Sequence[int], now: datetime) -> None:
    """Withdraw sub-requests that their parent no longer waits for, as the definition's `on_refused` says."""
    events = [
        self_event(number, "withdrawn", f"no-longer-needed|{number}", now, {"code": "no-longer-needed"})
        for number in numbers
    ]
    if events:
        record(SYSTEM, events, received_at=now)


def self_event(number: int, type_: str, id_: str, now: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """Build an event of Masar's own about a request."""
    return {
        "specversion": "1.0",
        "id": id_.replace(" ", "-")[:200],
        "source": SELF,
        "type": long_type(type_),
        "subject": str(number),
        "time": write_instant(now),
        "datacontenttype": "application/json",
        "data": dict(data),
    }


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


__all__ = [
    "SYSTEM",
    "UUID",
    "Actor",
    "Holder",
    "Item",
    "agency_actor",
    "person_actor",
    "project",
    "record",
    "waiting_for",
]
