"""What an agency, a person or Masar itself may report of a request: the event types and the shape of their data.

Types and meanings: docs/adr/0001. An event *names where the request now is*.
`facts` are structural and hold nothing personal: they stand plain beside the event. All other data is sealed. `own` is
sealed too, and only Masar reports it: what a person handed in here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SELF = "urn:masar:self"  # source of a person's own acts and of what Masar decides by rule
PREFIX = "masar.request."
SUFFIX = ".v1"

TYPES: Mapping[str, Mapping[str, Any]] = {
    "opened": {
        "required": ["service", "agency_ref"],
        "facts": {
            "service": "service",
            "agency_ref": "ref",
            "version": "integer",
            "parent": "subject",
            "step": "id",
            "appeal": "boolean",
        },
        "sealed": {"civil_id": "civil-id", "name": "line", "form": "object", "note": "text", "office": "line"},
        "own": {"papers": "list"},
    },
    "step": {
        "required": ["step"],
        "facts": {"step": "id", "due": "instant"},
        "sealed": {"office": "line", "note": "text", "attachments": "list", "actor_role": "line"},
    },
    "asked": {
        "required": [],
        "facts": {"step": "id", "due": "instant", "kind": "id"},
        "sealed": {"message": "text", "office": "line", "form": "question-form"},
    },
    "answered": {
        "required": [],
        "facts": {"step": "id"},
        "sealed": {"answer": "object", "note": "text", "office": "line"},
        "own": {"papers": "list"},
    },
    "noted": {
        "required": ["note"],
        "facts": {"code": "id", "due_before": "instant", "due_after": "instant", "decision": "line"},
        "sealed": {"note": "text", "office": "line", "attachments": "list"},
    },
    "decided": {
        "required": ["outcome"],
        "facts": {"outcome": "id", "reason": "id"},
        "sealed": {"note": "text", "office": "line", "documents": "list", "attachments": "list"},
    },
    "handed-over": {
        "required": ["to"],
        "facts": {"to": "agency", "step": "id", "returns_to": "id"},
        "sealed": {"office": "line", "note": "text"},
    },
    "withdrawn": {
        "required": [],
        "facts": {"outcome": "id", "code": "id"},
        "sealed": {"note": "text"},
    },
    "reopened": {
        "required": ["step"],
        "facts": {"step": "id"},
        "sealed": {"note": "text", "office": "line"},
    },
    "corrected": {
        "required": ["event"],
        "facts": {"event": "event-id"},
        "sealed": {"note": "text", "office": "line"},
    },
}


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of a request, as the fold reads it. `type` is short ("step"); instants are UTC.

    `agency` is the reporter, None for the person or Masar itself; `facts` are the structural data only.
    """

    source: str
    id: str
    type: str
    at: datetime
    sequence: str | None
    facts: Mapping[str, Any]
    agency: str | None = None
    received_at: datetime | None = None

    @property
    def name(self) -> tuple[str, str]:
        """The pair by which an event is known: (source, id)."""
        return (self.source, self.id)


def short_type(type_: str) -> str | None:
    """Return "step" for "masar.request.step.v1"; None when Masar knows no such type."""
    short = type_.removeprefix(PREFIX).removesuffix(SUFFIX)
    return short if short in TYPES and type_ == f"{PREFIX}{short}{SUFFIX}" else None


def long_type(short: str) -> str:
    """Return "masar.request.step.v1" for "step"."""
    return f"{PREFIX}{short}{SUFFIX}"
