"""Tells whoever looks that this program lives: touches a file each second while it waits."""

from __future__ import annotations

import time
from pathlib import Path

BEAT = 1.0


class Heart:
    """Sleeps for this program. It beats only once it has been started."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._beats = False

    def start(self) -> None:
        """Begin to beat."""
        self._beats = True
        self.beat()

    def beat(self) -> None:
        """Touch the file, if it was started."""
        if self._beats:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.touch()

    def sleep(self, seconds: float) -> None:
        """Wait, beating."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.beat()
            time.sleep(min(BEAT, left))
        self.beat()
