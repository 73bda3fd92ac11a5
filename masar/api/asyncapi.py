"""The AsyncAPI 3.0 document of the events: the same schemas as the OpenAPI document, one message for each type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from masar.api.contract import event_schemas, schema_name
from masar.api.events import STRUCTURED
from masar.cases.queries import EventType, event_types, example

_PATH = "/api/v1/events"
_ABOUT = """What agencies report of requests, as CloudEvents 1.0 over HTTP. Masar receives these messages: one as
`application/cloudevents+json`, many as `application/cloudevents-batch+json`, or the data alone with the attributes as
`ce-` headers. What is answered for each event stands in the OpenAPI document beside this one."""


def document(origin: str, version: str) -> Mapping[str, Any]:
    """Return the document for a Masar that stands at `origin`, such as https://masar.example."""
    known = event_types()
    return {
        "asyncapi": "3.0.0",
        "id": "urn:masar:events",
        "info": {
            "title": "Masar: events of requests",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": STRUCTURED,
        "servers": {"masar": _server(origin)},
        "channels": {"events": _channel(known)},
        "operations": {"report": _operation(known)},
        "components": {
            "messages": {one.short: _message(one) for one in known},
            "schemas": event_schemas(),
            "securitySchemes": {
                "agencyKey": {"type": "http", "scheme": "bearer", "description": "The key of an agency."}
            },
        },
    }


def _server(origin: str) -> dict[str, Any]:
    address = urlsplit(origin)
    return {
        "host": address.netloc,
        "protocol": address.scheme,
        "security": [{"$ref": "#/components/securitySchemes/agencyKey"}],
    }


def _channel(known: Sequence[EventType]) -> dict[str, Any]:
    messages = {one.short: {"$ref": f"#/components/messages/{one.short}"} for one in known}
    return {"address": _PATH, "messages": messages, "servers": [{"$ref": "#/servers/masar"}]}


def _operation(known: Sequence[EventType]) -> dict[str, Any]:
    return {
        "action": "receive",
        "summary": "Report what happened to a request.",
        "channel": {"$ref": "#/channels/events"},
        "messages": [{"$ref": f"#/channels/events/messages/{one.short}"} for one in known],
        "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
    }


def _message(one: EventType) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.name,
        "contentType": STRUCTURED,
        "payload": {"$ref": f"#/components/schemas/{schema_name(one.short)}"},
        "examples": [{"name": one.short, "payload": example(one.short)}],
    }
