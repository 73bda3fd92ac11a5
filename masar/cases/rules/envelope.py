"""Reading what somebody reports: a CloudEvent with our types, or a list of what to mend, field by field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from masar.cases.rules.events import PREFIX, SELF, TYPES, Event, short_type
from masar.cases.rules.questions import is_question_form
from masar.kernel.canonical import NotCanonical, canonical_decoded
from masar.kernel.clock import read_instant, write_instant
from masar.kernel.ids import civil_id_digits, is_dotted, read_number

LARGEST = 64 * 1024
AHEAD = timedelta(minutes=5)
EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)
ATTRIBUTES = ("specversion", "id", "source", "type", "subject", "time", "sequence", "datacontenttype", "dataschema",
              "masarbackfill")  # fmt: skip
_TRANSPORT = {"traceparent", "tracestate", "recordedtime", "partitionkey"}  # may differ when an event is sent again

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NAME = re.compile(r"[!-~]{1,200}")
_SOURCE = re.compile(r"urn:masar:[a-z0-9.-]{1,100}(:[A-Za-z0-9._-]{1,60})?")
_EXTENSION = re.compile(r"[a-z0-9]{1,20}")
_SEQUENCE = re.compile(r"[0-9]{1,18}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing to mend: where (RFC 6901 pointer into the event), a code, and what to do."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Which request: by the public number, or by the reporting agency's own reference."""

    kind: Literal["number", "ref"]
    value: str

    def key(self, agency: str | None) -> str:
        """Return the text by which a parked event waits for this subject."""
        return f"number:{self.value}" if self.kind == "number" else f"ref:{agency}:{self.value}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A well-formed report. `record` is the whole event as it was sent, `digest` of its canonical bytes."""

    event: Event
    subject: Subject | None
    record: Mapping[str, Any]
    canonical: bytes
    digest: bytes
    is_backfill: bool

    @property
    def data(self) -> Mapping[str, Any]:
        """The event's data."""
        data: Mapping[str, Any] = self.record["data"]
        return data


def read_envelope(sent: Any, now: datetime, agency: str | None) -> Envelope | list[Flaw]:
    """Read one event as sent (attributes beside `data`); return it, or every flaw that was found."""
    if not isinstance(sent, Mapping):
        return [Flaw("", "not-an-object", "An event is a JSON object with CloudEvents attributes.")]
    record = {key: value for key, value in sent.items() if value is not None and key not in _TRANSPORT}
    flaws = [*_attribute_flaws(record, now), *_data_flaws(record)]
    if flaws:
        return flaws
    try:
        plain = canonical_decoded(record)
    except NotCanonical as trouble:
        return [Flaw(trouble.pointer, "not-canonical", trouble.why)]
    if len(plain) > LARGEST:
        return [Flaw("", "too-large", f"An event has at most {LARGEST} bytes; send large things by reference.")]
    short = short_type(record["type"]) or ""
    event = Event(
        source=record["source"],
        id=record["id"],
        type=short,
        at=read_instant(record["time"]),
        sequence=record.get("sequence"),
        facts=_facts(short, record["data"]),
        agency=agency,
        received_at=now,
    )
    return Envelope(
        event, _subject(record), record, plain, sha256(plain).digest(), record.get("masarbackfill") in (True, "true")
    )


def _subject(record: Mapping[str, Any]) -> Subject | None:
    text = record.get("subject")
    if short_type(record["type"]) == "opened":
        return Subject("ref", record["data"]["agency_ref"])
    return read_subject(text) if isinstance(text, str) else None


def read_subject(text: str) -> Subject | None:
    """Read `ref:<agency's number>` or a public number. None when it is neither."""
    if text.startswith("ref:"):
        return Subject("ref", text[4:]) if _NAME.fullmatch(text[4:]) and len(text) <= 104 else None
    number = read_number(text)
    return Subject("number", str(number)) if number is not None else None


def _facts(short: str, data: Mapping[str, Any]) -> dict[str, Any]:
    kinds = TYPES[short]["facts"]
    facts = {name: data[name] for name in kinds if data.get(name) is not None}
    return {name: write_instant(read_instant(v)) if kinds[name] == "instant" else v for name, v in facts.items()}


# Flaws of attributes


def _attribute_flaws(record: Mapping[str, Any], now: datetime) -> list[Flaw]:
    flaws = []
    if record.get("specversion") != "1.0":
        flaws.append(Flaw("/specversion", "specversion", 'Send specversion "1.0".'))
    if not _is_name(record.get("id")):
        flaws.append(Flaw("/id", "id", "Send an id of 1 to 200 printable ASCII characters without spaces."))
    source = record.get("source")
    if not (isinstance(source, str) and _SOURCE.fullmatch(source)):
        flaws.append(Flaw("/source", "source", "Send a source such as urn:masar:kw.moi.gdt:licences."))
    flaws += _type_flaws(record.get("type"))
    flaws += _time_flaws(record.get("time"), now)
    sequence = record.get("sequence")
    if sequence is not None and not (isinstance(sequence, str) and _SEQUENCE.fullmatch(sequence)):
        flaws.append(Flaw("/sequence", "sequence", 'Send sequence as a string of digits, such as "000000000007".'))
    if (
        record.get("datacontenttype", "application/json").partition(";")[0].strip() != "application/json"
        if isinstance(record.get("datacontenttype", ""), str)
        else True
    ):
        flaws.append(Flaw("/datacontenttype", "datacontenttype", "Send data as application/json."))
    if not (isinstance(backfill := record.get("masarbackfill", False), bool) or backfill in ("true", "false")):
        flaws.append(Flaw("/masarbackfill", "masarbackfill", "masarbackfill is true or false."))
    return [*flaws, *_extension_flaws(record)]


def _extension_flaws(record: Mapping[str, Any]) -> Iterator[Flaw]:
    for name, value in record.items():
        if not _EXTENSION.fullmatch(name):
            yield Flaw(f"/{name}", "attribute-name", "Attribute names have 1 to 20 characters of a–z and 0–9.")
        elif (name not in ATTRIBUTES or name == "dataschema") and name != "data" and not isinstance(value, str | int):
            yield Flaw(f"/{name}", "attribute-value", "An attribute is a text, a whole number, true or false.")


def _type_flaws(type_: Any) -> list[Flaw]:
    if isinstance(type_, str) and short_type(type_):
        return []
    known = ", ".join(f"{PREFIX}{name}.v1" for name in TYPES)
    return [Flaw("/type", "type", f"Send one of {known}.")]


def _time_flaws(text: Any, now: datetime) -> list[Flaw]:
    try:
        at = read_instant(text if isinstance(text, str) else "")
    except (ValueError, OverflowError):
        return [Flaw("/time", "time", "Send when it happened, with its zone: 2026-11-24T09:15:00+03:00.")]
    if at > now + AHEAD:
        return [Flaw("/time", "time-ahead", "This time lies ahead by more than 5 minutes; set the clock that made it.")]
    if at < EARLIEST:
        return [Flaw("/time", "time-early", "Times before 1950 are not taken.")]
    return []


# Flaws of data


def _data_flaws(record: Mapping[str, Any]) -> list[Flaw]:
    type_, data = record.get("type"), record.get("data")
    short = short_type(type_) if isinstance(type_, str) else None
    if short is None:
        return []
    if not isinstance(data, Mapping):
        return [Flaw("/data", "data", "Send data as a JSON object.")]
    kinds = TYPES[short]["facts"] | TYPES[short]["sealed"]
    if record.get("source") == SELF:
        kinds = kinds | TYPES[short].get("own", {})
    flaws = [
        Flaw(f"/data/{name}", "missing", f"{name} is missing.")
        for name in TYPES[short]["required"]
        if data.get(name) is None
    ]
    for name, value in data.items():
        if name not in kinds:
            flaws.append(Flaw(f"/data/{name}", "unknown-field", f"This type knows only {', '.join(sorted(kinds))}."))
        elif value is not None and not _KINDS[kinds[name]][0](value):
            flaws.append(Flaw(f"/data/{name}", kinds[name], _KINDS[kinds[name]][1]))
    return flaws + _subject_flaws(short, record, data)


def _subject_flaws(short: str, record: Mapping[str, Any], data: Mapping[str, Any]) -> list[Flaw]:
    subject = record.get("subject")
    if short == "opened":
        if subject is not None and subject != f"ref:{data.get('agency_ref')}":
            return [Flaw("/subject", "subject", "Leave subject out, or send ref: and the agency_ref of the data.")]
        if data.get("civil_id") is None and data.get("parent") is None:
            return [Flaw("/data/civil_id", "missing", "civil_id is missing.")]
        return []
    if isinstance(subject, str) and read_subject(subject):
        return []
    return [Flaw("/subject", "subject", "Send the request's number, or ref: and your own number of it.")]


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_ref(value: Any) -> bool:
    return _is_name(value) and len(value) <= 100 and civil_id_digits(value) is None


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 300 and "\n" not in value and "\0" not in value


def _is_text(value: Any) -> bool:
    texts = list(value.values()) if isinstance(value, Mapping) else [value]
    is_map = not isinstance(value, Mapping) or all(_LANGUAGE.fullmatch(str(key)) for key in value)
    return is_map and bool(texts) and all(isinstance(t, str) and 0 < len(t) <= 4000 and "\0" not in t for t in texts)


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and EARLIEST <= read_instant(value) < datetime(2075, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return False


def _is_dotted(value: Any) -> bool:
    return isinstance(value, str) and is_dotted(value)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "service": (_is_dotted, "Send a service id, lower case and dotted, such as kw.moi.gdt.renew-driving-licence."),
    "agency": (_is_dotted, "Send an agency id, lower case and dotted, such as kw.moj."),
    "ref": (_is_ref, "Send your own number: 1 to 100 printable characters without spaces, never a civil ID."),
    "subject": (
        lambda v: isinstance(v, str) and read_subject(v) is not None,
        "Send a request number, or ref: and yours.",
    ),
    "id": (lambda v: isinstance(v, str) and _ID.fullmatch(v) is not None, "Send an id of the definition."),
    "event-id": (_is_name, "Send the id of the event that was wrong, as it was sent."),
    "integer": (lambda v: isinstance(v, int) and not isinstance(v, bool) and 0 < v < 100_000, "Send a whole number."),
    "boolean": (lambda v: isinstance(v, bool), "Send true or false."),
    "instant": (_is_instant, "Send an instant with its zone: 2026-11-24T09:15:00+03:00."),
    "line": (_is_line, "Send one line of at most 300 characters."),
    "text": (_is_text, "Send a text, or texts by language: {ar, en, ur}; at most 4,000 characters each."),
    "object": (lambda v: isinstance(v, Mapping), "Send a JSON object."),
    "question-form": (
        is_question_form,
        "Send {schema, words}: plain fields with type, enum, format date, bounds and simple patterns; no $ref.",
    ),
    "list": (lambda v: isinstance(v, list) and len(v) <= 50, "Send a list of at most 50."),
    "civil-id": (lambda v: isinstance(v, str) and civil_id_digits(v) is not None, "Send the 12 digits of a civil ID."),
}
