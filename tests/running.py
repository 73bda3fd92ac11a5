"""A really running Masar for tests: granian as in production, on a free port, against the test's own database.

Tests of this folder get the fixture `server` by its name; elsewhere import it from here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from masar.config.answering import answers, free_port
from masar.config.command.up import GRANIAN

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30


class DidNotStart(Exception):
    """The server ended, or did not answer in time; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running Masar listens."""

    port: int
    pid: int
    log: Path

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(log: Path, **environment: str) -> Iterator[Server]:
    """Start the web part as production does, wait until it can serve, and end it afterwards. Raises: DidNotStart."""
    port = free_port()
    command = [sys.executable, *GRANIAN, "--port", str(port), "masar.config.web:application"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_environment(PORT=str(port), **environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            process_group=0,
        )
    try:
        _wait(process, port, log)
        yield Server(port, process.pid, log)
    finally:
        _end(process)


def _environment(**more: str) -> Mapping[str, str]:
    around = {name: value for name, value in os.environ.items() if name != "MASAR_ROLE"}
    return around | {"PYTHONUNBUFFERED": "1"} | more


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(port, "/readyz"):
        if process.poll() is not None or time.monotonic() > until:
            raise DidNotStart(log.read_text(errors="replace")[-3000:])
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
            process.wait(10)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


@pytest.fixture(scope="session")
def server(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Masar with the catalogue of Kuwait."""
    with running(tmp_path_factory.mktemp("web") / "web.log") as started:
        yield started
