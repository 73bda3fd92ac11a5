"""The list of erased persons outside the database: it survives the restoring of an older one (docs/adr/0019)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Erased:
    """An erased person. A restored database may give an id anew; with `made_at` it names one person for ever."""

    person_id: int
    made_at: datetime
    erased_at: datetime


def list_at() -> Path:
    """Return where the list is: `MASAR_ERASURES`, else `erasures` beside the folder of secrets."""
    if named := os.environ.get("MASAR_ERASURES"):
        return Path(named)
    secrets = os.environ.get("MASAR_SECRETS") or Path(os.environ.get("MASAR_HOME", "var")) / "secrets"
    return Path(secrets).resolve().parent / "erasures"


def append(erased: Erased) -> None:
    """Write one line and wait until it is on the disk."""
    path = list_at()
    is_new = not path.exists()
    line = f"{erased.person_id} {erased.made_at.isoformat()} {erased.erased_at.isoformat()}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, f"\n{line}\n".encode())  # a line that was cut short stays one by itself
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        _sync(path.parent)


def erased() -> Sequence[Erased]:
    """Return everybody on the list, in order. What a fall of the machine cut short is left out."""
    path = list_at()
    try:
        look = path.stat()
    except FileNotFoundError:
        return ()
    return _read_all(path, look.st_ino, look.st_size, look.st_mtime_ns)


@lru_cache(maxsize=1)
def _read_all(path: Path, *sign: int) -> Sequence[Erased]:
    """Read the list, once for each sign of it: a process asks often, and it changes seldom."""
    lines = path.read_text(encoding="ascii", errors="replace").splitlines()
    return tuple(one for line in lines if (one := _read(line)) is not None)


def _read(line: str) -> Erased | None:
    try:
        person_id, made_at, erased_at = line.split(" ")
        made, gone = datetime.fromisoformat(made_at), datetime.fromisoformat(erased_at)
        return Erased(int(person_id), made, gone) if made.tzinfo and gone.tzinfo else None
    except ValueError:
        return None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
