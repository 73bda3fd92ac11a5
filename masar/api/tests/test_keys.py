"""Keys of agencies: known for some seconds without asking again, and revocable all the same."""

from __future__ import annotations

import time

import pytest

from masar.catalogue import queries
from masar.catalogue.actions import new_key
from masar.catalogue.queries import agency_of_key
from masar.kernel.database import acting

pytestmark = pytest.mark.database


def end(key: str) -> None:
    with acting("masar_system") as cursor:
        cursor.execute(
            "update catalogue_agency_key set ended_at = now() where digest = sha256(convert_to(%s, 'UTF8'))", [key]
        )


def test_a_key_that_ends_stops_working_within_seconds(kuwait: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert queries.FRESH_SECONDS <= 5
    monkeypatch.setattr(queries, "FRESH_SECONDS", 0.3)
    key = new_key("kw.moi.gdt")
    assert agency_of_key(key) == "kw.moi.gdt"
    end(key)
    assert agency_of_key(key) == "kw.moi.gdt"  # it is still known
    time.sleep(0.35)
    assert agency_of_key(key) is None
    assert agency_of_key(key) is None


def test_a_wrong_key_is_asked_for_each_time(kuwait: None) -> None:
    assert agency_of_key("msk_wrong") is None
    assert len(queries._known_keys) <= queries.MOST_KEYS
