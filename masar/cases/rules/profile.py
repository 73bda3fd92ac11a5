"""What a developer of an agency is told: the fields of each event type with an example, limits, refusals by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from masar.cases.rules.envelope import AHEAD, EARLIEST, LARGEST
from masar.cases.rules.events import TYPES, long_type


@dataclass(frozen=True, slots=True)
class Limits:
    """What intake takes at most: sizes in bytes, events in a batch, requests on a page, and times."""

    event: int = LARGEST
    body: int = 1024 * 1024
    events: int = 500
    page: int = 200
    ahead: timedelta = AHEAD
    earliest: datetime = EARLIEST
    parked: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an event's data. `is_sealed`: it may hold something personal and is kept encrypted."""

    name: str
    kind: str
    is_required: bool
    is_sealed: bool


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event: `short` ("step"), its whole name, its fields (required ones first), and data as an example."""

    short: str
    name: str
    fields: Sequence[Field]
    example: Mapping[str, Any]


LIMITS = Limits()

# Code of a problem -> HTTP status. A test holds this against every place that refuses.
REFUSALS: Mapping[str, int] = {
    "parked": 202,
    "conflict": 409,
    "reference-exists": 409,
    "invalid-event": 422,
    "invalid-facts": 422,
    "foreign-source": 403,
    "not-your-request": 403,
    "not-your-service": 403,
    "person-erased": 403,
    "unauthorized": 401,
    "not-logged-in": 401,
    "forbidden": 403,
    "bad-request": 400,
    "cut-short": 400,
    "header-encoding": 400,
    "not-a-batch": 400,
    "not-json": 400,
    "repeated-name": 400,
    "too-deep": 400,
    "purpose-missing": 400,
    "not-found": 404,
    "method-not-allowed": 405,
    "too-large": 413,
    "too-many": 413,
    "charset": 415,
    "unsupported-media-type": 415,
    "invalid-parameters": 422,
    "updated-since": 422,
    "internal-error": 500,
    "unavailable": 503,
}

# Codes within `errors` of an invalid event, beside the kinds of fields, which are codes too.
FLAWS: Sequence[str] = (
    "missing",
    "unknown-field",
    "another-person",
    "attribute-name",
    "attribute-value",
    "data",
    "datacontenttype",
    "masarbackfill",
    "not-a-withdrawal",
    "not-an-object",
    "not-canonical",
    "not-the-citizens",
    "reason",
    "sequence",
    "source",
    "specversion",
    "time",
    "time-ahead",
    "time-early",
    "too-large",
    "type",
    "unknown-agency",
    "unknown-outcome",
    "unknown-service",
    "unknown-step",
)

_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "opened": {
        "service": "kw.moi.gdt.renew-driving-licence",
        "agency_ref": "GTD-2026-1",
        "civil_id": "290010100012",
        "name": "نورة التجريبية",
    },
    "step": {"step": "review", "note": {"ar": "بدأت المراجعة", "en": "Review began", "ur": "جانچ شروع ہو گئی"}},
    "asked": {"step": "more-information", "message": {"ar": "أين أجريت فحص النظر؟", "en": "Where was the eye test?"}},
    "answered": {"step": "more-information", "answer": {"remark": "مستوصف السرة"}},
    "noted": {"note": {"ar": "أعيد الطبع", "en": "Printed again"}, "code": "reprint"},
    "decided": {"outcome": "refused", "reason": "medical"},
    "handed-over": {"to": "kw.moh", "returns_to": "review"},
    "withdrawn": {"note": "At the counter, by the applicant"},
    "reopened": {"step": "review"},
    "corrected": {"event": "GTD-2026-1/3", "note": "Reported for the wrong request"},
}


def event_types() -> Sequence[EventType]:
    """Return every type of event that intake takes, made of the table that it reads by."""
    return [EventType(short, long_type(short), _fields(shape), _EXAMPLES[short]) for short, shape in TYPES.items()]


def example(short: str, at: str = "2026-02-02T10:00:00+03:00") -> Mapping[str, Any]:
    """Return a whole event of a type, as an agency would send it. Raises: KeyError."""
    event = {
        "specversion": "1.0",
        "id": f"GTD-2026-1/{list(TYPES).index(short) + 1}",
        "source": "urn:masar:kw.moi.gdt:licences",
        "type": long_type(short),
        "time": at,
        "data": dict(_EXAMPLES[short]),
    }
    return event if short == "opened" else event | {"subject": "ref:GTD-2026-1"}


def _fields(shape: Mapping[str, Any]) -> list[Field]:
    fields = [
        Field(name, kind, name in shape["required"], where == "sealed")
        for where in ("facts", "sealed")
        for name, kind in shape[where].items()
    ]
    return sorted(fields, key=lambda field: not field.is_required)
