"""What a replay says while it runs: one line that renews itself on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from typing import TextIO

from demo.replay.lane import Told

STATUSES = ("accepted", "duplicate", "parked", "conflict", "invalid", "forbidden", "unsent")
WRONG = ("conflict", "invalid", "forbidden", "unsent")
MOST_PROBLEMS = 20
WIDTH = 20


class Progress:
    """Counts answers and shows them. Safe for several threads."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.counts: Counter[str] = Counter()
        self.problems: list[str] = []
        self.batches = 0
        self.share = 0.0  # of the log that has been read
        self._stream, self._is_terminal = stream, stream.isatty()
        self._every = 0.2 if self._is_terminal else 10.0
        self._began = self._said = time.monotonic()
        self._lock = threading.Lock()

    @property
    def is_wrong(self) -> bool:
        """Tell whether any event was refused."""
        return any(self.counts[status] for status in WRONG)

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._began

    def told(self, told: Told) -> None:
        """Count the answers to one batch."""
        with self._lock:
            self.batches += 1
            self.counts += told.counts
            self.problems += told.problems[: MOST_PROBLEMS - len(self.problems)]
            if time.monotonic() - self._said >= self._every:
                self._said = time.monotonic()
                self._show()

    def end(self) -> None:
        """Leave the last line standing."""
        if self._is_terminal:
            self._show()
            print(file=self._stream)

    def summary(self, cases: int) -> list[str]:
        """Return the closing lines."""
        total = self.counts.total()
        rate = total / max(self.seconds, 0.001)
        lines = [
            f"{cases} cases, {total} events in {self.batches} batches, {self.seconds:.1f} seconds, {rate:.0f} events/s",
            f"answered: {self._answers()}",
        ]
        if self.problems:
            lines += ["first problems:", *(f"  {problem}" for problem in self.problems)]
        return lines

    def _answers(self) -> str:
        return ", ".join(f"{status} {self.counts[status]}" for status in STATUSES if self.counts[status]) or "nothing"

    def _show(self) -> None:
        full = round(self.share * WIDTH)
        rate = self.counts.total() / max(self.seconds, 0.001)
        bar = f"[{'#' * full}{'.' * (WIDTH - full)}] {self.share:4.0%}  {rate:6.0f}/s  {self._answers()}"
        print(f"\r\x1b[K{bar}" if self._is_terminal else bar, end="" if self._is_terminal else "\n", file=self._stream)
        self._stream.flush()
