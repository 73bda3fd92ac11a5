"""What a file is read into: headings and rows of plain values, whatever it was written with. And what is too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeAlias

LARGEST_FILE = 20 * 1024 * 1024
LARGEST_UNPACKED = 120 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 32_767  # what a cell of a workbook may hold

Value: TypeAlias = str | int | float | datetime | date | time | timedelta | None  # bool is an int


class Unreadable(Exception):
    """A file as a whole is not taken. `code` names the sentence, `facts` fill it."""

    def __init__(self, code: str, status: int = 422, **facts: Any) -> None:
        super().__init__(code)
        self.code, self.status, self.facts = code, status, facts


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, its values under the headings, and what is wrong with single cells.

    `faults`: index of a cell -> code; `merged`: index of a cell -> row that holds its value; `fault`: of the whole row.
    """

    number: int
    values: Sequence[Value]
    faults: Mapping[int, str] = field(default_factory=dict)
    merged: Mapping[int, int] = field(default_factory=dict)
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was read as far as its headings. `rows()` reads it again each time; blank rows are none."""

    kind: Literal["csv", "xlsx"]
    heads: Sequence[str]
    rows: Callable[[], Iterator[Row]]
    separator: str = ","


def demand_heads(heads: Sequence[str]) -> Sequence[str]:
    """Return headings without blank ones at the end. Raises: Unreadable when there are none, or too many."""
    while heads and not heads[-1]:
        heads = heads[:-1]
    if not any(heads):
        raise Unreadable("empty")
    if len(heads) > MOST_COLUMNS:
        raise Unreadable("too-many-columns", 413, most=MOST_COLUMNS)
    return heads


def numbered(rows: Iterator[Row]) -> Iterator[Row]:
    """Pass rows on. Raises: Unreadable once there are more than a file may have."""
    for n, row in enumerate(rows, 1):
        if n > MOST_ROWS:
            raise Unreadable("too-many-rows", 413, most=f"{MOST_ROWS:,}")
        yield row
