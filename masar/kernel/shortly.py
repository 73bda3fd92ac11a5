"""What is remembered for a short while and then forgotten, also where nobody asks again."""

from __future__ import annotations

from threading import Lock, Timer
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Shortly(Generic[Key, Value]):
    """Remembers up to `most` values in each of two halves; each is gone after twice `seconds` at the latest."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most, self._lock = seconds, most, Lock()
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}
        self._timer: Timer | None = None

    def get(self, key: Key) -> Value | None:
        """Return what is remembered, or None."""
        found = self._young.get(key)
        return self._old.get(key) if found is None else found

    def put(self, key: Key, value: Value) -> None:
        """Remember a value."""
        with self._lock:
            if len(self._young) >= self._most:
                self._turn()
            self._young[key] = value
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is None or not self._timer.is_alive():  # the thread does not follow into a forked process
            self._timer = Timer(self._seconds, self._forget)
            self._timer.daemon = True
            self._timer.start()

    def _forget(self) -> None:
        with self._lock:
            self._turn()
            self._timer = None
            if self._old:
                self._set_timer()

    def _turn(self) -> None:
        self._young, self._old = {}, self._young
