"""What a reader is shown of a request: rows of a list, lines of a timeline, stops of a path. Shapes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from masar.cases.rules.drafts import Draft
from masar.catalogue.rules.definition import Definition, Step, Text
from masar.catalogue.rules.eligibility import PaperAsk

Filter = Literal["open", "needs-you", "in-progress", "ready", "late", "archive"]


@dataclass(frozen=True, slots=True)
class Due:
    """How a promise stands. `at` is empty while it is paused, closed or none; `unit` is "days" or "seconds"."""

    at: datetime | None = None
    used: int = 0
    allowed: int = 0
    unit: Literal["days", "seconds"] = "days"
    is_paused: bool = False
    broken_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Tell whether the promise was broken, or runs out before `now`."""
        return self.broken_at is not None or (self.at is not None and self.at < now)


@dataclass(frozen=True, slots=True)
class Row:
    """One request in a list. All instants are UTC; `holder` is an agency id, or None when the citizen holds."""

    number: int
    definition: Definition
    agency: str  # whose service it is
    step: str  # the step, or the outcome once closed
    state: str
    outcome: str | None
    holder: str | None
    since: datetime  # since when it stands where it stands (agency's time)
    opened_at: datetime
    closed_at: datetime | None
    changed_at: datetime  # when we last learned something (our time)
    heard_at: datetime | None  # when an agency last told us something (our time)
    last_type: str  # short type of the last event in order: opened, step, asked, …
    last_at: datetime  # its effective time
    promise: Due
    step_due_at: datetime | None  # promise of the present step, when it has one
    limit_at: datetime | None  # until when the citizen must act
    seq: int  # grows with each change of the projection
    stop: int  # place on the expected path, from 1
    stops: int  # length of the expected path without the outcome
    is_new: bool = False  # changed since the person's last visit

    @property
    def is_open(self) -> bool:
        """Tell whether the request still runs."""
        return self.closed_at is None

    @property
    def needs_you(self) -> bool:
        """Tell whether the citizen has something to do."""
        return self.is_open and self.holder is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether the service's promise is broken on a running request."""
        return self.is_open and self.promise.is_late(now)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many requests each filter holds."""

    open: int = 0
    needs_you: int = 0
    in_progress: int = 0
    ready: int = 0
    late: int = 0
    archive: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of rows, the counts of all filters, and the cursor of the next page."""

    rows: Sequence[Row]
    counts: Counts
    next: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One event on the timeline, in order. `at` is the agency's time, `received_at` ours."""

    type: str  # opened, step, asked, answered, noted, decided, handed-over, withdrawn, reopened, corrected
    at: datetime
    received_at: datetime
    agency: str | None  # who reported it; None for the person or Masar itself
    by: Literal["agency", "person", "masar"]
    place: str | None  # step or outcome after it, when it moved the request
    note: Text | str | None = None
    office: str | None = None
    reason: str | None = None
    to: str | None = None
    is_off_path: bool = False
    is_late: bool = False  # arrived after events that come later in order
    is_voided: bool = False  # corrected by a later event


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the path: done, now or coming. `expected_at` is set for coming stops where it can be said."""

    step: Step
    condition: Literal["done", "now", "coming"]
    began_at: datetime | None = None
    ended_at: datetime | None = None
    agency: str | None = None
    office: str | None = None
    note: Text | str | None = None
    expected_at: datetime | None = None
    due_at: datetime | None = None  # promise of the present step
    lines: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """How long one holder had the ball, in seconds of the request's life. `agency` None is the citizen."""

    agency: str | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Question:
    """The open task at the citizen."""

    kind: str  # answer, payment, visit, document
    message: Text | str | None
    form: Mapping[str, Any] | None
    where: Sequence[str] = ()
    due_at: datetime | None = None
    token: str = ""  # names this asking; sent back so that a double press answers once
    papers: Sequence[PaperAsk] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """What the person has sent of themselves: the form, and papers as their events tell them."""

    form: Mapping[str, Any] = field(default_factory=dict)
    papers: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page of one request says."""

    row: Row
    stops: Sequence[Stop]
    lines: Sequence[Line]
    shares: Sequence[Share]
    question: Question | None
    outcome_note: Text | str | None
    reason: Text | None
    children: Sequence[Row] = ()
    parent: Row | None = None
    may_withdraw: bool = False
    may_answer: bool = False
    appeal_until: datetime | None = None  # set when an appeal may be filed now
    appeal_service: str | None = None
    more_lines: str | None = None  # cursor of earlier lines
    draft: Draft | None = None  # what was filled in of the answer
    sent: Sent = field(default_factory=Sent)
