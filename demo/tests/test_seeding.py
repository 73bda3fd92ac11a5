"""The history comes in whole, once, in order and side by side, however often it is interrupted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.api import Api
from demo.history import History
from demo.keys import Keys
from demo.seeding import Lane, Seeding, is_seeded
from demo.tests.catalogue import book
from demo.tests.little_masar import Memory, little_masar

ANCHOR = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
FAMILIES = 150


@pytest.fixture(scope="module")
def history() -> History:
    return History(book(), ANCHOR, FAMILIES)


def keys(history: History) -> dict[str, str]:
    return {agency: f"msk_{agency}" for agency in history.tempers}


def seeding(history: History, url: str, state: Path) -> Seeding:
    return Seeding(history, lambda: Api(url, Keys(keys(history)), patience=5.0, pause=lambda _: None), state)


def run(work: Seeding) -> None:
    work.start()
    until = time.monotonic() + 30
    while not work.is_done:
        assert time.monotonic() < until, work.progress
        time.sleep(0.01)
    work.save()


def taken(memory: Memory) -> set[tuple[str, str]]:
    return {(event["source"], event["id"]) for event in memory.taken}


def expected(history: History) -> Iterator[tuple[str, str]]:
    for index in range(history.families):
        for report in history.family(index):
            yield report.event["source"], report.event["id"]


def test_every_event_of_the_history_arrives_once(history: History, tmp_path: Path) -> None:
    memory, state = Memory(keys(history)), tmp_path / "history.json"
    with little_masar(memory) as url:
        run(seeding(history, url, state))
    everything = list(expected(history))
    assert taken(memory) == set(everything)
    assert memory.statuses == {"accepted": len(everything)}
    assert is_seeded(state, history.anchor.isoformat(), FAMILIES)
    assert not is_seeded(state, "another day", FAMILIES)


def test_an_interrupted_history_goes_on_to_the_same_end_without_doubles(history: History, tmp_path: Path) -> None:
    memory, state = Memory(keys(history), stop_after=400), tmp_path / "history.json"
    with little_masar(memory) as url:
        work = seeding(history, url, state)
        work.start()
        assert memory.stopped.wait(20)
        work.stop()
        work.save()
        memory.stop_after = None
        run(seeding(history, url, state))
    assert taken(memory) == set(expected(history))
    assert set(memory.statuses) <= {"accepted", "duplicate"}
    assert memory.statuses["accepted"] == len(memory.taken)
    assert 0 < memory.statuses["duplicate"] < 0.9 * 400  # what was answered before is not sent again


def test_a_finished_history_sends_nothing_again(history: History, tmp_path: Path) -> None:
    memory, state = Memory(keys(history)), tmp_path / "history.json"
    with little_masar(memory) as url:
        run(seeding(history, url, state))
        batches = len(memory.batches)
        run(seeding(history, url, state))
    assert len(memory.batches) == batches


def test_a_history_of_another_day_begins_anew(history: History, tmp_path: Path) -> None:
    memory, state = Memory(keys(history)), tmp_path / "history.json"
    other = History(book(), ANCHOR.replace(month=10), 40)
    with little_masar(memory) as url:
        run(seeding(other, url, state))
        run(seeding(history, url, state))
    assert taken(memory) >= set(expected(history))


def test_a_server_that_stumbles_loses_nothing(history: History, tmp_path: Path) -> None:
    memory = Memory(keys(history), faults=["503", "lost", "cut", "429", "lost"])
    with little_masar(memory) as url:
        run(seeding(history, url, tmp_path / "history.json"))
    assert taken(memory) == set(expected(history))


def test_the_events_of_a_request_arrive_in_the_order_they_happened(history: History) -> None:
    """An agency's events wait until those of the agency before it were answered; a child's until it is open."""
    names = {agency: agency for agency in keys(history)}
    memory = Memory(names)
    with little_masar(memory) as url:
        lane = Lane(Api(url, Keys(names), patience=5.0))
        for index in range(80):
            lane.add(index, history.family(index))
        while lane.waiting:
            lane.send_largest()
        lane.close()
    assert lane.done == set(range(80))
    for index in range(80):
        told = [(report.event["source"], report.event["id"]) for report in history.family(index)]
        places = [place for place, event in enumerate(memory.taken) if (event["source"], event["id"]) in set(told)]
        order = [(memory.taken[place]["source"], memory.taken[place]["id"]) for place in places]
        assert order == told


def test_what_masar_does_not_take_is_counted_and_named(history: History) -> None:
    memory = Memory({agency: key for agency, key in keys(history).items() if agency != "kw.moj"})
    wrong = replace(history.family(0)[0], event=history.family(0)[0].event | {"source": "urn:masar:zz.other:demo"})
    with little_masar(memory) as url:
        lane = Lane(Api(url, Keys(keys(history)), patience=5.0))
        lane.add(0, [wrong])
        lane.send_largest()
        lane.close()
    assert lane.counts == {"forbidden": 1}
    assert "foreign-source" in lane.problems[0]
