"""A hundred at once, on real connections: exactly one effect, and the projection right at the end."""

from __future__ import annotations

import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connections

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.actions import (
    CHANNEL,
    NotAllowed,
    NothingAsked,
    TooMany,
    answer,
    appeal,
    end_what_ran_out,
    relay,
    tracked,
    withdraw,
)
from masar.cases.queries import agency_request, my_request, pin_of
from masar.cases.tests.rebuilt import differences
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.actions import count_try, source_of
from masar.people.rules import FREE_TRIES

pytestmark = pytest.mark.database
AT_ONCE, LINKS = 100, 20
LICENCE = "kw.moi.gdt.renew-driving-licence"


def together(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run acts at the same moment, on some twenty connections; return each result, or what it raised."""
    begin = threading.Barrier(LINKS)
    queue, results = list(enumerate(acts)), dict[int, Any]()

    def work() -> None:
        try:
            begin.wait(30)
            while queue:
                try:
                    n, act = queue.pop()
                except IndexError:
                    return
                try:
                    results[n] = act()
                except Exception as trouble:
                    results[n] = trouble
        finally:
            connections.close_all()

    with ThreadPoolExecutor(LINKS) as pool:
        for running in [pool.submit(work) for _ in range(LINKS)]:
            running.result()
    return [results[n] for n in range(len(acts))]


def events_of(number: int) -> list[tuple[str, str]]:
    with acting("masar_system") as cursor:
        cursor.execute(
            "select source, type from cases_event where request_id ="
            " (select request_id from cases_directory where number = %s::bigint) order by received_at, id",
            [number],
        )
        return cursor.fetchall()


def is_right(*numbers: int) -> bool:
    with acting("masar_system") as cursor:
        cursor.execute("select id from cases_request where number = any(%s::bigint[])", [list(numbers)])
        ids = [row[0] for row in cursor.fetchall()]
    assert len(ids) == len(numbers)
    return differences(ids) == (len(ids), [])


def counted(items: Sequence[Any]) -> Counter[str]:
    troubles = [item for item in items if isinstance(item, Exception)]
    assert not troubles, troubles[0]
    return Counter(item.status for (item,) in items)


def test_one_event_sent_a_hundred_times_at_once_counts_once(open_licence, traffic):
    number, name, _ = open_licence()
    event = traffic.event("step", name, "2026-11-02T10:00:00+03:00", step="fee")
    items = together([lambda: traffic.send(event)] * AT_ONCE)
    assert counted(items) == {"accepted": 1, "duplicate": AT_ONCE - 1}
    assert [type_ for _, type_ in events_of(number)] == ["opened", "step"]
    assert is_right(number)


def test_one_opening_sent_a_hundred_times_at_once_opens_one_request(traffic):
    data = {"service": LICENCE, "agency_ref": secrets.token_hex(6), "civil_id": new_civil_id()}
    opened = traffic.event("opened", None, "2026-11-02T10:00:00+03:00", **data)
    items = together([lambda: traffic.send(opened)] * AT_ONCE)
    assert counted(items) == {"accepted": 1, "duplicate": AT_ONCE - 1}
    assert len({item.number for (item,) in items}) == 1


def test_one_reference_in_a_hundred_openings_of_new_persons_opens_one(traffic):
    name = f"R{secrets.token_hex(6)}"
    sent = [
        traffic.event(
            "opened", None, "2026-11-02T10:00:00+03:00", service=LICENCE, agency_ref=name, civil_id=new_civil_id()
        )
        for _ in range(AT_ONCE)
    ]
    items = together([lambda event=event: traffic.send(event) for event in sent])
    assert counted(items) == {"accepted": 1, "conflict": AT_ONCE - 1}


def test_a_hundred_events_of_one_request_at_once_are_all_taken(open_licence, traffic):
    number, name, _ = open_licence()
    sent = [traffic.event("noted", name, "2026-11-02T10:00:00+03:00", note=f"{n}") for n in range(AT_ONCE)]
    assert counted(together([lambda event=event: traffic.send(event) for event in sent])) == {"accepted": AT_ONCE}
    assert len(agency_request("kw.moi.gdt", number).moves) == AT_ONCE + 1
    assert is_right(number)


@pytest.fixture
def asked(open_licence, traffic):
    """A licence whose person was asked: (viewer, number, token)."""
    number, name, civil_id = open_licence((now() - timedelta(days=1)).isoformat())
    traffic.send(
        traffic.event("step", name, now() - timedelta(hours=9), step="review"),
        traffic.event("asked", name, now() - timedelta(hours=8), step="more-information", message={"ar": "؟"}),
    )
    viewer = logged_in(civil_id)
    return viewer, number, my_request(viewer, number, now())[1].question.token


def test_a_withdrawal_against_an_answer_leaves_one_effect(asked):
    viewer, number, token = asked
    acts = [lambda: withdraw(viewer, number), lambda: answer(viewer, number, token, {"answer": "x"})] * (AT_ONCE // 2)
    results = together(acts)
    assert all(isinstance(each, int | NotAllowed) for each in results), results
    own = [type_ for source, type_ in events_of(number) if source == "urn:masar:self"]
    # After the answer the review does not allow a withdrawal, and after a withdrawal nothing is asked.
    assert own in (["withdrawn"], ["answered"])
    won = results[0::2] if own == ["withdrawn"] else results[1::2]
    assert won == [number] * (AT_ONCE // 2)
    assert is_right(number)


def test_of_two_different_answers_at_once_one_counts_and_the_other_is_refused(asked):
    viewer, number, token = asked
    acts = [lambda n=n: answer(viewer, number, token, {"answer": "ab"[n % 2]}) for n in range(AT_ONCE)]
    results = together(acts)
    assert sorted([results[0] == number, results[1] == number]) == [False, True]
    lost = results[0::2] if results[1] == number else results[1::2]
    assert all(isinstance(each, NothingAsked) for each in lost)
    assert [type_ for _, type_ in events_of(number)].count("answered") == 1


def test_a_hundred_appeals_at_once_open_one_request(open_licence, traffic):
    number, name, civil_id = open_licence((now() - timedelta(days=2)).isoformat())
    traffic.send(traffic.event("step", name, now() - timedelta(days=1), step="review"))
    traffic.send(traffic.event("decided", name, now() - timedelta(hours=1), outcome="refused", reason="medical"))
    viewer = logged_in(civil_id)
    children = together([lambda: appeal(viewer, number, "", "سبب")] * AT_ONCE)
    assert len(set(children)) == 1
    assert isinstance(children[0], int), children[0]
    assert is_right(number, children[0])


def test_a_limit_that_runs_out_against_an_answer_leaves_one_effect(asked):
    viewer, number, token = asked
    limit = my_request(viewer, number, now())[1].row.limit_at
    late = limit + timedelta(seconds=1)
    acts = [lambda: end_what_ran_out(late)] * 10 + [lambda: answer(viewer, number, token, {"answer": "x"})] * 10
    results = together(acts)
    assert all(isinstance(each, int | NotAllowed) for each in results), results
    assert is_right(number)
    types = [type_ for _, type_ in events_of(number)]
    assert types.count("decided") + types.count("answered") in (1, 2)
    assert types.count("decided") <= 1


def test_agencies_at_once_on_a_request_and_its_checks_end_right(municipality):
    fire, water = Reporter("kw.kff"), Reporter("kw.mew")
    at = now() - timedelta(days=3)
    families = []
    for _ in range(4):
        name = f"R{secrets.token_hex(6)}"
        data = {"service": "kw.km.building-permit", "agency_ref": name, "civil_id": new_civil_id()}
        sent = [municipality.event("opened", None, at, **data)]
        for service in ("kw.kff.fire-safety-check", "kw.mew.electricity-check"):
            data = {"service": service, "agency_ref": service[3:] + name, "parent": f"ref:{name}"}
            sent.append(municipality.event("opened", None, at, **data))
        sent.append(municipality.event("step", f"ref:{name}", at + timedelta(hours=1), step="checks"))
        families.append([item.number for item in municipality.send(*sent)][:3])
    sent = []
    for parent, one, other in families:
        for hour in range(2, 8):
            sent.append((fire, [one], "noted", hour, {"note": "x"}))
            sent.append((water, [other], "noted", hour, {"note": "x"}))
            sent.append((municipality, [other, one, parent], "noted", hour, {"note": "x"}))
        sent.append((fire, [one], "decided", 20, {"outcome": "approved"}))
        sent.append((water, [other], "decided", 21, {"outcome": "approved"}))

    def send(reporter: Reporter, numbers: list[int], type_: str, hour: int, data: dict[str, str]) -> set[str]:
        when = at + timedelta(hours=hour)
        return {item.status for item in reporter.send(*(reporter.event(type_, str(n), when, **data) for n in numbers))}

    acts = [partial(send, *each) for each in sent]
    secrets.SystemRandom().shuffle(acts)
    results = together(acts)
    assert all(each == {"accepted"} for each in results), results
    for family in families:
        assert agency_request("kw.km", family[0]).step == "fee"
        assert is_right(*family)


def test_relays_at_once_tell_each_change_once(open_licence, traffic):
    """Forty of ours, and perhaps the worker of a Masar that another test started on this database."""
    while relay():
        pass
    with psycopg.connect(os.environ["MASAR_PG_DSN"], autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        numbers = [open_licence()[0] for _ in range(60)]
        kept = together([lambda: relay(7)] * 40)
        told = [row for note in listener.notifies(timeout=1) for row in note.payload.split()]
    assert sum(kept) <= len(told)
    by_number = Counter(int(row.split(":")[1]) for row in told)
    assert {number: by_number[number] for number in numbers} == dict.fromkeys(numbers, 1)


def test_wrong_passwords_at_once_are_all_counted(kuwait):
    """A burst must not be looked at as one: each is counted before, and after the fifth they wait."""
    username, source = secrets.token_hex(16), source_of("192.0.2.1")

    def fail() -> bool:
        with acting("masar_login") as cursor:
            return count_try(cursor, username, source, now())

    assert Counter(together([fail] * 40)) == {True: FREE_TRIES, False: 40 - FREE_TRIES}


def test_wrong_pins_at_once_are_all_counted_and_no_more_are_looked_at_than_are_free(open_licence):
    """The right one among a hundred guesses must not slip through while the others are still being counted."""
    number, _, civil_id = open_licence()
    right = pin_of(my_request(logged_in(civil_id), number, now())[1])
    source, at = f"2001:db8:{secrets.randbelow(65536):x}::1", now()
    guesses = [f"{(int(right) + n) % 10**6:06d}" for n in range(1, AT_ONCE)]
    results = together([partial(tracked, number, guess, source, at) for guess in guesses])
    assert Counter(type(each) for each in results) == {type(None): 5, TooMany: AT_ONCE - 6}
    assert isinstance(tracked(number, right, source, at), TooMany)


def test_wrong_pins_from_everywhere_at_once_are_all_counted(open_licence):
    number, *_ = open_licence()
    network = secrets.randbelow(65536)
    sources = [f"2001:db8:{network:x}:{n:x}::1" for n in range(AT_ONCE)]
    at = now()
    results = together([partial(tracked, number, "not it", source, at) for source in sources])
    assert Counter(type(each) for each in results) == {type(None): 50, TooMany: AT_ONCE - 50}
