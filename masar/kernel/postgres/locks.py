"""File locks that the kernel drops when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masar.kernel.postgres.errors import FolderNotUsable


class LockIsHeld(Exception):
    """Somebody else holds the lock."""


def take(path: Path, *, shared: bool = False) -> int:
    """Lock the file without waiting and return its descriptor; closing it frees the lock.

    Raises: LockIsHeld, OSError.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LockIsHeld(str(path)) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_free(path: Path) -> bool:
    """Say whether nobody holds the lock, neither shared nor alone."""
    try:
        descriptor = take(path)
    except LockIsHeld:
        return False
    os.close(descriptor)
    return True


@contextmanager
def held(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock alone inside the block, waiting for it at most so long.

    Raises: LockIsHeld when waiting 0 seconds; FolderNotUsable when it stays held.
    """
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            descriptor = take(path)
            break
        except LockIsHeld:
            if wait_seconds == 0:
                raise
            if time.monotonic() > give_up:
                raise FolderNotUsable(f"Another command has held {path} for {wait_seconds:.0f} seconds.") from None
            time.sleep(0.05)
    try:
        yield
    finally:
        os.close(descriptor)
