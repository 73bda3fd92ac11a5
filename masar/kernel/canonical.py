"""Canonical bytes of a record: JSON equal to RFC 8785 on the subset without floats (decisions: docs/adr/0004)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import msgspec

LARGEST_INTEGER = 2**53 - 1
DEEPEST = 32  # levels; a reader deeper in its stack must still be able to open what was sealed
_encode = msgspec.json.Encoder(order="sorted").encode


class NotCanonical(ValueError):
    """A value that has no canonical bytes. `pointer` says where (RFC 6901)."""

    def __init__(self, pointer: str, why: str) -> None:
        super().__init__(f"{pointer or '/'}: {why}")
        self.pointer = pointer
        self.why = why


def canonical(record: Any) -> bytes:
    """Return the canonical JSON of a record of dicts, lists, strings, integers, booleans and nulls.

    Raises: NotCanonical on a float, an integer of 2**53 or more, a key outside ASCII, a lone surrogate, deep nesting.
    """
    _demand(record, "", DEEPEST)
    return _encode(record)


# What may offend, seen in the bytes: a sign of a float or a long integer, a name beyond ASCII; within a text, nothing.
_MAY_OFFEND = re.compile(rb'(?:^|":|[,\[])-?(\d*[.eE]|\d{16})|"[^"]*[\x80-\xff][^"]*":')


def canonical_decoded(record: Any) -> bytes:
    """Return the canonical JSON of what a JSON reader made: as `canonical`, but looking into it only if need be.

    Raises: NotCanonical.
    """
    try:
        plain = _encode(record)
    except (UnicodeEncodeError, RecursionError):
        return canonical(record)
    if _MAY_OFFEND.search(plain) or plain.count(b"{") + plain.count(b"[") > DEEPEST:
        _demand(record, "", DEEPEST)
    return plain


def digest(record: Any) -> bytes:
    """Return the SHA-256 of the canonical bytes. Raises: NotCanonical."""
    return hashlib.sha256(canonical(record)).digest()


def _demand(value: Any, pointer: str, room: int) -> None:
    if isinstance(value, str):
        if not value.isascii():
            _demand_text(value, pointer)
    elif isinstance(value, int):
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical(pointer, "an integer this large is not exact in JSON; send it as a string")
    elif value is not None:
        for name, item in _inside(value, pointer, room):
            _demand(item, f"{pointer}/{name}", room - 1)


def _inside(value: Any, pointer: str, room: int) -> Iterable[tuple[str | int, Any]]:
    """Return what an object or a list holds, by names as they stand in a pointer."""
    if not isinstance(value, dict | list | tuple):
        raise NotCanonical(pointer, 'a number with a decimal point is not exact; send it as a string, such as "12.500"')
    if room == 0:
        raise NotCanonical(pointer, f"nothing is nested deeper than {DEEPEST} levels")
    if not isinstance(value, dict):
        return enumerate(value)
    if not all(isinstance(name, str) and name.isascii() for name in value):
        raise NotCanonical(pointer, "names inside data are ASCII")
    return ((name.replace("~", "~0").replace("/", "~1"), item) for name, item in value.items())


def _demand_text(value: str, pointer: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(pointer, "the text holds half of a character (a lone surrogate)") from error
