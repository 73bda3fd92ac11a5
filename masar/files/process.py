"""Runs `masar.files.cleaning` on hostile bytes: at most two at once, with limits, and with nothing of ours to see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from typing import IO

from masar.files.rules import MOST, TYPES, Clean, NotAPaper

AT_ONCE = 2
PATIENCE = 10.0  # seconds for a free place
WALL = 30.0  # seconds for the work itself
_places = threading.BoundedSemaphore(AT_ONCE)


def cleaned(data: bytes, accept: Sequence[str], max_bytes: int) -> Clean:
    """Return what the other process made of some bytes. Raises: NotAPaper."""
    if not _places.acquire(timeout=PATIENCE):
        raise NotAPaper("not-now")
    try:
        return _read(_run(data, accept, max_bytes), accept, max_bytes)
    finally:
        _places.release()


def _run(data: bytes, accept: Sequence[str], max_bytes: int) -> bytes:
    with _nowhere() as given, _nowhere() as made:
        given.write(data)
        given.seek(0)
        try:
            subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-I", "-m", "masar.files.cleaning", str(max_bytes), *accept],
                stdin=given,
                stdout=made,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
                timeout=WALL,
                check=True,
            )
        except subprocess.TimeoutExpired as late:
            raise NotAPaper("took-too-long") from late
        except subprocess.CalledProcessError as fallen:
            raise NotAPaper("damaged") from fallen
        made.seek(0)
        return made.read(MOST + 4096)


def _read(made: bytes, accept: Sequence[str], max_bytes: int) -> Clean:
    """Read the other process's answer as that of a stranger: hostile bytes may have taken it over."""
    head, _, content = made.partition(b"\n")
    try:
        answer = json.loads(head)
        if "code" in answer:
            raise NotAPaper(answer["code"], **answer["facts"])
        media_type = answer["media_type"]
    except (ValueError, KeyError, TypeError) as nonsense:
        raise NotAPaper("damaged") from nonsense
    if media_type not in TYPES or media_type not in accept or not 0 < len(content) <= max_bytes:
        raise NotAPaper("damaged")
    return Clean(content, media_type)


def _nowhere() -> IO[bytes]:
    """Open a file that lies in memory only: a person's paper is never on a disk in the open."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("paper"), "w+b")
    return tempfile.TemporaryFile()
