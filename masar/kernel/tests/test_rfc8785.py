"""Canonical bytes equal RFC 8785 on our subset, held against the package `rfc8785`."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as some

from masar.kernel.canonical import DEEPEST, LARGEST_INTEGER, NotCanonical, canonical, canonical_decoded

# Every text that has UTF-8, control characters and characters beyond the basic plane among them.
TEXTS = some.text(some.characters(exclude_categories=["Cs"]))
NAMES = some.text(some.characters(max_codepoint=127))
INTEGERS = some.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
RECORDS = some.recursive(
    some.none() | some.booleans() | INTEGERS | TEXTS,
    lambda inner: some.lists(inner) | some.dictionaries(NAMES, inner),
    max_leaves=30,
)


@settings(max_examples=400)
@given(RECORDS)
def test_canonical_bytes_are_those_of_rfc_8785(record: Any) -> None:
    assert canonical(record) == canonical_decoded(record) == rfc8785.dumps(record)


ANYTHING = some.recursive(
    some.none() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=20,
)


@settings(max_examples=400)
@given(ANYTHING)
def test_a_quick_look_refuses_what_a_whole_look_refuses(record: Any) -> None:
    try:
        expected: bytes | str = canonical(record)
    except NotCanonical as refusal:
        expected = str(refusal)
    try:
        found: bytes | str = canonical_decoded(record)
    except NotCanonical as refusal:
        found = str(refusal)
    assert found == expected


@pytest.mark.parametrize("character", [*map(chr, range(0xA0)), "\u2028", "\u2029", "\ufeff", "\U0001f98b", "م"])
def test_each_character_is_escaped_as_rfc_8785_says(character: str) -> None:
    assert canonical([character]) == rfc8785.dumps([character])


@pytest.mark.parametrize(
    ("record", "pointer"),
    [
        ({"fee": 1.5}, "/fee"),
        ({"fee": float("nan")}, "/fee"),
        ([2**53], "/0"),
        ({"a/b": {"~": [0, -(2**53)]}}, "/a~1b/~0/1"),
        ({"اسم": 1}, ""),
        (["\ud800"], "/0"),
        ({"x": b"bytes"}, "/x"),
    ],
)
def test_what_has_no_canonical_bytes_is_refused_with_its_place(record: Any, pointer: str) -> None:
    with pytest.raises(NotCanonical) as refusal:
        canonical(record)
    assert refusal.value.pointer == pointer


def test_nesting_has_an_end_however_deep_the_reader_stands() -> None:
    def nested(levels: int) -> Any:
        value: Any = "x"
        for _ in range(levels):
            value = [value]
        return value

    assert canonical(nested(DEEPEST)) == b"[" * DEEPEST + b'"x"' + b"]" * DEEPEST
    with pytest.raises(NotCanonical):
        canonical(nested(DEEPEST + 1))
    for look in (canonical, canonical_decoded):
        with pytest.raises(NotCanonical):
            look(nested(900))
        with pytest.raises(NotCanonical):
            look({"a": [nested(DEEPEST)]})
