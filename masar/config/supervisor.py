"""Starts the parts of Masar, starts again what dies, says when all answer, and ends all of them together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from masar.config.lifeline import die_with_parent

END_SECONDS = 10.0
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 10.0
TRIES_BEFORE_READY = 5
LARGEST_LOG = 10_000_000

Say = Callable[[str], None]


class PartKeepsEnding(Exception):
    """A part ended again and again before Masar was ready."""


@dataclass(slots=True)
class Part:
    """One process of Masar: how to start it and how to see that it answers."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    answers: Callable[[float], bool]  # given when it was started, in seconds since the epoch, as files are stamped
    started_at: float = 0.0
    process: "subprocess.Popen[bytes] | None" = None
    endings: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        """Start the process in a group of its own; it dies with this process, however that ends."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > LARGEST_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
        self.started_at = time.time()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )

    def has_ended(self) -> bool:
        """Say whether the process is gone, its exit taken note of."""
        return self.process is None or self.process.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        """Send the signal to the process and to all that it started."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def last_lines(self) -> str:
        """Return the end of its log."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-12:])


@dataclass(slots=True)
class Supervisor:
    """Runs the parts until it is told to stop by SIGINT or SIGTERM."""

    parts: list[Part]
    say: Say
    look_after: Callable[[], None]  # called about every second: the database
    on_ready: Callable[[], None]
    _stopping: bool = False
    _ready: bool = False
    _looked_at: float = field(default=0.0)

    def run(self) -> None:
        """Run until told to stop; end every part before returning.

        Raises: PartKeepsEnding.
        """
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._stopping:
                self._look()
                time.sleep(0.1)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _look(self) -> None:
        if time.monotonic() - self._looked_at >= 1:
            self.look_after()
            self._looked_at = time.monotonic()
        for part in self.parts:
            self._tend(part)
        if not self._ready and all(not part.has_ended() and part.answers(part.started_at) for part in self.parts):
            self._ready = True
            self.on_ready()

    def _tend(self, part: Part) -> None:
        if not part.has_ended():
            return
        if part.process is not None:
            self._note_ending(part, part.process.returncode)
        if time.monotonic() >= part.not_before:
            part.start()

    def _note_ending(self, part: Part, code: int) -> None:
        part.signal(signal.SIGKILL)  # what it started must not live on beside its successor
        part.process = None
        part.endings = 1 if time.time() - part.started_at > STEADY_SECONDS else part.endings + 1
        if not self._ready and part.endings >= TRIES_BEFORE_READY:
            raise PartKeepsEnding(
                f"The part “{part.name}” ended {part.endings} times. Its log, {part.log}, ends:\n{part.last_lines()}"
            )
        pause = min(0.25 * 2 ** (part.endings - 1), LONGEST_PAUSE)
        part.not_before = time.monotonic() + pause
        how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        self.say(f"The part “{part.name}” {how}; starting it again (log: {part.log})")

    def _end(self) -> None:
        for part in self.parts:
            part.signal(signal.SIGTERM)
        give_up = time.monotonic() + END_SECONDS
        while time.monotonic() < give_up and not all(part.has_ended() for part in self.parts):
            time.sleep(0.05)
        for part in self.parts:
            part.signal(signal.SIGKILL)
            if part.process is not None:
                part.process.wait()
