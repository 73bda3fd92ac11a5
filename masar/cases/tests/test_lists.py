"""Lists of a person: pages, counts and filters that agree, and nothing after the log-in has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from conftest import logged_in, new_civil_id
from masar.cases.actions import withdraw
from masar.cases.queries import changes_since, home, my_request, my_requests
from masar.kernel.clock import now
from masar.people import actions
from masar.people.queries import SessionEnded

pytestmark = pytest.mark.database
FILTERS = ("open", "needs-you", "in-progress", "ready", "late", "archive")


@pytest.fixture
def many(open_licence: Any, traffic: Any) -> tuple[Any, list[int]]:
    """A person with 45 requests in every state: (viewer, numbers)."""
    civil_id, numbers = new_civil_id(), []
    for n in range(45):
        at = now() - timedelta(days=1 + 20 * (n % 2), minutes=n)
        number, name, _ = open_licence(at.isoformat(), civil_id=civil_id)
        numbers.append(number)
        if step := ("", "fee", "review", "collect", "printing")[n % 5]:
            traffic.send(traffic.event("step", name, at, step=step))
        if n % 9 == 8:
            traffic.send(traffic.event("decided", name, at, outcome="done"))
    return logged_in(civil_id), numbers


def pages(viewer: Any, filter_: Any) -> tuple[list[Any], Any]:
    rows, cursor, counts = [], None, None
    while True:
        _, listing = my_requests(viewer, filter_, cursor, now())
        rows += listing.rows
        counts = listing.counts
        if (cursor := listing.next) is None:
            return rows, counts


def test_each_filter_counts_what_its_pages_hold(many: tuple[Any, list[int]]) -> None:
    viewer, numbers = many
    held = {filter_: pages(viewer, filter_) for filter_ in FILTERS}
    for filter_, (rows, counts) in held.items():
        assert len(rows) == len({row.number for row in rows}) == getattr(counts, filter_.replace("-", "_")), filter_
    assert {row.number for row in [*held["open"][0], *held["archive"][0]]} == set(numbers)
    assert {row.number for row in held["needs-you"][0]} == {row.number for row in held["open"][0] if row.needs_you}
    assert {row.number for row in held["late"][0]} == {row.number for row in held["open"][0] if row.is_late(now())}
    assert all(held[filter_][0] for filter_ in FILTERS)
    changed = [row.changed_at for row in held["open"][0]]
    assert changed == sorted(changed, reverse=True)


def test_a_cursor_that_is_none_of_ours_leads_to_the_first_page(many: tuple[Any, list[int]]) -> None:
    viewer, _ = many
    first = [row.number for row in my_requests(viewer, "open", None, now())[1].rows]
    for cursor in ("x", "%%%", "é", "MjAyNg", "a" * 500):
        assert [row.number for row in my_requests(viewer, "open", cursor, now())[1].rows] == first


def test_home_says_first_what_ends_first(many: tuple[Any, list[int]]) -> None:
    viewer, _ = many
    need = home(viewer, now()).need
    assert [row.limit_at for row in need] == sorted(row.limit_at for row in need)


def test_what_changed_since_a_token_is_named_once(many: tuple[Any, list[int]]) -> None:
    viewer, numbers = many
    _, token = changes_since(viewer, "", now())
    assert changes_since(viewer, token, now()) == ([], token)
    withdraw(viewer, numbers[0])
    changed, later = changes_since(viewer, token, now())
    assert changed == [numbers[0]]
    assert changes_since(viewer, later, now())[0] == []


def test_a_log_in_that_is_ended_shows_nothing_more(open_licence: Any) -> None:
    _, _, civil_id = open_licence()
    viewer = logged_in(civil_id)
    assert my_requests(viewer, "open", None, now())[1].counts.open == 1
    actions.end_session(viewer)
    with pytest.raises(SessionEnded):
        my_requests(viewer, "open", None, now())
    stranger = logged_in(open_licence()[2])
    with pytest.raises(SessionEnded):
        my_requests(type(viewer)(viewer.person_id, stranger.session), "open", None, now())


def test_preferences_are_kept_and_others_cannot_be_set(open_licence: Any) -> None:
    viewer = logged_in(open_licence()[2])
    actions.prefer(viewer, language="ur", simple=True, civil_index=b"x")
    profile, _ = my_requests(viewer, "open", None, now())
    assert (profile.language, profile.simple, profile.hijri) == ("ur", True, False)
    actions.prefer(viewer, unknown=1)


def test_the_count_of_steps_leaves_out_what_the_form_rules_out(open_licence: Any, traffic: Any) -> None:
    civil_id = new_civil_id()
    at = now() - timedelta(days=1)
    form = {"licence_number": "123456", "declaration": True}
    by_kiosk, name, _ = open_licence(at.isoformat(), civil_id=civil_id, form=form | {"delivery": "kiosk"})
    unsaid, _, _ = open_licence(at.isoformat(), civil_id=civil_id)
    viewer = logged_in(civil_id)
    counts = {row.number: (row.stop, row.stops) for row in my_requests(viewer, "open", None, now())[1].rows}
    assert counts == {by_kiosk: (1, 5), unsaid: (1, 6)}
    found = my_request(viewer, by_kiosk, now())
    assert found is not None
    assert [stop.step.id for stop in found[1].stops] == ["received", "fee", "review", "printing", "collect"]
    traffic.send(traffic.event("step", name, at, step="posting"))
    moved = next(row for row in my_requests(viewer, "open", None, now())[1].rows if row.number == by_kiosk)
    assert (moved.step, moved.stop, moved.stops) == ("posting", 6, 6)
