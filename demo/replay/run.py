"""Runs a replay: reads and plans in one thread, sends in several, each with its own lane of requests."""

from __future__ import annotations

import queue
import threading
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from demo.api import Api, Stopped
from demo.events import Report
from demo.replay.lane import Lane, Told
from demo.replay.plan import Planner
from demo.replay.readers import Case
from demo.replay.state import StateFile

AHEAD = 200  # cases read ahead for each lane: memory stays flat however long the log is


class Teller(Protocol):
    """Who wants to know what became of the events."""

    def told(self, told: Told) -> None:
        """Count the answers to one batch."""


@dataclass(slots=True)
class _Track:
    """A lane's queue and its thread. None in the queue ends it."""

    cases: queue.Queue[list[Report] | None]
    thread: threading.Thread
    skip: int


class Replay:
    """Sends planned cases over as many connections as the state has lanes. Each case goes over one of them."""

    def __init__(self, connect: Callable[[Callable[[], bool]], Api], file: StateFile, teller: Teller) -> None:
        self._connect, self._file, self._teller = connect, file, teller
        self._stop = threading.Event()
        self._failures: list[BaseException] = []

    def run(self, cases: Iterable[Case], planner: Planner) -> int:
        """Send all cases that are not yet behind us; return how many were read.

        Raises: the first failure of a lane, after the others have stopped.
        """
        tracks = [self._track(lane) for lane in range(len(self._file.state.done))]
        read = 0
        try:
            for case in cases:
                read += 1
                if not self._give(tracks[lane_of(case.id, len(tracks))], case, planner):
                    break
        except BaseException:
            self._stop.set()
            raise
        finally:
            for track in tracks:
                self._put(track, None)
            for track in tracks:
                track.thread.join()
        if self._failures:
            raise self._failures[0]
        return read

    def _give(self, track: _Track, case: Case, planner: Planner) -> bool:
        if track.skip:
            track.skip -= 1
            return True
        return self._put(track, planner.plan(case))

    def _put(self, track: _Track, item: list[Report] | None) -> bool:
        """Wait for room in the queue; False when everything is stopping."""
        while not self._stop.is_set():
            try:
                track.cases.put(item, timeout=0.2)
                return True
            except queue.Full:
                continue
        return False

    def _track(self, lane: int) -> _Track:
        cases: queue.Queue[list[Report] | None] = queue.Queue(AHEAD)
        thread = threading.Thread(target=self._work, args=(lane, cases), name=f"lane-{lane}", daemon=True)
        thread.start()
        return _Track(cases, thread, self._file.state.done[lane])

    def _work(self, number: int, cases: queue.Queue[list[Report] | None]) -> None:
        api = self._connect(self._stop.is_set)
        try:
            self._send_all(number, cases, api)
        except Stopped:
            pass
        except BaseException as failure:
            self._failures.append(failure)
            self._stop.set()
        finally:
            api.close()

    def _send_all(self, number: int, cases: queue.Queue[list[Report] | None], api: Api) -> None:
        lane = Lane(api, lambda told: self._answered(number, lane, told), self._file.state.done[number])
        while not self._stop.is_set():
            try:
                case = cases.get(timeout=0.2)
            except queue.Empty:
                continue
            if case is None:
                lane.finish()
                return
            lane.add(case)

    def _answered(self, number: int, lane: Lane, told: Told) -> None:
        self._file.note(number, lane.done)
        self._teller.told(told)


def lane_of(case: str, lanes: int) -> int:
    """Return the lane of a case: always the same for as many lanes."""
    return zlib.crc32(case.encode()) % lanes
