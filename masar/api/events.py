"""CloudEvents over HTTP: binary, structured and batched bodies, read into plain events.

Source: CloudEvents 1.0.2 HTTP protocol binding and JSON format; our profile in docs/adr/0001.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from masar.api.problems import Problem

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
LARGEST_BODY = 1024 * 1024
LARGEST_EVENT = 64 * 1024
MOST_EVENTS = 500


def read_body(content_type: str, headers: Mapping[str, str], body: bytes) -> tuple[list[Any], bool]:
    """Return the events of a body, and whether it is a batch. Raises: Problem."""
    media = content_type.partition(";")[0].strip().lower()
    _demand_utf8(content_type)
    if len(body) > LARGEST_BODY:
        raise Problem(
            413, "too-large", "This is too large", f"A body has at most {LARGEST_BODY} bytes; send smaller batches."
        )
    if media == BATCHED:
        events = _json(body)
        if not isinstance(events, list):
            raise Problem(400, "not-a-batch", "A batch is a JSON array", "Send a JSON array of events.")
        if len(events) > MOST_EVENTS:
            raise Problem(413, "too-many", "There are too many events", f"A batch has at most {MOST_EVENTS} events.")
        return [_unwrapped(event) for event in events], True
    if len(body) > LARGEST_EVENT:
        raise Problem(413, "too-large", "This event is too large", f"An event has at most {LARGEST_EVENT} bytes.")
    if media == STRUCTURED:
        return [_unwrapped(_json(body))], False
    if any(name.lower() == "ce-specversion" for name in headers):
        return [_binary(media, headers, body)], False
    raise Problem(
        415, "unsupported-media-type", "This content type is not taken",
        f"Send {STRUCTURED}, {BATCHED}, or application/json with ce- headers.",
    )  # fmt: skip


def _demand_utf8(content_type: str) -> None:
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", content_type, re.IGNORECASE)
    if charset and charset[1].lower().replace("-", "") not in ("utf8", "usascii"):
        raise Problem(415, "charset", "Only UTF-8 is taken", "Send the body in UTF-8.")


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as trouble:
        raise Problem(400, "not-json", "The body is not JSON", str(trouble)) from None


def _unwrapped(event: Any) -> Any:
    """Put the bytes of `data_base64` where `data` stands, when they are JSON; leave anything else for the reader."""
    if not isinstance(event, dict) or event.get("data_base64") is None:
        return event
    rest = {name: value for name, value in event.items() if name not in ("data_base64", "data")}
    try:
        return rest | {"data": msgspec.json.decode(base64.b64decode(event["data_base64"], validate=True))}
    except (binascii.Error, msgspec.DecodeError, TypeError, ValueError):
        return rest | {"data": None}


def _binary(media: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    event: dict[str, Any] = {
        name[3:].lower(): _header_value(value) for name, value in headers.items() if name.lower().startswith("ce-")
    }
    event.pop("datacontenttype", None)
    if media:
        event["datacontenttype"] = media
    event["data"] = _json(body) if body else None
    return event


def _header_value(value: str) -> str:
    """Undo the percent-encoding of a header value, once. Raises: Problem on bytes that are not UTF-8."""
    try:
        return unquote_to_bytes(value.strip('"') if value.startswith('"') else value).decode()
    except UnicodeDecodeError:
        raise Problem(400, "header-encoding", "A ce- header is not UTF-8", "Percent-encode it as UTF-8.") from None
