"""The services as the public API tells of them: their steps, their ways on, and who reports on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from demo.api import JSON, Api

YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time: `days` of a clock, or `hours` of it where it has none. `is_working`: only open hours count."""

    days: float
    hours: float
    is_working: bool

    @classmethod
    def read(cls, item: Mapping[str, Any] | None) -> Span | None:
        """Read a promise or a limit of a definition, `{within: P5D, clock: working}`."""
        if not item:
            return None
        text, is_working = str(item["within"]), item.get("clock") == "working"
        number, unit = float(text.strip("PT")[:-1]), text[-1]
        if text.startswith("PT"):
            return cls(0.0, number if unit == "H" else number / 60, is_working)
        return cls(number * (YEAR if unit == "Y" else 1), 0.0, is_working)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who holds it and where it leads. `agency` is set where another agency than the service's holds it."""

    id: str
    is_citizens: bool
    state: str
    next: Sequence[str]
    agency: str | None = None
    is_detour: bool = False
    task: str = ""  # answer, document, payment, visit or appointment, where a citizen holds it
    schema: Mapping[str, Any] | None = None  # of the answer
    where: Sequence[str] = ()
    promise: Span | None = None
    limit: Span | None = None
    children: Sequence[str] = ()
    join: str = "all"
    on_refused: str | None = None
    when: Mapping[str, Any] | None = None

    @property
    def lasts_years(self) -> bool:
        """Tell whether the promise of this step is longer than a year: a queue."""
        return self.promise is not None and self.promise.days > YEAR


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way to end. `appeal` is the service by which it is appealed, `reopens` the step to which that leads back."""

    id: str
    state: str
    needs_reason: bool = False
    appeal: str | None = None
    reopens: str | None = None


@dataclass(frozen=True)
class Service:
    """One service in its version in force."""

    id: str
    version: int
    agency: str
    kind: str
    steps: Mapping[str, Step]
    outcomes: Mapping[str, Outcome]
    path: Sequence[str]
    reasons: Sequence[str]
    promise: Span | None
    schema: Mapping[str, Any] | None
    audience: Sequence[str]
    title: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, item: JSON) -> Service:
        """Read a service as the API gives it (or as its definition says it)."""
        steps = {step["id"]: _step(step) for step in item["steps"]}
        outcomes = {outcome["id"]: _outcome(outcome) for outcome in item["outcomes"]}
        form: Mapping[str, Any] = item.get("form") or {}  # a definition keeps the schema beside its words
        return cls(
            id=item["id"],
            version=item["version"],
            agency=item["agency"],
            kind=item.get("kind") or "service",
            steps=steps,
            outcomes=outcomes,
            path=tuple(item.get("path") or _likely_path(steps, outcomes)),
            reasons=tuple(reason["id"] for reason in item.get("reasons") or ()),
            promise=Span.read(item.get("promise")),
            schema=form.get("schema", form) or None,
            audience=tuple(item.get("audience") or ()),
            title=item.get("title") or {},
        )

    @property
    def first(self) -> str:
        """The step in which a request begins."""
        return self.path[0]

    @cached_property
    def withdrawal(self) -> str | None:
        """The outcome of a withdrawal."""
        return next((outcome.id for outcome in self.outcomes.values() if outcome.state == "withdrawn"), None)

    def holder(self, step: str) -> str:
        """Return the agency that reports on a step: who holds it, or the service's own while the citizen does."""
        return self.steps[step].agency or self.agency

    def may_open(self, children: Sequence[str], book: Mapping[str, Service]) -> bool:
        """Tell whether all sub-requests of a step are services that are known."""
        return all(child in book for child in children)


def _step(item: JSON) -> Step:
    holder, _, agency = str(item["holder"]).partition(":")
    task = item.get("task") or {}
    return Step(
        id=item["id"],
        is_citizens=holder == "citizen",
        state=item["state"],
        next=tuple(item["next"]),
        agency=agency or None,
        is_detour=bool(item.get("detour")),
        task=task.get("kind", ""),
        schema=(task.get("form") or {}).get("schema"),
        where=tuple((item.get("pay") or item.get("visit") or {}).get("where", ())),
        promise=Span.read(item.get("promise")),
        limit=Span.read(item.get("limit")),
        children=tuple(child["service"] for child in item.get("children") or ()),
        join=item.get("join", "all"),
        on_refused=item.get("on_refused"),
        when=item.get("when"),
    )


def _outcome(item: JSON) -> Outcome:
    appeal = item.get("appeal") or {}
    needs = bool(item.get("reason_required"))
    return Outcome(item["id"], item["state"], needs, appeal.get("service"), appeal.get("reopens"))


def _likely_path(steps: Mapping[str, Step], outcomes: Mapping[str, Outcome]) -> list[str]:
    """Return the usual way where the API does not name it: the steps in their order, then the first good end."""
    ends = [outcome.id for outcome in outcomes.values() if outcome.state == "completed"]
    return [*(step.id for step in steps.values() if not step.is_detour), *ends[:1]]


Book = Mapping[str, Service]


def read_book(api: Api) -> Book:
    """Read every service, checks and appeals included, from the API."""
    items: list[JSON] = []
    query = {"kind": "all", "limit": "200"}
    while True:
        page = api.get("/api/v1/services", **query) or {}
        items += page.get("items", ())
        if not page.get("next"):
            return book_of(items)
        query["cursor"] = page["next"]


def book_of(items: Iterable[JSON]) -> Book:
    """Return services by id."""
    return {item["id"]: Service.read(item) for item in items}
