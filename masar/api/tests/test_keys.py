"""Keys of agencies: known for some seconds without asking again, and revocable all the same."""

from __future__ import annotations

import time

import pytest

from masar.catalogue.actions import NoSuchKey, end_key, new_key
from masar.catalogue.queries import agency_of_key, keys

pytestmark = pytest.mark.database


def test_a_key_that_ends_stops_working_within_seconds(kuwait: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys.FRESH_SECONDS <= 5
    monkeypatch.setattr(keys, "FRESH_SECONDS", 0.3)
    key = new_key("kw.moi.gdt")
    assert agency_of_key(key) == "kw.moi.gdt"
    assert end_key(key) == "kw.moi.gdt"
    assert agency_of_key(key) == "kw.moi.gdt"  # it is still known
    time.sleep(0.35)
    assert agency_of_key(key) is None
    assert agency_of_key(key) is None


def test_a_wrong_key_is_asked_for_each_time(kuwait: None) -> None:
    assert agency_of_key("msk_wrong") is None
    assert len(keys._known_keys) <= keys.MOST_KEYS


def test_a_key_ends_once(kuwait: None) -> None:
    key = new_key("kw.moi.gdt")
    end_key(key)
    with pytest.raises(NoSuchKey):
        end_key(key)
