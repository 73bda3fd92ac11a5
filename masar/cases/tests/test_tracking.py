"""Following a request with number and PIN: what is told, how wrong PINs are counted, what the public's role may see."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from masar.cases.actions import TooMany, tracked
from masar.cases.actions.tracking import _keys
from masar.cases.queries import Tracked, followed, my_request, pin_of
from masar.cases.rules.tracking import LIMITS, network_of, wait_of
from masar.kernel.clock import now
from masar.kernel.crypto import vault
from masar.kernel.database import acting
from masar.kernel.ids import new_number

database = pytest.mark.database


def somewhere() -> str:
    """A network address that no other test uses."""
    return f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1"


def pin_for(viewer_of: Any, civil_id: str, number: int) -> str:
    return pin_of(my_request(viewer_of(civil_id), number, now())[1])


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


def kept(number: int, network: str) -> dict[str, float]:
    keys = {key: kind for kind, key in _keys(number, network_of(network)).items()}
    with acting("masar_public") as cursor:
        cursor.execute("select key, level from cases_attempt where key = any(%s::bytea[])", [list(keys)])
        return {keys[bytes(key)]: level / 1000 for key, level in cursor.fetchall()}


def test_waits_begin_after_the_free_tries_and_grow_to_the_longest() -> None:
    for kind, limit in LIMITS.items():
        assert wait_of(kind, 1000 * limit.free - 1000) == timedelta(0)
        assert wait_of(kind, 1000 * limit.free) == timedelta(seconds=10)
        assert wait_of(kind, 1000 * limit.free + 1000) == timedelta(seconds=20)
        assert wait_of(kind, 1000 * limit.free + 50_000) == limit.longest


def test_a_network_of_ipv6_is_its_first_half_and_of_ipv4_the_address() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::") != network_of("2001:db8:1:2::")
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("") == ""


def test_keys_of_purposes_differ_from_each_other_and_from_the_root() -> None:
    keys = {vault().key_for("tracking-pin"), vault().key_for("tracking-tries"), vault().index_key}
    assert len(keys) == 3
    assert vault().key_for("tracking-pin") in keys


@database
def test_number_and_pin_show_where_a_request_is(open_licence, traffic, viewer_of) -> None:
    number, ref, civil_id = open_licence()
    traffic.send(traffic.event("step", ref, "2026-11-02T09:00:00+03:00", step="review", note="سر"))
    pin = pin_for(viewer_of, civil_id, number)
    assert pin.isdecimal()
    assert len(pin) == 6
    found = tracked(number, pin, somewhere(), now())
    assert isinstance(found, Tracked)
    assert (found.row.number, found.row.step) == (number, "review")
    assert [(stop.step.id, stop.condition) for stop in found.stops][:4] == [
        ("received", "done"), ("fee", "done"), ("review", "now"), ("printing", "coming"),
    ]  # fmt: skip
    assert all(not stop.lines and not stop.note and not stop.office for stop in found.stops)
    assert followed(number, now()) is not None


@database
def test_the_coming_days_are_those_of_the_persons_own_page(open_licence, traffic, viewer_of) -> None:
    number, ref, civil_id = open_licence()
    traffic.send(traffic.event("step", ref, "2026-11-02T09:00:00+03:00", step="review"))
    at = now()
    mine = my_request(viewer_of(civil_id), number, at)[1]
    theirs = followed(number, at)
    own = [(stop.step.id, stop.expected_at) for stop in mine.stops if stop.condition == "coming"]
    assert own == [(stop.step.id, stop.expected_at) for stop in theirs.stops if stop.condition == "coming"]
    assert own


@database
def test_an_unknown_number_and_a_wrong_pin_are_the_same_and_both_are_counted(open_licence, viewer_of) -> None:
    number, _, civil_id = open_licence()
    pin, unknown = pin_for(viewer_of, civil_id, number), new_number()
    for asked in (number, unknown):
        network = somewhere()
        assert tracked(asked, wrong(pin), network, now()) is None
        assert kept(asked, network) == {"pair": 1, "number": 1, "network": 1}


@database
def test_the_right_pin_of_a_number_that_nobody_has_shows_nothing() -> None:
    from masar.cases.queries.tracking import _pin

    number, network = new_number(), somewhere()
    assert tracked(number, _pin(number), network, now()) is None
    assert kept(number, network)["pair"] == 1


@database
def test_after_five_wrong_pins_even_the_right_one_waits_and_then_clears_all_but_the_network(
    open_licence, viewer_of
) -> None:
    number, _, civil_id = open_licence()
    pin, network, at = pin_for(viewer_of, civil_id, number), somewhere(), now()
    assert [tracked(number, wrong(pin), network, at) for _ in range(5)] == [None] * 5
    assert tracked(number, pin, network, at) == TooMany(timedelta(seconds=10))
    assert tracked(number, wrong(pin), network, at + timedelta(seconds=9)) == TooMany(timedelta(seconds=1))
    assert kept(number, network)["number"] == 5, "who waits is not counted, else they could shut out others"
    assert isinstance(tracked(number, pin, somewhere(), at), Tracked), "another network does not wait"
    assert isinstance(tracked(number, pin, network, at + timedelta(seconds=10)), Tracked)
    left = kept(number, network)
    assert left.keys() == {"network"}
    assert 4 < left["network"] <= 5


@database
def test_waits_grow_with_each_wrong_pin(open_licence, viewer_of) -> None:
    number, _, civil_id = open_licence()
    pin, network, at, waits = pin_for(viewer_of, civil_id, number), somewhere(), now(), []
    for _ in range(9):
        assert tracked(number, wrong(pin), network, at) is None
        after = tracked(number, pin, network, at) if len(waits) or kept(number, network)["pair"] >= 4.5 else None
        if isinstance(after, TooMany):
            waits.append(after.wait.total_seconds())
            at += after.wait
    assert waits == [10, 20, 40, 80, 160]


@database
def test_many_networks_at_one_number_wait_too(open_licence, viewer_of) -> None:
    number, _, civil_id = open_licence()
    pin, at = pin_for(viewer_of, civil_id, number), now()
    answers = [tracked(number, wrong(pin), somewhere(), at) for _ in range(50)]
    assert answers == [None] * 50
    assert tracked(number, pin, somewhere(), at) == TooMany(timedelta(seconds=10))


@database
def test_one_network_at_many_numbers_waits_too_but_never_long(open_licence, viewer_of) -> None:
    number, _, civil_id = open_licence()
    pin, network, at = pin_for(viewer_of, civil_id, number), somewhere(), now()
    with acting("masar_public") as cursor:
        cursor.execute(
            "insert into cases_attempt (key, level, forget_seconds, counted_at) values (%s::bytea, 260000, 60, %s)",
            [_keys(number, network_of(network))["network"], at],
        )
    assert tracked(new_number(), "000000", network, at) is None
    assert tracked(number, pin, network, at) == TooMany(timedelta(minutes=1))


@database
def test_wrong_pins_are_forgotten_with_time_and_their_rows_removed(open_licence, viewer_of) -> None:
    number, _, civil_id = open_licence()
    pin, network, at = pin_for(viewer_of, civil_id, number), somewhere(), now()
    for _ in range(4):
        tracked(number, wrong(pin), network, at)
    assert tracked(number, wrong(pin), network, at + timedelta(hours=3)) is None
    assert kept(number, network) == {"pair": pytest.approx(2), "number": 1, "network": 1}
    old = somewhere()
    tracked(new_number(), "000000", old, at - timedelta(days=30))
    tracked(new_number(), "000000", somewhere(), at)
    assert "network" not in kept(number, old)


@database
def test_neither_number_nor_address_is_kept(open_licence) -> None:
    number, _, _ = open_licence()
    tracked(number, "000000", "198.51.100.77", now())
    with acting("masar_public") as cursor:
        cursor.execute("select string_agg(t::text, ' ') from cases_attempt t")
        text = cursor.fetchone()[0]
    assert str(number) not in text
    assert "198.51.100.77" not in text
    assert b"198.51.100.77".hex() not in text


def chosen_and(number: int, statement: str) -> None:
    with acting("masar_public") as cursor:
        cursor.execute("select set_config('masar.tracked', %s, true)", [str(number)])
        cursor.execute(statement)


@database
def test_the_publics_role_sees_the_one_request_that_was_chosen_and_no_person(open_licence) -> None:
    number, _, _ = open_licence()
    open_licence()
    with acting("masar_public") as cursor:
        cursor.execute("select count(*) from cases_request")
        assert cursor.fetchone() == (0,)
        cursor.execute("select set_config('masar.tracked', %s, true)", [str(number)])
        cursor.execute("select number from cases_request")
        assert cursor.fetchall() == [(number,)]
    for what in (
        "person_id from cases_request", "* from cases_request", "1 from cases_event", "1 from cases_case_key",
        "1 from people_person", "1 from cases_directory", "1 from cases_participation",
    ):  # fmt: skip
        with pytest.raises(DatabaseError) as refusal:
            chosen_and(number, f"select {what}")
        assert refusal.value.__cause__.sqlstate == "42501", what


@database
def test_the_row_is_found_by_its_index(open_licence) -> None:
    from masar.cases.queries.tracking import TRACKED

    number, _, _ = open_licence()
    with acting("masar_public") as cursor:
        cursor.execute("select set_config('masar.tracked', %s, true), set_config('enable_seqscan', 'off', true)", [
            str(number)
        ])  # fmt: skip
        cursor.execute("explain " + TRACKED, [number])
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
    assert "Seq Scan" not in plan
