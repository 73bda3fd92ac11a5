"""Last of all: every request that the tests before have made, folded again from its events, stands as it stood."""

from __future__ import annotations

import secrets

import pytest

from conftest import Reporter, new_civil_id
from masar.cases.tests.rebuilt import differences

pytestmark = pytest.mark.database


def test_every_projection_of_the_database_is_the_fold_of_its_events(traffic: Reporter) -> None:
    data = {"service": "kw.moi.gdt.renew-driving-licence", "agency_ref": secrets.token_hex(6)}
    traffic.send(traffic.event("opened", None, "2026-11-01T09:00:00+03:00", civil_id=new_civil_id(), **data))
    count, found = differences()
    assert count > 0
    assert found == [], f"{len(found)} of {count}"
