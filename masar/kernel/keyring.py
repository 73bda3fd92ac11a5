"""The key ring of a running process: it takes up what `masar keys` changes by itself (docs/adr/0019)."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Protocol

from masar.kernel import kekfiles
from masar.kernel.sealing import CannotOpen, open_sealed, seal

LOOK_EVERY = 1.0  # seconds: a key that was made active wraps at most so much later
_FORGET_UNKNOWN = 1000  # names of keys that are not there, at most so many in memory
_log = logging.getLogger("masar.keys")


class KeyRing(Protocol):
    """Wraps and unwraps keys of persons. A file ring here; a KMS or PKCS#11 ring has the same two verbs."""

    @property
    def active(self) -> str: ...
    def wrap(self, key: bytes, *place: str | int) -> tuple[str, bytes]: ...
    def unwrap(self, kek: str, wrapped: bytes, *place: str | int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Held:
    keys: Mapping[str, bytes]
    active: str
    seen: kekfiles.Sign


class FileKeyRing:
    """KEKs as files of 32 bytes, `<folder>/<id>.kek`, and their states beside them.

    What is held is replaced whole, so that no caller sees half a change.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, Lock()
        self._unknown: dict[str, float] = {}
        self._looked = time.monotonic()
        self._held = self._read()

    @property
    def active(self) -> str:
        """The id of the KEK that wraps now."""
        return self._now().active

    def wrap(self, key: bytes, *place: str | int) -> tuple[str, bytes]:
        """Wrap a key under the active KEK; return that KEK's id with it, since the next moment it may be another."""
        held = self._now()
        return held.active, seal(held.keys[held.active], key, *place)

    def unwrap(self, kek: str, wrapped: bytes, *place: str | int) -> bytes:
        """Unwrap a key. Raises: CannotOpen, also when the ring has no such KEK."""
        found = self._now().keys.get(kek) or self._looked_for(kek)
        if found is None:
            raise CannotOpen(f"the key ring holds no key {kek}")
        return open_sealed(found, wrapped, *place)

    def _now(self) -> _Held:
        """Return what is held, after a look at the folder where the last is a second old."""
        if time.monotonic() - self._looked >= LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                if kekfiles.sign_of(self._folder) != self._held.seen:
                    self._take_up()
            finally:
                self._lock.release()
        return self._held

    def _looked_for(self, kek: str) -> bytes | None:
        """Read the folder for a KEK that is not held, at most once a second for each name."""
        with self._lock:
            if kek not in self._held.keys and time.monotonic() - self._unknown.get(kek, -LOOK_EVERY) >= LOOK_EVERY:
                self._take_up()
                if len(self._unknown) >= _FORGET_UNKNOWN:
                    self._unknown.clear()
                self._unknown[kek] = time.monotonic()
            return self._held.keys.get(kek)

    def _take_up(self) -> None:
        try:
            self._held = self._read()
        except (OSError, ValueError) as trouble:
            _log.error("the key ring stays as it was: %s", trouble)

    def _read(self) -> _Held:
        seen = kekfiles.sign_of(self._folder)  # before the reading: what changes meanwhile is read again
        keks = kekfiles.listed(self._folder)
        keys = {kek.id: kekfiles.key_in(self._folder, kek.id) for kek in keks}
        if not keys:
            raise FileNotFoundError(f"no key-encryption key in {self._folder}: run `masar doctor`")
        return _Held(keys, kekfiles.active_of(keks), seen)
