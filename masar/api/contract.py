"""The OpenAPI document beyond what django-ninja writes: schemas of events from their types, problems as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ninja.openapi.schema import OpenAPISchema

from masar.api.events import BATCHED, MOST_EVENTS, STRUCTURED
from masar.api.problems import TYPE
from masar.cases.queries import EVENT_TYPES

_Schema = dict[str, Any]

_DOTTED = r"^[a-z][a-z0-9]*([.-][a-z0-9]+)*\.[a-z0-9]+([.-][a-z0-9]+)*$"
_SUBJECT = r"^ref:[!-~]{1,100}$|^[1-9][0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}$"
_TEXT: _Schema = {"type": "string", "minLength": 1, "maxLength": 4000, "pattern": r"^[^\u0000]+$"}
_KINDS: Mapping[str, _Schema] = {
    "service": {"type": "string", "pattern": _DOTTED, "maxLength": 100},
    "agency": {"type": "string", "pattern": _DOTTED, "maxLength": 100},
    "ref": {
        "type": "string",
        "pattern": "^[!-~]{1,100}$",
        "description": "Your own number of the request; never a civil ID.",
    },
    "subject": {"type": "string", "pattern": _SUBJECT},
    "id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,63}$"},
    "event-id": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "integer": {"type": "integer", "minimum": 1, "maximum": 99_999},
    "boolean": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time", "description": "RFC 3339, with its zone."},
    "line": {"type": "string", "minLength": 1, "maxLength": 300, "pattern": r"^[^\n\u0000]+$"},
    "text": {
        "anyOf": [
            _TEXT,
            {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {"^[a-z]{2,3}$": _TEXT},
                "additionalProperties": False,
            },
        ],
    },
    "object": {"type": "object", "description": "Names are ASCII; no number has a decimal point."},
    "question-form": {
        "type": "object",
        "description": "Plain fields: type, enum, const, bounds, format date, simple patterns. No $ref, no conditions.",
        "required": ["schema"],
        "properties": {"schema": {"type": "object", "required": ["properties"]}, "words": {"type": "object"}},
        "additionalProperties": False,
    },
    "list": {"type": "array", "maxItems": 50},
    "civil-id": {"type": "string", "pattern": "^[23][0-9]{11}$"},
}
_ATTRIBUTES: Mapping[str, _Schema] = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "source": {
        "type": "string",
        "pattern": r"^urn:masar:[a-z0-9.-]{1,100}(:[A-Za-z0-9._-]{1,60})?$",
        "examples": ["urn:masar:kw.moi.gdt:licences"],
    },
    "time": {"type": "string", "format": "date-time", "description": "When it happened; not ahead of now."},
    "sequence": {
        "type": ["string", "null"],
        "pattern": "^[0-9]{1,18}$",
        "description": "Counts within (request, source), with leading zeros.",
    },
    "datacontenttype": {"type": ["string", "null"], "pattern": r"^application/json(;.*)?$"},
    "masarbackfill": {
        "type": ["boolean", "string", "null"],
        "enum": [True, False, "true", "false", None],
        "description": "History that is brought in: nobody is notified.",
    },
}


def event_schema() -> _Schema:
    """Return the JSON Schema of one event: one alternative for each type, made of the table that intake reads by."""
    return {
        "description": "A CloudEvent 1.0 of Masar's profile.",
        "oneOf": [{"$ref": f"#/components/schemas/{schema_name(short)}"} for short in EVENT_TYPES],
    }


def event_schemas() -> dict[str, _Schema]:
    """Return the schema of each type by its name in documents, and of any event as `Event`."""
    return {"Event": event_schema()} | {schema_name(short): _schema_of(short) for short in EVENT_TYPES}


def schema_name(short: str) -> str:
    """Return the name of a type's schema: EventHandedOver for "handed-over"."""
    return "Event" + "".join(part.title() for part in short.split("-"))


def _schema_of(short: str) -> _Schema:
    shape = EVENT_TYPES[short]
    required = set(shape["required"])
    data = {
        name: _KINDS[kind] if name in required else _or_null(_KINDS[kind])
        for name, kind in {**shape["facts"], **shape["sealed"]}.items()
    }
    needs: _Schema = {"required": sorted(required)} if required else {}
    if short == "opened":
        needs["anyOf"] = [
            {"required": [name], "properties": {name: {"type": "string"}}} for name in ("civil_id", "parent")
        ]
    is_opening = short == "opened"
    subject = {"type": "null"} if is_opening else _KINDS["subject"]
    return {
        "type": "object",
        "title": f"masar.request.{short}.v1",
        "required": ["specversion", "id", "source", "type", "time", "data", *([] if is_opening else ["subject"])],
        "properties": {
            **_ATTRIBUTES,
            "type": {"const": f"masar.request.{short}.v1"},
            "subject": subject,
            "data": {"type": "object", **needs, "properties": data, "additionalProperties": False},
        },
        "propertyNames": {"pattern": "^[a-z0-9]{1,20}$"},
        "additionalProperties": {"type": ["string", "boolean", "integer", "null"]},
    }


def _or_null(schema: _Schema) -> _Schema:
    return {"anyOf": [schema, {"type": "null"}]}


# What django-ninja does not know


EVENTS: dict[str, Any] = {
    "description": (
        f"Send one event as `{STRUCTURED}`, up to {MOST_EVENTS} as `{BATCHED}`, or the"
        " `data` alone as `application/json` with the attributes as `ce-` headers. A batch answers 200 with one item"
        " for each event; a single event answers with that item and its status. Sending again is safe: what was taken"
        " answers `duplicate`."
    ),
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": {"$ref": "#/components/schemas/Event"}},
            BATCHED: {
                "schema": {
                    "type": "array",
                    "maxItems": MOST_EVENTS,
                    "description": "Events; each is judged alone, and one that cannot be read answers `invalid`.",
                }
            },
        },
    },
}

_VALUE: _Schema = {
    "anyOf": [
        {"type": "integer"},
        {"type": "boolean"},
        {"type": "string", "minLength": 1, "maxLength": 300, "description": "A text, or a date such as 2026-11-27."},
        {"type": "null", "description": "Takes back what was told."},
    ]
}
TELLING: _Schema = {
    "type": "object",
    "description": "What an agency knows of one person, as it is since `at`.",
    "required": ["civil_id", "at", "facts"],
    "properties": {
        "civil_id": _KINDS["civil-id"],
        "at": _KINDS["instant"],
        "until": _KINDS["instant"] | {"description": "Until when it counts; 30 days after `at` if left out."},
        "facts": {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 50,
            "description": "By id, as services declare them with your agency as their source.",
            "additionalProperties": _VALUE,
        },
    },
    "additionalProperties": False,
}
FACTS: dict[str, Any] = {
    "description": (
        "Tell what your agency knows of persons, so that they are not asked for it. Each item is judged alone:"
        " `kept`; `older`, when newer was told before; `unknown-person`, when nobody here has this civil ID (nothing is"
        " kept); `invalid`, with what to mend. Sending again is safe."
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {
                        "items": {
                            "type": "array",
                            "maxItems": 1000,
                            "description": "Each as `#/components/schemas/Telling`; what is not answers `invalid`.",
                        }
                    },
                    "additionalProperties": False,
                },
                "example": {
                    "items": [
                        {
                            "civil_id": "290010100012",
                            "at": "2026-11-27T06:00:00+03:00",
                            "facts": {"fines.unpaid_fils": 0, "licence.days_to_expiry": 20},
                        }
                    ]
                },
            }
        },
    },
}


def complete(document: OpenAPISchema) -> OpenAPISchema:
    """Add what agencies must know: event schemas, problems as problem+json, the session cookie, required headers."""
    document["components"]["schemas"] |= event_schemas() | {"Telling": TELLING}
    document["components"].setdefault("securitySchemes", {})["Session"] = {
        "type": "apiKey",
        "in": "cookie",
        "name": "masar",
        "description": "The session of a person who is logged in.",
    }
    document["paths"]["/api/v1/me/requests"]["get"]["security"] = [{"Session": []}]
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == "Masar-Purpose":
                _demand(parameter)
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                _as_problem(answer)
    return document


def _operations(document: OpenAPISchema) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _demand(parameter: dict[str, Any]) -> None:
    parameter["required"] = True
    parameter["description"] = "Why you read this, in a plain sentence."
    parameter["schema"] = {"type": "string", "minLength": 1, "pattern": r"^[!-~]( *[!-~])*$"}


def _as_problem(answer: dict[str, Any]) -> None:
    """An item of a single event stays JSON; all else that refuses is a problem."""
    problem = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
    schema = answer["content"]["application/json"]["schema"]
    has_item = any(part.get("$ref", "").endswith("/ItemOut") for part in [schema, *schema.get("anyOf", ())])
    item = {"application/json": {"schema": {"$ref": "#/components/schemas/ItemOut"}}} if has_item else {}
    answer["content"] = item | {TYPE: problem}
