"""Arrays as we write them are read by PostgreSQL as they were meant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as some

from masar.kernel.database import acting, array

pytestmark = pytest.mark.database

TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"))
INSTANTS = some.datetimes(datetime(1950, 1, 1), datetime(2075, 1, 1), timezones=some.just(timezone(timedelta(hours=3))))
COLUMNS = {
    "text": TEXTS,
    "bigint": some.integers(-(2**63), 2**63 - 1),
    "bool": some.booleans(),
    "bytea": some.binary(),
    "timestamptz": INSTANTS,
    "uuid": some.uuids(),
}


@pytest.mark.parametrize("kind", COLUMNS)
def test_an_array_comes_back_as_it_was(kind: str) -> None:
    @settings(max_examples=60, deadline=None)
    @given(some.lists(COLUMNS[kind] | some.none()))
    def check(values: list[Any]) -> None:
        with acting("masar_system") as cursor:
            cursor.execute(f"select v from unnest(%s::{kind}[]) with ordinality as u(v, n) order by n", [array(values)])
            found = [bytes(v) if isinstance(v, memoryview) else v for (v,) in cursor.fetchall()]
        assert found == values

    check()


def test_what_looks_like_syntax_is_text() -> None:
    values = ["NULL", "null", "{}", '"', "\\", '\\"', ",", " ", "", "\n", "{a,b}", "م"]
    with connection.cursor() as cursor:
        cursor.execute("select v from unnest(%s::text[]) as u(v)", [array(values)])
        assert [v for (v,) in cursor.fetchall()] == values


def test_a_kind_that_is_not_known_is_refused() -> None:
    assert array([UUID(int=7), datetime(2026, 1, 1, tzinfo=UTC)]).startswith("{00000000")
    with pytest.raises(KeyError):
        array([1.5])
