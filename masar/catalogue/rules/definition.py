"""A service as declared (format `masar: "1"`), read into typed, immutable objects.

Source of the format: docs/adr/0002 and the JSON Schema beside this room (`definition.schema.json`).
`parse` trusts its input: run `check` (rules/check.py) on anything that a person wrote first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

Text = Mapping[str, str]  # locale -> string
Clock = Literal["working", "calendar"]
State = Literal[
    "draft", "submitted", "in-progress", "needs-you", "ready", "completed", "refused", "withdrawn", "expired"
]
TERMINAL: frozenset[str] = frozenset({"completed", "refused", "withdrawn", "expired"})

_DURATION = re.compile(r"P(?:(?P<years>\d+)Y)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?")


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of days *or* of seconds, as ISO 8601 writes it: `P5D`, `PT6H`, `PT90M`, `P5Y` (365 days each)."""

    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `P<n>D`, `P<n>Y`, `PT<n>H`, `PT<n>M`. Raises: ValueError when it is anything else or zero."""
        match = _DURATION.fullmatch(text)
        parts = {key: int(value) for key, value in match.groupdict().items() if value} if match else {}
        days = parts.get("years", 0) * 365 + parts.get("days", 0)
        seconds = parts.get("hours", 0) * 3600 + parts.get("minutes", 0) * 60
        if bool(days) == bool(seconds):
            raise ValueError(f"{text!r} is not a duration: write P5D, P2Y, PT6H or PT90M")
        return cls(days, seconds)

    @property
    def delta(self) -> timedelta:
        """The same span on the calendar clock."""
        return timedelta(days=self.days, seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised: `within` on the working or the calendar clock; warn when `warn_at` of it is used."""

    within: Duration
    clock: Clock = "working"
    warn_at: float = 0.75


@dataclass(frozen=True, slots=True)
class Limit:
    """How long the citizen has before the request ends by itself with outcome `then` and `reason`."""

    within: Duration
    then: str
    clock: Clock = "calendar"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """What the citizen is asked to do in a step: answer, payment, visit, document, appointment."""

    kind: str
    form: Mapping[str, Any] | None = None
    where: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An interval with one holder and one state. `agency` is set for `holder: other-agency:<id>`."""

    id: str
    title: Text
    state: State
    holder: Literal["citizen", "agency", "other-agency"]
    next: tuple[str, ...]
    agency: str | None = None
    team: str | None = None
    promise: Promise | None = None
    limit: Limit | None = None
    task: Task | None = None
    children: tuple[str, ...] = ()
    join: Literal["all", "any"] = "all"
    on_refused: str | None = None
    returns_to: str | None = None
    detour: bool = False
    when: Mapping[str, Any] | None = None  # a condition: the step is a coming one unless it is known to fail
    help: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Appeal:
    """Within which time and by which service an outcome can be appealed; `reopens` is the step to go on from."""

    within: Duration
    service: str
    reopens: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request can end. The state stands beside it: completed, refused, withdrawn, expired."""

    id: str
    title: Text
    state: State
    reason_required: bool = False
    appeal: Appeal | None = None
    issues: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Definition:
    """One version of one service."""

    id: str
    version: int
    agency: str
    title: Text
    summary: Text
    steps: Mapping[str, Step]
    outcomes: Mapping[str, Outcome]
    path: tuple[str, ...]
    reasons: Mapping[str, Text]
    calendar: str
    promise: Promise | None
    verified: bool
    status: str
    document: Mapping[str, Any] = field(repr=False)

    @property
    def kind(self) -> str:
        """`service` (people apply for it), `check` (a child of other requests) or `appeal`."""
        return str(self.document.get("kind", "service"))

    @property
    def sector(self) -> str:
        """Id of the sector in which people look for it."""
        return str(self.document["sector"])

    @property
    def life_events(self) -> tuple[str, ...]:
        """Ids of the events of life in which people need it."""
        return tuple(self.document.get("life_events", ()))

    @cached_property
    def first(self) -> Step:
        """The step in which a request begins."""
        return self.steps[self.path[0]]

    @cached_property
    def stops(self) -> int:
        """How many stops the expected path has, its outcome left out."""
        return sum(place in self.steps for place in self.path)

    def title_of(self, place: str) -> Text:
        """Words of a step or an outcome. Raises: KeyError when the definition has neither."""
        return (self.steps.get(place) or self.outcomes[place]).title

    def allowed_from(self, place: str) -> tuple[str, ...]:
        """Ways on from a step; none from an outcome."""
        step = self.steps.get(place)
        return step.next if step else ()


def parse(document: Mapping[str, Any]) -> Definition:
    """Read one definition document. Raises: KeyError, ValueError on a document that `check` would refuse."""
    return Definition(
        id=document["id"],
        version=document["version"],
        agency=document["agency"],
        title=document["title"],
        summary=document.get("summary", {}),
        steps={item["id"]: _step(item) for item in document["steps"]},
        outcomes={item["id"]: _outcome(item) for item in document["outcomes"]},
        path=tuple(document["path"]),
        reasons={item["id"]: item["title"] for item in document.get("reasons", ())},
        calendar=document.get("calendar", ""),
        promise=_promise(document.get("promise")),
        verified=document.get("verified", False),
        status=document.get("status", "draft"),
        document=document,
    )


def _promise(item: Mapping[str, Any] | None) -> Promise | None:
    if item is None:
        return None
    return Promise(Duration.parse(item["within"]), item.get("clock", "working"), item.get("warn_at", 0.75))


def _limit(item: Mapping[str, Any] | None) -> Limit | None:
    if item is None:
        return None
    return Limit(Duration.parse(item["within"]), item["then"], item.get("clock", "calendar"), item.get("reason"))


def _task(item: Mapping[str, Any]) -> Task | None:
    task = item.get("task")
    if task is None:
        return None
    where = (item.get("pay") or item.get("visit") or {}).get("where", ())
    return Task(task["kind"], task.get("form"), tuple(where), tuple(task.get("documents", ())))


def _step(item: Mapping[str, Any]) -> Step:
    holder, _, agency = item["holder"].partition(":")
    return Step(
        id=item["id"],
        title=item["title"],
        state=item["state"],
        holder=holder,
        next=tuple(item["next"]),
        agency=agency or None,
        team=item.get("team"),
        promise=_promise(item.get("promise")),
        limit=_limit(item.get("limit")),
        task=_task(item),
        children=tuple(child["service"] for child in item.get("children", ())),
        join=item.get("join", "all"),
        on_refused=item.get("on_refused"),
        returns_to=item.get("handover", {}).get("returns_to"),
        detour=item.get("detour", False),
        when=item.get("when"),
        help=item.get("help", {}),
    )


def _outcome(item: Mapping[str, Any]) -> Outcome:
    appeal = item.get("appeal")
    return Outcome(
        id=item["id"],
        title=item["title"],
        state=item["state"],
        reason_required=item.get("reason_required", False),
        appeal=Appeal(Duration.parse(appeal["within"]), appeal["service"], appeal.get("reopens")) if appeal else None,
        issues=item.get("issues"),
    )
