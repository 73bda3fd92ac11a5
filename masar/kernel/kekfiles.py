"""Key-encryption keys (KEKs) as files, `<folder>/<id>.kek`, and beside them the note of their states, `keks.json`.

Waiting → active → old → retired. Without a note, the newest by name is active and the others are old.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from masar.kernel.clock import now
from masar.kernel.errors import Refusal
from masar.kernel.sealing import new_key

NOTE, AWAY = "keks.json", "retired"
SETTLES = timedelta(seconds=10)  # by then every process wraps by the new key: they look once a second
State = Literal["waiting", "active", "old", "retired"]
Sign = tuple[int, ...]


class KekRefused(Refusal):
    """A key-encryption key that may not be made, used or retired like this."""

    status, code, title = 409, "kek-refused", "Not with this key"


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encryption key and since when it is in its state."""

    id: str
    state: State
    since: datetime


def listed(folder: Path) -> list[Kek]:
    """Return the KEKs whose files are there, oldest name first."""
    noted = _noted(folder)
    ids = sorted(path.stem for path in folder.glob("*.kek"))
    return [noted.get(id_) or _unnoted(folder, id_, bool(noted), id_ == ids[-1]) for id_ in ids]


def _unnoted(folder: Path, id_: str, is_noted: bool, is_newest: bool) -> Kek:
    state: State = "active" if is_newest and not is_noted else "old"
    since = datetime.fromtimestamp(0, UTC)
    with suppress(FileNotFoundError):
        since = datetime.fromtimestamp((folder / f"{id_}.kek").stat().st_mtime, UTC)
    return Kek(id_, state, since)


def active_of(keks: Sequence[Kek]) -> str:
    """Return the id of the KEK that wraps; the newest that ever did, where the active one's file has not come yet."""
    by_worth = sorted(keks, key=lambda kek: (kek.state == "active", kek.state == "old", kek.id))
    return by_worth[-1].id


def key_in(folder: Path, id_: str) -> bytes:
    """Return the bytes of a KEK. Raises: ValueError when they are not 32."""
    key = (folder / f"{id_}.kek").read_bytes()
    if len(key) != 32:
        raise ValueError(f"{id_}.kek does not hold 32 bytes")
    return key


def sign_of(folder: Path) -> Sign:
    """Return what changes when a KEK comes, goes or changes its state."""
    looks = [folder.stat()]
    with suppress(FileNotFoundError):
        looks.append((folder / NOTE).stat())
    return tuple(number for look in looks for number in (look.st_ino, look.st_mtime_ns))


def create(folder: Path) -> Kek:
    """Make a KEK that waits: every process can open by it, none wraps by it."""
    with _alone(folder):
        keks = listed(folder)
        numbers = [int(name) for name in (*_noted(folder), *(kek.id for kek in keks)) if name.isdecimal()]
        made = Kek(f"{max(numbers, default=0) + 1:08d}", "waiting", now())
        _note(folder, [*keks, made])  # first the note: without one the newest file would be active at once
        _write(folder / f"{made.id}.kek", new_key())
        return made


def rotate(folder: Path, id_: str | None = None) -> tuple[Kek, Kek]:
    """Make a waiting KEK, or an old one by its id, the one that wraps; return the former and the new.

    Raises: KekRefused.
    """
    with _alone(folder):
        keks = {kek.id: kek for kek in listed(folder)}
        waiting = [kek.id for kek in keks.values() if kek.state == "waiting"]
        chosen = keks.get(id_ if id_ is not None else waiting[-1] if waiting else "")
        if chosen is None:
            raise KekRefused(f"There is no key {id_}." if id_ else "No key is waiting: `masar keys create` first.")
        if chosen.state not in ("waiting", "old"):
            raise KekRefused(f"Key {chosen.id} is {chosen.state} already.")
        former, at = keks[active_of(list(keks.values()))], now()
        new = replace(chosen, state="active", since=at)
        keks |= {former.id: replace(former, state="old", since=at), new.id: new}
        _note(folder, list(keks.values()))
        return former, new


def retire(folder: Path, id_: str) -> None:
    """Note that a KEK is retired: it opens still. Whether it wraps anything, the caller knows. Raises: KekRefused."""
    with _alone(folder):
        keks = {kek.id: kek for kek in listed(folder)}
        kek = demand_idle(list(keks.values()), id_)
        if kek.state != "retired":
            _note(folder, list((keks | {id_: replace(kek, state="retired", since=now())}).values()))


def demand_idle(keks: Sequence[Kek], id_: str) -> Kek:
    """Return a KEK by which no process wraps any longer. Raises: KekRefused."""
    kek = next((kek for kek in keks if kek.id == id_), None)
    if kek is None:
        raise KekRefused(f"There is no key {id_}.")
    if id_ == active_of(keks):
        raise KekRefused(f"Key {id_} is the one that wraps: `masar keys create` and `masar keys rotate` first.")
    if kek.state == "old" and now() - kek.since < SETTLES:
        raise KekRefused(f"Key {id_} was active a moment ago: try again in {SETTLES.seconds} seconds.")
    return kek


def move_away(folder: Path, id_: str) -> Path:
    """Move the file of a retired KEK into the folder `retired`, which no process reads; return where it is."""
    away = folder / AWAY
    with _alone(folder):
        away.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{id_}.kek").rename(away / f"{id_}.kek")
        _sync(away)
        _sync(folder)
    return away / f"{id_}.kek"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who changes the keys in a folder."""
    lock = os.open(folder / ".keks.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _noted(folder: Path) -> dict[str, Kek]:
    """Read the note: what stands there of every KEK that ever was."""
    try:
        text = (folder / NOTE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return {id_: Kek(id_, one["state"], datetime.fromisoformat(one["since"])) for id_, one in json.loads(text).items()}


def _note(folder: Path, keks: Sequence[Kek]) -> None:
    all_of_them = _noted(folder) | {kek.id: kek for kek in keks}
    lines = {kek.id: {"state": kek.state, "since": kek.since.isoformat()} for kek in all_of_them.values()}
    _write(folder / NOTE, json.dumps(lines, indent=1).encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner only."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
