"""A chunk of reports in one transaction: read and lock (S1), judge and fold each, write all at once (S2)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from masar.cases.actions.items import Actor, Item, invalid, refused, waits
from masar.cases.actions.live import LOOK, SEEN, Live, case_of, load_events, locked_live
from masar.cases.actions.projection import as_text, changed_row, let_in, new_row, project
from masar.cases.actions.write import Rows
from masar.cases.rules.envelope import Envelope, Flaw, Subject, read_subject
from masar.cases.rules.fit import misfit
from masar.cases.rules.fold import fold, follow
from masar.cases.rules.path import skipped
from masar.catalogue.queries import Definition, Snapshot
from masar.kernel.crypto import new_key, seal, vault
from masar.kernel.database import array, take
from masar.kernel.ids import new_number, new_row_id
from masar.people.actions import KnownPerson, NotACivilId, demand_civil_id, know


class Chunk:
    """One transaction of intake. `seq`: the one request's, as the actor saw it when they decided to act."""

    def __init__(
        self,
        actor: Actor,
        envelopes: Mapping[int, Envelope],
        received_at: datetime,
        snapshot: Snapshot,
        seq: int | None = None,
    ) -> None:
        self.actor = actor
        self.envelopes = envelopes
        self.received_at = received_at
        self.snapshot = snapshot
        self.seq = seq
        self.items: dict[int, Item] = {}
        self.opened_up: set[str] = set()  # subjects for which something may be waiting
        self.left_open: list[int] = []  # sub-requests whose answer is no longer needed
        self.civil_ids: dict[str, str] = {}
        self._people: dict[str, KnownPerson] = {}
        self._bad_ids: dict[int, str] = {}
        self._lives: dict[int, Live] = {}
        self._by_subject: dict[tuple[str, str], Live] = {}
        self._erased: dict[tuple[str, str], int] = {}  # subject -> number of a request whose person was erased
        self._foreign: dict[str, int] = {}  # number -> definition of a request that this agency has no part in
        self._parked: dict[tuple[str, str], bool] = {}  # what waits already -> whether it is dead
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
            self._park(n, self.envelopes[n])
        self._project(cursor)
        self._rows.write(cursor)
        self._project_families(cursor)

    # S1: what is there

    def _look(self, cursor: CursorWrapper) -> None:
        subjects = {s for e in self.envelopes.values() for s in (e.subject, _parent_of(e)) if s is not None}
        numbers = sorted(int(s.value) for s in subjects if s.kind == "number")
        refs = sorted(s.value for s in subjects if s.kind == "ref")
        me = self.actor.agency or ""
        cursor.execute(LOOK, [array(numbers), me, array(refs), me])
        for request_id, number, definition_id, ref, *row in cursor.fetchall():
            if row[0] is None:
                self._foreign[str(number)] = definition_id
                continue
            if row[9] is None:
                self._erased |= {("number", str(row[0])): row[0]} | ({("ref", ref): row[0]} if ref is not None else {})
                continue
            live = self._lives.get(request_id) or locked_live(request_id, row, self.snapshot, self.actor.agency)
            self._lives[request_id] = live
            self._by_subject["number", str(live.number)] = live
            if ref is not None:
                self._by_subject["ref", ref] = live
        if openings := sum(e.event.type == "opened" for e in self.envelopes.values()):
            cursor.execute("select nextval('cases_request_id_seq') from generate_series(1, %s::int)", [openings])
            self._ids = [row[0] for row in cursor.fetchall()]

    def _recognise(self, cursor: CursorWrapper) -> None:
        events = [(n, e.event.source, e.event.id) for n, e in self.envelopes.items()]
        cursor.execute(SEEN, [array(column) for column in zip(*events, strict=True)])
        for n, seen, request_id, parked, is_dead, number in cursor.fetchall():
            name = self.envelopes[n].event.name
            if seen is not None:
                live = self._lives.get(request_id)
                self._taken[name] = (bytes(seen), live.number if live else number)
            else:
                self._parked[name] = is_dead
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
        if item.status in ("accepted", "invalid", "forbidden") and envelope.event.name in self._parked:
            self._rows.release.append(envelope.event.name)
            del self._parked[envelope.event.name]
        return item

    def _again(self, envelope: Envelope, digest: bytes, number: int | None) -> Item:
        event = envelope.event
        if digest == envelope.digest or self.actor.agency is None:  # an act of ours is the same act at any instant
            return Item("duplicate", event.source, event.id, number)
        sealed = seal(vault().system_key, envelope.canonical, "cases_conflict", "sealed", event.source, event.id)
        self._rows.put(
            "cases_conflict", new_row_id(), self.actor.agency, event.source, event.id, envelope.digest, sealed,
            self.received_at,
        )  # fmt: skip
        return refused(
            "conflict", envelope.record, "conflict", "This id was used for something else",
            "The first event with this source and id stands; both are kept. Send a new fact with a new id.",
            number=number,
        )  # fmt: skip

    def _open(self, n: int, envelope: Envelope) -> Item:
        ref, agency = envelope.data["agency_ref"], self.actor.agency
        if agency and (there := self._by_subject.get(("ref", ref))) is not None:
            return refused(
                "conflict", envelope.record, "reference-exists", "Your number is in use",
                f"{ref} is the request {there.number}; open another with another agency_ref.", number=there.number,
            )  # fmt: skip
        if agency and (gone := self._gone(envelope, "ref", ref)):
            return gone
        row = self._version(envelope)
        if row is None:
            detail = f"No such version of {envelope.event.facts['service']} is published."
            return invalid(envelope.record, Flaw("/data/service", "unknown-service", detail))
        definition = self.snapshot.definitions[row]
        parent = self._parent(envelope)
        if isinstance(parent, Item):
            return parent
        if problem := self._may_not_open(envelope, definition, parent):
            return problem
        person = self._person(n, envelope, parent)
        if isinstance(person, Item):
            return person
        if flaw := misfit(envelope.event, definition, self.snapshot.agencies):
            return invalid(envelope.record, flaw)
        return self._begin(envelope, row, person, parent)

    def _version(self, envelope: Envelope) -> int | None:
        """Return the definition's row: the version named, or the one in force when it was opened, or now."""
        service, version = envelope.event.facts["service"], envelope.event.facts.get("version")
        if version:
            return self.snapshot.versions.get((service, version))
        then, now = envelope.event.at.date(), self.received_at.date()
        return self.snapshot.current(service, then) or self.snapshot.current(service, now)

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
            return self._stale(envelope, live) or live
        if gone := self._gone(envelope, subject.kind, subject.value):
            return gone
        if subject.kind == "number" and subject.value in self._foreign:
            return refused(
                "forbidden", envelope.record, "not-your-request", "This is another agency's request",
                "A sub-request is opened by an agency that has part in the request above it.",
            )  # fmt: skip
        return waits(envelope.record, "The request above is not known yet.")

    def _person(self, n: int, envelope: Envelope, parent: Live | None) -> KnownPerson | Item:
        if n in self._bad_ids:
            return invalid(envelope.record, Flaw("/data/civil_id", "civil-id", self._bad_ids[n]))
        civil_id = str(envelope.data.get("civil_id") or "")
        if not civil_id and parent is not None:
            return KnownPerson(parent.person_id, parent.person_key)
        person = self._people[demand_civil_id(civil_id, demonstration=settings.DEMONSTRATION)]
        if parent is not None and parent.person_id != person.id:
            detail = "The request above belongs to another person."
            return invalid(envelope.record, Flaw("/data/civil_id", "another-person", detail))
        return person

    def _begin(self, envelope: Envelope, row: int, person: KnownPerson, parent: Live | None) -> Item:
        id_, case_key, case = self._ids.pop(), new_key(), case_of(row, self.snapshot)
        if skips := skipped(case.definition, envelope.data.get("form") or {}):
            # The form is sealed; which steps it rules out is structure, and the path is drawn from that.
            facts = {**envelope.event.facts, "skips": skips}
            envelope = replace(envelope, event=replace(envelope.event, facts=facts))
        live = Live(
            id_, new_number(), person.id, row, case, parent.id if parent else None, 0,
            max(self.received_at, parent.first_received_at) if parent else self.received_at,
            key=case_key, person_key=person.key,
            parties={self.actor.agency or case.home, case.home}, is_new=True, is_whole=True,
            is_appeal=bool(envelope.event.facts.get("appeal")),
        )  # fmt: skip
        wrapped = seal(person.key, case_key, "cases_case_key", "wrapped", id_, person.id)
        self._lives[id_] = live
        self._by_subject["number", str(live.number)] = live
        self._rows.put("cases_directory", live.number, id_, row)
        if self.actor.agency:
            ref = envelope.data["agency_ref"]
            self._by_subject["ref", ref] = live
            self._rows.put("cases_reference", self.actor.agency, ref, id_)
            self.opened_up.add(f"ref:{self.actor.agency}:{ref}")
        for agency in sorted(live.parties):
            self._rows.put("cases_participation", agency, id_, person.id, self.actor.grantor)
        self._rows.put("cases_case_key", id_, person.id, wrapped)
        if parent is not None:
            parent.has_children = True
        return self._accept(envelope, live)

    def _follow(self, envelope: Envelope) -> Item:
        assert envelope.subject is not None
        live = self._by_subject.get((envelope.subject.kind, envelope.subject.value))
        if live is None:
            return self._not_here(envelope, envelope.subject)
        if stale := self._stale(envelope, live):
            return stale
        if flaw := misfit(envelope.event, live.case.definition, self.snapshot.agencies):
            return invalid(envelope.record, flaw)
        if envelope.event.type == "handed-over":
            to = str(envelope.event.facts["to"])
            live.parties.add(to)
            self._rows.put("cases_participation", to, live.id, live.person_id, self.actor.grantor)
            self.opened_up.add(f"number:{live.number}")
        return self._accept(envelope, live)

    def _gone(self, envelope: Envelope, kind: str, value: str) -> Item | None:
        """Refuse what is reported of somebody who was erased: nothing can be sealed for them."""
        number = self._erased.get((kind, value))
        if number is None:
            return None
        detail = "Its person was erased; nothing more is recorded of this request."
        return refused("forbidden", envelope.record, "person-erased", "This request was erased", detail, number=number)

    def _not_here(self, envelope: Envelope, subject: Subject) -> Item:
        if gone := self._gone(envelope, subject.kind, subject.value):
            return gone
        definition_id = self._foreign.get(subject.value) if subject.kind == "number" else None
        if definition_id is None:
            return waits(envelope.record, "No such request is known yet; the event waits 24 hours for its opening.")
        steps = self.snapshot.definitions[definition_id].steps.values()
        if any(step.agency == self.actor.agency for step in steps):
            return waits(envelope.record, "The request has not been handed over to you yet; it waits 24 hours.")
        return refused(
            "forbidden", envelope.record, "not-your-request", "This is another agency's request",
            "An agency reports on requests that it opened, holds, or handed over.",
        )  # fmt: skip

    def _stale(self, envelope: Envelope, live: Live) -> Item | None:
        if self.seq is None or self.seq == live.seq:
            return None
        detail = "The request has changed since this was decided."
        return refused("forbidden", envelope.record, "changed-meanwhile", "Look again", detail, number=live.number)

    def _park(self, n: int, envelope: Envelope) -> None:
        event = envelope.event
        if known := self._taken.get(event.name):  # twice in this chunk
            if known[0] != envelope.digest:
                self.items[n] = self._again(envelope, *known)
            return
        self._taken[event.name] = (envelope.digest, None)
        if self._parked.get(event.name) is False or self.actor.agency is None:
            return
        subject = envelope.subject if event.type != "opened" else _parent_of(envelope)
        key = subject.key(self.actor.agency) if subject else ""
        sealed = seal(vault().system_key, envelope.canonical, "cases_parked", "sealed", event.source, event.id)
        self._rows.put(
            "cases_parked", event.source, event.id, self.actor.agency, key, envelope.digest, sealed, self.received_at
        )

    def _accept(self, envelope: Envelope, live: Live) -> Item:
        event = envelope.event
        item = Item("accepted", event.source, event.id, live.number)
        self._taken[event.name] = (envelope.digest, live.number)
        live.added.append((event, envelope, item))
        if live.has_children or live.is_whole or live.standing is None:
            live.is_whole = True
            return item
        before = live.standing.step
        move = follow(live.case, live.standing, event)
        if move is None:
            live.is_whole = True
        else:
            item.is_off_path = move.is_off_path
            if live.standing.step != before:
                live.places.add(live.standing.step)
        return item

    # The projections

    def _project(self, cursor: CursorWrapper) -> None:
        touched = [live for live in self._lives.values() if live.added]
        before = load_events(cursor, [live for live in touched if live.is_whole and not live.is_new])
        for live in touched:
            if live.is_whole:
                earlier = before.get(live.id, [])
                live.mark_late(earlier)
                if live.is_new or not live.has_children:
                    folded = fold(live.case, [*earlier, *(event for event, _, _ in live.added)])
                    live.mark_off_path(folded)
                    live.standing, live.places = folded.standing, folded.places
            self._put(live)

    def _put(self, live: Live) -> None:
        self._add_events(live)
        heard = self.received_at if self.actor.agency else live.heard_at
        if live.is_new:
            row = new_row(live, self.snapshot, self.received_at, heard, self.actor.grantor)
            self._rows.put("cases_request", *row)
        elif not live.has_children:
            self._rows.change.append(changed_row(live, self.snapshot, self.received_at, heard))
        live.places |= {str(event.facts["step"]) for event, _, _ in live.added if "step" in event.facts}
        self.opened_up |= let_in(self._rows, live, self.actor.grantor)
        if not live.is_quiet:
            self._rows.put("cases_outbox", live.id, live.person_id, live.number, live.seq + 1)

    def _add_events(self, live: Live) -> None:
        received_at = max(self.received_at, live.first_received_at)  # a clock that was set back loses nothing
        for event, envelope, item in live.added:
            id_, salt = new_row_id(), os.urandom(32)
            sealed = seal(live.key, salt + envelope.canonical, "cases_event", "sealed", id_.hex, live.person_id)
            self._rows.put(
                "cases_event", received_at, id_, live.id, live.person_id, self.actor.agency, event.source, event.id,
                event.type, event.at, event.sequence, as_text(event.facts), item.is_late, envelope.is_backfill, sealed,
            )  # fmt: skip
            self._rows.put(
                "cases_seen", event.source, event.id, envelope.digest, live.id, live.person_id, self.actor.agency
            )
            self._rows.put("ledger_pending_leaf", id_, hashlib.sha256(salt + envelope.canonical).digest())

    def _project_families(self, cursor: CursorWrapper) -> None:
        """Project requests that have sub-requests: as the system, which alone sees the whole family."""
        touched = [live for live in self._lives.values() if live.added]
        above = {live.id for live in touched if live.has_children} | {
            live.parent_id for live in touched if live.parent_id
        }
        if not above:
            return
        take(cursor, "masar_system")
        told = {live.id for live in touched} | {live.parent_id for live in touched if live.is_quiet}
        heard = self.received_at if self.actor.agency else None
        found = project(cursor, sorted(above), self.snapshot, self.received_at, heard=heard, told=told)
        self.left_open = found.left_open
        self.opened_up |= found.opened_up
        for live in touched:
            if live.id in found.folded:
                live.mark_off_path(found.folded[live.id])


def _parent_of(envelope: Envelope) -> Subject | None:
    parent = envelope.event.facts.get("parent")
    return read_subject(parent) if isinstance(parent, str) else None
