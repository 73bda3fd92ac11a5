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
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from masar.config.answering import answers, free_port
from masar.config.command.up import GRANIAN
from masar.config.lifeline import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30


class DidNotStart(Exception):
    """The server ended, or did not answer in time; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running Masar listens. `live_port` is 0 where only the web part runs."""

    port: int
    pid: int
    log: Path
    live_port: int = 0

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def running(log: Path, **environment: str) -> Iterator[Server]:
    """Start the web part as production does, wait until it can serve, and end it afterwards. Raises: DidNotStart."""
    port = int(environment.get("PORT") or free_port())
    command = [*GRANIAN, "--port", str(port), "masar.config.web:application"]
    with _part(log, *command, **environment | {"PORT": str(port)}) as process:
        _wait(process, port, "/readyz", log)
        yield Server(port, process.pid, log)


@contextmanager
def running_whole(folder: Path) -> Iterator[Server]:
    """Start web, live and worker as `masar up` does, wait until pages can be live, and end them afterwards.

    Raises: DidNotStart.
    """
    port, live_port = free_port(), free_port()
    around = {"PORT": str(port), "LIVE_PORT": str(live_port)}
    with (
        _part(folder / "live.log", "-m", "masar.live", **around) as live,
        _part(folder / "worker.log", "-m", "masar.config.worker", **around),
        running(folder / "web.log", **around) as server,
    ):
        _wait(live, live_port, "/healthz", folder / "live.log")
        yield replace(server, live_port=live_port)


@contextmanager
def _part(log: Path, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=_environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            process_group=0,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
    try:
        yield process
    finally:
        _end(process)


def _environment(**more: str) -> Mapping[str, str]:
    around = {name: value for name, value in os.environ.items() if name != "MASAR_ROLE"}
    return around | {"PYTHONUNBUFFERED": "1"} | more


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(port, path):
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
