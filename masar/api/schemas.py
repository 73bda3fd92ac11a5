"""Shapes of what the API answers, for readers of the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Schema
from pydantic import Field


class ProblemOut(Schema):
    """RFC 9457 problem details. `errors` name each field to mend."""

    type: str
    title: str
    status: int
    code: str
    detail: str | None = None
    request_id: str | None = None
    errors: list[dict[str, Any]] | None = None


class ItemOut(Schema):
    """The answer for one event."""

    status: Literal["accepted", "duplicate", "conflict", "parked", "invalid", "forbidden"]
    source: str | None = None
    id: str | None = None
    request: str | None = Field(None, description="The public number of the request.")
    late: bool | None = Field(None, description="It arrived after events that come later in order.")
    off_path: bool | None = Field(
        None, description="The definition does not name this way; it was applied and flagged."
    )
    problem: ProblemOut | None = None


class ItemsOut(Schema):
    """The answers for a batch, in the order sent."""

    items: list[ItemOut]


class RowErrorOut(Schema):
    """One thing to mend in a row."""

    column: str = Field(description="The column by its English name; empty when it concerns the whole row.")
    code: str
    detail: str


class RowOut(Schema):
    """The answer for one row of a file."""

    row: int = Field(description="Its number in the file, as a spreadsheet counts.")
    status: Literal["accepted", "duplicate", "conflict", "parked", "invalid", "forbidden"]
    id: str | None = Field(None, description="The id of its event, by which a later row may correct it.")
    request: str | None = Field(None, description="The public number of the request.")
    message: str | None = None
    errors: list[RowErrorOut] | None = None


class FileOut(Schema):
    """The answers for a file, in the order of its rows; of more than 10,000 those to be mended stand first in line."""

    format: Literal["csv", "xlsx"]
    rows: int
    counts: dict[str, int]
    unused: list[str] = Field(description="Headings that nothing is known of.")
    left_out: int = Field(description="How many rows are counted only.")
    items: list[RowOut]


class ToldOut(Schema):
    """The answer for what was told of one person."""

    status: Literal["kept", "older", "unknown-person", "invalid"]
    older: list[str] | None = Field(None, description="Facts of which newer is known; the others were kept.")
    problem: ProblemOut | None = None


class FactsOut(Schema):
    """The answers, in the order sent."""

    items: list[ToldOut]


class HolderOut(Schema):
    """Who has the ball."""

    kind: Literal["citizen", "agency", "nobody"]
    agency: str | None = None


class EventOut(Schema):
    """One event of a request, in order. Nothing personal."""

    id: str
    source: str
    type: str
    time: str
    received: str
    step: str | None = None
    outcome: str | None = None
    off_path: bool
    voided: bool


class RequestOut(Schema):
    """A request as an agency that has part in it reads it."""

    number: str
    agency_ref: str | None = None
    service: str
    version: int
    state: str
    step: str
    outcome: str | None = None
    holder: HolderOut
    since: str
    opened_at: str
    closed_at: str | None = None
    updated_at: str
    due_at: str | None = None
    parent: str | None = None
    skips: list[str] | None = Field(None, description="Steps that the person's form rules out; not in lists.")
    events: list[EventOut] | None = None


REFUSED = dict.fromkeys((400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503), ProblemOut)


class PersonOut(Schema):
    """Who applied; empty once they were erased."""

    civil_id: str | None = None
    name: str | None = None


class PaperOut(Schema):
    """A file that a person handed in; `href` reads it."""

    document: str = Field(description="The id of the document of the definition, or `asked`.")
    id: str
    name: str
    type: Literal["application/pdf", "image/jpeg", "image/png"]
    size: int = Field(description="In bytes.")
    href: str


class AnswerOut(Schema):
    """An answer of the person to what was asked."""

    time: str
    answer: dict[str, Any]
    papers: list[PaperOut]


class ApplicationOut(Schema):
    """What a person filled in on Masar. `form` is empty where the request was opened elsewhere."""

    number: str
    service: str
    version: int
    opened_at: str
    person: PersonOut
    form: dict[str, Any]
    papers: list[PaperOut]
    answers: list[AnswerOut]


class RequestsOut(Schema):
    """A page of requests, oldest first; `next` is the cursor of the next page."""

    items: list[RequestOut]
    next: str | None = None


class ServiceOut(Schema):
    """A published service in its version in force, as its definition declares it: texts by language, fees in fils."""

    id: str
    version: int
    kind: Literal["service", "check", "appeal"]
    agency: str
    sector: str
    title: dict[str, str]
    summary: dict[str, str]
    verified: bool = Field(description="False: fees and times are not confirmed by the agency.")
    effective_from: str
    promise: dict[str, Any] | None = None
    form: dict[str, Any] | None = Field(None, description="JSON Schema of `form` in masar.request.opened.v1.")
    facts: list[dict[str, Any]] = Field(description="What need not be asked where `source` told it: /api/v1/facts.")
    fees: list[dict[str, Any]]
    documents: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    path: list[str] = Field(description="The expected way through steps, to an outcome.")
    outcomes: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    audience: list[str]
    life_events: list[str]


class ServicesOut(Schema):
    """A page of services by id; `next` is the cursor of the next page."""

    items: list[ServiceOut]
    next: str | None = None


class MyRequestOut(Schema):
    """One of the person's own requests."""

    number: str
    service: str
    title: dict[str, str]
    agency: str
    state: str
    step: str
    step_title: dict[str, str]
    outcome: str | None = None
    holder: HolderOut
    since: str
    opened_at: str
    closed_at: str | None = None
    updated_at: str
    due_at: str | None = None
    late: bool
    act_by: str | None = None
    last_event: dict[str, str]
    seq: int


class MyRequestsOut(Schema):
    """A page of the person's own requests, the newest change first."""

    items: list[MyRequestOut]
    counts: dict[str, int]
    next: str | None = None
