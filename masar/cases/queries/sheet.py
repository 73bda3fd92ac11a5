"""The page of one request: its projection, its whole timeline opened and folded, its family. ONE statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from masar.cases.queries.drafts import DRAFT, draft_of
from masar.cases.queries.rows import _COLUMNS, _row, decode_rows
from masar.cases.queries.timeline import case_key, opened_record
from masar.cases.rules.clock import CITIZEN, attribute
from masar.cases.rules.drafts import Draft
from masar.cases.rules.events import SELF, Event
from masar.cases.rules.fold import child_of, fold
from masar.cases.rules.path import moves_into, path_of
from masar.cases.rules.standing import Case, Child, Move, Standing, question_token, withdrawal_of
from masar.cases.rules.story import Line, Question, Row, Sent, Share, Sheet, Stop
from masar.catalogue.queries import PaperAsk, catalogue, papers_of_task
from masar.catalogue.rules.definition import Definition, Task, Text
from masar.files.queries import MOST, TYPES
from masar.kernel.crypto import CannotOpen
from masar.kernel.database import read_as_person
from masar.people.queries import PROFILE, Profile, SessionEnded, Viewer, person_key, person_on_page, profile_of

LINES = 200
_EVENT = "e.request_id, e.source, e.event_id, e.type, e.at, e.sequence, e.facts, e.agency_id, e.received_at, e.is_late"

PAGE = f"""
select {PROFILE}, s.alive, r.id, r.parent_id, r.first_received_at, c.wrapped, json_build_array({_COLUMNS}),
       f.rows, e.rows, b.bytes, b.ids, {DRAFT}
{person_on_page("$2")}
  left join lateral (select * from cases_request r where r.person_id = z.pid and r.number = $3) r on true
  left join lateral (select * from cases_case_key c where c.person_id = z.pid and c.request_id = r.id) c on true
  left join lateral (select json_agg(json_build_array(r2.id, r2.parent_id, r2.is_appeal, r2.columns)) rows from (
      select r.id, r.parent_id, r.is_appeal, json_build_array({_COLUMNS}) columns from cases_request r
       where r.person_id = z.pid
         and (r.parent_id = (select q.id from cases_request q where q.person_id = z.pid and q.number = $3)
           or r.id = (select q.parent_id from cases_request q where q.person_id = z.pid and q.number = $3))) r2
  ) f on true
  left join lateral (select json_agg(json_build_array({_EVENT}) order by e.received_at, e.id) rows from cases_event e
      where e.person_id = z.pid and e.received_at >= r.first_received_at
        and e.request_id in (
            select q.id from cases_request q where q.person_id = z.pid and (q.id = r.id or q.parent_id = r.id))
  ) e on true
  left join lateral (select array_agg(e.sealed order by e.received_at, e.id) bytes,
                            array_agg(e.id order by e.received_at, e.id) ids
      from cases_event e
     where e.person_id = z.pid and e.request_id = r.id and e.received_at >= r.first_received_at) b on true
  left join lateral (select * from cases_draft d where d.person_id = z.pid and d.subject = r.number::text) d on true
"""  # noqa: S608 - the parts are ours, values are parameters


class _Stored(msgspec.Struct, array_like=True):
    request_id: int
    source: str
    event_id: str
    type: str
    at: datetime
    sequence: str | None
    facts: dict[str, Any]
    agency: str | None
    received_at: datetime
    is_late: bool

    def event(self) -> Event:
        return Event(
            self.source, self.event_id, self.type, self.at.astimezone(UTC), self.sequence, self.facts, self.agency,
            self.received_at.astimezone(UTC),
        )  # fmt: skip


def my_request(
    viewer: Viewer, number: int, now: datetime, lines_before: str | None = None
) -> tuple[Profile, Sheet] | None:
    """Return the person and the sheet of one of their requests; None when it is not theirs. Raises: SessionEnded."""
    row = read_as_person(PAGE, [viewer.person_id, viewer.session, number])
    if row is None or not row[12]:
        raise SessionEnded
    profile = profile_of(row[:12])
    request_id, parent_id, _, wrapped, columns, family, events, sealed, ids = row[13:22]
    if request_id is None:
        return None
    reader = _Reader(
        request_id,
        parent_id,
        case_key(row[0], request_id, wrapped, row[2], row[3]),
        profile.person_id,
        _row(decode_rows([columns])[0], profile.previous_visit),
        [(item[0], item[1], item[2], decode_rows([item[3]])[0]) for item in family or ()],
        [msgspec.convert(item, _Stored, strict=False) for item in events or ()],
        list(zip(ids or (), sealed or (), strict=True)),
        _draft(row),
    )
    return profile, reader.sheet(now, lines_before)


def _draft(row: Sequence[Any]) -> Draft | None:
    """Open what was filled in of an answer; None where nothing was, or the person was erased."""
    try:
        return draft_of(row[22:], row[0], person_key(row[0], bytes(row[2] or b""), row[3] or "")) if row[22] else None
    except CannotOpen:
        return None


class _Reader:
    """One request as it was read, turned into its sheet."""

    def __init__(
        self,
        request_id: int,
        parent_id: int | None,
        key: bytes,
        person_id: int,
        row: Row,
        family: Sequence[tuple[int, int | None, bool, Any]],
        stored: Sequence[_Stored],
        sealed: Sequence[tuple[UUID, bytes]],
        draft: Draft | None,
    ) -> None:
        self.request_id, self.parent_id, self.row, self.family = request_id, parent_id, row, family
        self.definition: Definition = row.definition
        self._key, self._person_id, self._stored = key, person_id, stored
        self._calendar_of, self._draft = catalogue().calendar_of, draft
        self._opened: dict[tuple[str, str], Mapping[str, Any]] = {}
        own = [item for item in stored if item.request_id == request_id]
        self._sealed = {(item.source, item.event_id): pair for item, pair in zip(own, sealed, strict=True)}
        self._late = {(item.source, item.event_id) for item in own if item.is_late}
        self.folded = fold(Case(self.definition, self._calendar_of), map(_Stored.event, own), self._children())
        self.standing: Standing = self.folded.standing

    def _children(self) -> list[Child]:
        children = []
        for id_, parent, is_appeal, columns in self.family:
            if parent == self.request_id:
                definition = catalogue().definitions[columns.definition_id]
                events = [item.event() for item in self._stored if item.request_id == id_]
                children.append(child_of(Case(definition, self._calendar_of), id_, events, is_appeal=is_appeal))
        return children

    def sheet(self, now: datetime, lines_before: str | None) -> Sheet:
        """Compose the sheet as it stands at `now`."""
        told = [self._line(move) for move in self.folded.moves]
        until = int(lines_before) if lines_before and lines_before.isdecimal() else len(told)
        first = max(0, until - LINES)
        question = self._question()
        closing = next((line for line in reversed(told) if line.type in ("decided", "withdrawn")), None)
        appeal_until, appeal_service = self._appeal(now)
        return Sheet(
            row=self.row,
            stops=self._stops(now, told),
            lines=told[first:until],
            shares=self._shares(now),
            question=question,
            outcome_note=closing.note if closing and not self.row.is_open else None,
            reason=self.definition.reasons.get(self.standing.reason or ""),
            children=[_row(columns, None) for _, parent, _, columns in self.family if parent == self.request_id],
            parent=next((_row(columns, None) for id_, _, _, columns in self.family if id_ == self.parent_id), None),
            may_withdraw=self.row.is_open
            and withdrawal_of(self.definition) in self.definition.allowed_from(self.standing.step),
            may_answer=question is not None and question.kind in ("answer", "document"),
            appeal_until=appeal_until,
            appeal_service=appeal_service,
            more_lines=str(first) if first else None,
            draft=self._draft if question and self._draft and self._draft.token == question.token else None,
            sent=self._sent(),
        )

    def _sent(self) -> Sent:
        """Gather what the person sent of themselves."""
        own = [move.event for move in self.folded.moves if move.event.type in ("opened", "answered")]
        said = [self.record(event.name) for event in own if event.source == SELF]
        form: Mapping[str, Any] = next((data["form"] for data in said if data.get("form")), {})
        return Sent(form, [paper for data in said for paper in data.get("papers", ())])

    def record(self, name: tuple[str, str]) -> Mapping[str, Any]:
        """Open the data of one event; empty when its key is gone."""
        if name not in self._opened:
            id_, sealed = self._sealed[name]
            self._opened[name] = opened_record(self._key, sealed, id_.hex, self._person_id).get("data", {})
        return self._opened[name]

    def _line(self, move: Move) -> Line:
        event, data = move.event, self.record(move.event.name)
        return Line(
            type=event.type,
            at=event.at,
            received_at=event.received_at or event.at,
            agency=event.agency,
            by=_teller(event),
            place=move.place,
            note=_note(data),
            office=data.get("office"),
            reason=event.facts.get("reason"),
            to=event.facts.get("to"),
            is_off_path=move.is_off_path,
            is_late=event.name in self._late,
            is_voided=move.is_voided,
        )

    def _stops(self, now: datetime, told: Sequence[Line]) -> list[Stop]:
        by_move = dict(zip(map(id, self.folded.moves), told, strict=True))
        stops = []
        for stop in path_of(self.definition, self.folded, self._calendar_of, now):
            moves = moves_into(self.folded.moves, stop.began_at, stop.ended_at)
            lines = [by_move[id(move)] for move in moves if not move.is_voided]
            office = next((line.office for line in reversed(lines) if line.office), None)
            note = next((line.note for line in reversed(lines) if line.note), None)
            stops.append(replace(stop, office=office, note=note, lines=lines))
        return stops

    def _shares(self, now: datetime) -> list[Share]:
        held = attribute(self.folded.spans, now)
        shares = [Share(holder.agency, seconds) for holder, seconds in held.items() if seconds]
        return sorted(shares, key=lambda share: -share.seconds)

    def _question(self) -> Question | None:
        standing = self.standing
        if standing.closed_at is not None or standing.holder != CITIZEN:
            return None
        step, asked = self.definition.steps[standing.step], standing.asked
        data = self.record((asked.source, asked.id)) if asked else {}
        task = step.task
        return Question(
            kind=asked.kind if asked else task.kind if task else "answer",
            message=_note(data),
            form=data.get("form") or (task.form if task else None),
            where=task.where if task else (),
            due_at=standing.limit_at,
            token=question_token(standing),
            papers=_papers(self.definition, standing, task),
        )

    def _appeal(self, now: datetime) -> tuple[datetime | None, str | None]:
        outcome = self.definition.outcomes.get(self.standing.outcome or "")
        if outcome is None or outcome.appeal is None or self.standing.closed_at is None:
            return None, None
        until = self.standing.closed_at + outcome.appeal.within.delta
        filed = any(parent == self.request_id and is_appeal for _, parent, is_appeal, _ in self.family)
        if filed or now > until or catalogue().current(outcome.appeal.service, now.date()) is None:
            return None, None
        return until, outcome.appeal.service


def _papers(definition: Definition, standing: Standing, task: Task | None) -> Sequence[PaperAsk]:
    """Return the papers that are asked for; where none is named, whatever the agency's words ask for."""
    if (standing.asked.kind if standing.asked else task.kind if task else "") != "document":
        return ()
    named = papers_of_task(definition.document, task.documents) if task else []
    return named or [PaperAsk("asked", {}, {}, TYPES, MOST, False)]


def _teller(event: Event) -> Literal["agency", "person", "masar"]:
    if event.source != SELF:
        return "agency"
    return "masar" if event.type in ("decided", "noted") or "code" in event.facts else "person"


def _note(data: Mapping[str, Any]) -> Text | str | None:
    return data.get("message") or data.get("note")
