"""Where a request stands, and what led there: the shapes that the fold makes and others read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from masar.cases.rules.clock import Holder, Meter, Span
from masar.cases.rules.events import Event
from masar.cases.rules.order import Tail
from masar.catalogue.rules.calendar import Calendar
from masar.catalogue.rules.definition import Definition

CalendarOf = Callable[[str], Calendar]  # agency id -> its working calendar


@dataclass(frozen=True, slots=True)
class Case:
    """What the fold must know beside the events: the definition, the agency whose service it is, calendars."""

    definition: Definition
    calendar_of: CalendarOf

    @property
    def home(self) -> str:
        """The agency whose service it is."""
        return self.definition.agency


Turn = tuple[datetime, Holder | None, str]  # from when on, who holds it (None once closed), and "open" or how it ended


@dataclass(frozen=True, slots=True)
class Child:
    """A sub-request as its parent sees it: from each instant on, who holds it (None once closed) and its state."""

    service: str
    opened_at: datetime
    name: tuple[str, str]  # of the event that opened it: breaks ties, whatever arrived first
    id: int
    turns: Sequence[Turn]
    is_appeal: bool = False


class Asked(msgspec.Struct, frozen=True):
    """The open question at the citizen: the step to return to, and the name of the event that asked."""

    back: str
    kind: str
    source: str
    id: str


class Standing(msgspec.Struct):
    """Where a request stands. Stored beside the projection, so that the fold can go on from it."""

    step: str
    state: str
    since: datetime  # in this step
    held_since: datetime  # by this holder
    opened_at: datetime
    holder: Holder | None
    outcome: str | None = None
    reason: str | None = None
    closed_at: datetime | None = None
    handed_to: str | None = None
    returns_to: str | None = None
    asked: Asked | None = None
    promise: Meter | None = None
    step_promise: Meter | None = None
    limit_at: datetime | None = None
    stop: int = 1
    off_path: int = 0
    last_type: str = "opened"
    last_at: datetime | None = None
    last_source: str = ""
    tails: dict[str, Tail] = {}
    voids: list[tuple[str, str]] = []
    skips: list[str] = []  # steps that the form ruled out when it was opened
    settled: list[int] = []  # children whose result was already drawn


@dataclass(frozen=True, slots=True)
class Move:
    """What one event did: the step or outcome after it when it moved the request."""

    event: Event
    at: datetime
    place: str | None
    is_off_path: bool
    is_voided: bool = False


@dataclass(slots=True)
class Folded:
    """A standing with the way that led there."""

    standing: Standing
    spans: list[Span] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    places: set[str] = field(default_factory=set)  # every step that was entered


def withdrawal_of(definition: Definition) -> str | None:
    """Return the outcome of a withdrawal; None where a service cannot be withdrawn."""
    return next((outcome.id for outcome in definition.outcomes.values() if outcome.state == "withdrawn"), None)


def question_token(standing: Standing) -> str:
    """Return the name of the present question, so that an answer to an earlier one is not taken for it."""
    asked = standing.asked
    return f"{asked.source}|{asked.id}" if asked else f"{standing.step}|{standing.since.isoformat()}"
