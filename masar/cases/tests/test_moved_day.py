"""A day that the government moves: what is due moves with it, and each request says why."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

import pytest

from masar.cases.actions import move_day
from masar.cases.queries import my_request
from masar.kernel.clock import now

pytestmark = pytest.mark.database


def test_a_moved_day_moves_what_is_due_and_the_request_says_why(open_licence, viewer_of):
    opened = now() - timedelta(hours=1)
    number, _, civil_id = open_licence(opened.isoformat())
    viewer = viewer_of(civil_id)
    before = my_request(viewer, number, now())[1].row.promise.at
    decision = f"D-{secrets.token_hex(4)}"
    assert (
        move_day("kw-gov", before.date(), working=False, decision=decision, reason={"ar": "عطلة", "en": "Holiday"}) > 0
    )
    sheet = my_request(viewer, number, now())[1]
    assert sheet.row.promise.at > before
    assert sheet.lines[-1].note == {"ar": "عطلة", "en": "Holiday"}
    assert sheet.lines[-1].by == "masar"
    again = move_day("kw-gov", date(2039, 1, 4), working=False, decision=decision + "-2", reason={"en": "Far away"})
    assert again == 0
    back = move_day(
        "kw-gov", before.date(), working=True, decision=decision + "-3", reason={"en": "It works after all"}
    )
    assert back > 0
    assert my_request(viewer, number, now())[1].row.promise.at == before
