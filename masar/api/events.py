"""CloudEvents over HTTP: binary, structured and batched bodies, read into plain events.

Source: CloudEvents 1.0.2 HTTP protocol binding and JSON format; our profile in docs/adr/0001.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec
from django.http import HttpRequest

from masar.api.problems import Problem
from masar.cases.queries import LIMITS

STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
LARGEST_BODY = LIMITS.body
LARGEST_EVENT = LIMITS.event
MOST_EVENTS = LIMITS.events


def body_of(request: HttpRequest) -> bytes:
    """Return the bytes of a body, never more than a body may have. Raises: Problem."""
    length = request.META.get("CONTENT_LENGTH")
    if not length:  # chunked: nobody said how long it is, and Django takes that for nothing
        body: bytes = request.META["wsgi.input"].read(LARGEST_BODY + 1)
        _demand_small(len(body), LARGEST_BODY, "A body")
        return body
    _demand_small(int(length), LARGEST_BODY, "A body")
    body = request.body
    if len(body) != int(length):
        raise Problem(400, "cut-short", "The body was cut short", "Fewer bytes came than Content-Length says.")
    return body


def _demand_small(size: int, limit: int, what: str) -> None:
    if size > limit:
        raise Problem(413, "too-large", "This is too large", f"{what} has at most {limit} bytes; send less at a time.")


def read_body(content_type: str, headers: Mapping[str, str], body: bytes) -> tuple[list[Any], bool]:
    """Return the events of a body, and whether it is a batch. Raises: Problem."""
    media = content_type.partition(";")[0].strip().lower()
    _demand_utf8(content_type)
    if media == BATCHED:
        events = read_json(body)
        if not isinstance(events, list):
            raise Problem(400, "not-a-batch", "A batch is a JSON array", "Send a JSON array of events.")
        if len(events) > MOST_EVENTS:
            raise Problem(413, "too-many", "There are too many events", f"A batch has at most {MOST_EVENTS} events.")
        return [_unwrapped(event) for event in events], True
    _demand_small(len(body), LARGEST_EVENT, "An event")
    if media == STRUCTURED:
        return [_unwrapped(read_json(body))], False
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


def read_json(body: bytes) -> Any:
    """Return what a body says. Raises: Problem."""
    try:
        value = msgspec.json.decode(body)
        if _may_repeat_names(body, value):
            json.loads(body, object_pairs_hook=_once)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise Problem(400, "not-json", "The body is not JSON", str(trouble)) from None
    except RecursionError:
        raise Problem(400, "too-deep", "The body is nested too deeply", "Send flatter data.") from None
    return value


def _may_repeat_names(body: bytes, value: Any) -> bool:
    """Tell whether an object may hold a name twice, by counting: cheap, and sure when it says no."""
    return body.count(b'":') != msgspec.json.encode(value).count(b'":') or b"u0022" in body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object in which a name stands twice: readers would differ on what was said (RFC 7493, 2.3)."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Problem(400, "repeated-name", "A name stands twice in an object", "Send each name once.")
    return found


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
    event["data"] = read_json(body) if body else None
    return event


def _header_value(value: str) -> str:
    """Undo the percent-encoding of a header value, once. Raises: Problem on bytes that are not UTF-8."""
    try:
        return unquote_to_bytes(value.strip('"') if value.startswith('"') else value).decode()
    except UnicodeDecodeError:
        raise Problem(400, "header-encoding", "A ce- header is not UTF-8", "Percent-encode it as UTF-8.") from None
