"""Canonical bytes of a record: JSON equal to RFC 8785 on the subset without floats (decisions: docs/adr/0004)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

LARGEST_INTEGER = 2**53 - 1
_encode = msgspec.json.Encoder(order="sorted").encode


class NotCanonical(ValueError):
    """A value that has no canonical bytes. `pointer` says where (RFC 6901)."""

    def __init__(self, pointer: str, why: str) -> None:
        super().__init__(f"{pointer or '/'}: {why}")
        self.pointer = pointer
        self.why = why


def canonical(record: Any) -> bytes:
    """Return the canonical JSON of a record of dicts, lists, strings, integers, booleans and nulls.

    Raises: NotCanonical on a float, an integer of 2**53 or more, a key outside ASCII, a lone surrogate.
    """
    _demand(record, "")
    return _encode(record)


def digest(record: Any) -> bytes:
    """Return the SHA-256 of the canonical bytes. Raises: NotCanonical."""
    return hashlib.sha256(canonical(record)).digest()


def _demand(value: Any, pointer: str) -> None:
    if isinstance(value, str):
        if not value.isascii():
            _demand_text(value, pointer)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise NotCanonical(pointer, "an integer this large is not exact in JSON; send it as a string")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(pointer, "names inside data are ASCII")
            _demand(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            _demand(item, f"{pointer}/{position}")
    else:
        raise NotCanonical(pointer, 'a number with a decimal point is not exact; send it as a string, such as "12.500"')


def _demand_text(value: str, pointer: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(pointer, "the text holds half of a character (a lone surrogate)") from error
