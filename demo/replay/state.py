"""How far a replay came, in a small file that is replaced whole: after kill -9 the next run goes on from there."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path


class OtherLog(ValueError):
    """The state file tells of another log or mapping."""


@dataclass(slots=True)
class State:
    """`done`: cases behind us, by lane. `shift_days` is chosen once, so that a repeated event is the same event."""

    log: str
    mapping: str
    done: list[int] = field(default_factory=list)
    shift_days: int = 0
    finished: str = ""  # what was asked for when everything was sent: "all" or the number of cases


class StateFile:
    """The state on disk. Safe for several threads of one process."""

    def __init__(self, path: Path, state: State) -> None:
        self.path, self.state = path, state
        self._lock = threading.Lock()

    def note(self, lane: int, done: int) -> None:
        """Keep how many cases of a lane are behind us."""
        with self._lock:
            if self.state.done[lane] != done:
                self.state.done[lane] = done
                self._write()

    def write(self) -> None:
        """Write the state."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(f".{os.getpid()}.new")
        beside.write_text(json.dumps(asdict(self.state)), encoding="utf-8")
        beside.replace(self.path)


def open_state(path: Path, log: Path, mapping: str, lanes: int) -> tuple[StateFile, bool]:
    """Return the state and whether it stood there already. Raises: OtherLog, OSError."""
    mark = fingerprint(log)
    if not path.exists():
        return StateFile(path, State(mark, mapping, [0] * lanes)), False
    state = State(**json.loads(path.read_text(encoding="utf-8")))
    if (state.log, state.mapping) != (mark, mapping):
        raise OtherLog(f"{path} tells how far another log came; name another file with --state, or remove it")
    return StateFile(path, state), True


def fingerprint(log: Path) -> str:
    """Return the size of a file and the SHA-256 of its first mebibyte."""
    with log.open("rb") as stream:
        return f"{log.stat().st_size}-{hashlib.sha256(stream.read(1 << 20)).hexdigest()[:16]}"
