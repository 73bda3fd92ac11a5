"""`masar up` as a whole, under kill -9 of each of its processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from masar.config.answering import answers, beats, free_port
from masar.kernel.postgres import server
from masar.kernel.postgres.place import place_of
from masar.kernel.tests.servers import eventually, throwaway_home, watchers

pytestmark = pytest.mark.database
SOURCES = Path(__file__).resolve().parents[3]
FOREIGN = ("DATABASE_URL", "MASAR_PG_DSN", "MASAR_ROLE", "LIVE_PORT", "LIVE_URL", "MASAR_DEMONSTRATION", "PORT")


@dataclass
class Running:
    home: Path
    port: int
    process: "subprocess.Popen[str]"
    seconds: float
    lines: list[str]

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "masar.config.command", *words],
            env=surroundings(self.home, self.port),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def parts(self) -> dict[str, int]:
        """The processes of the parts by name, granian's worker apart from its main process."""
        found = {}
        for pid, parent, title in processes():
            name = re.search(r"masar\.(live|config\.worker)\b|granian", title)
            if name and parent == self.process.pid:
                found[{"granian": "web", "masar.live": "live"}.get(name[0], "worker")] = pid
        for pid, parent, _ in processes():
            if parent == found.get("web"):
                found["web's worker"] = pid
        return found

    def is_whole(self) -> bool:
        return (
            answers(self.port, "/readyz")
            and answers(self.live_port(), "/healthz")
            and beats(self.home / "run" / "worker.alive")
            and len(watchers(self.home)) == 1
        )

    def live_port(self) -> int:
        return int(Path(f"/proc/{self.parts()['web']}/environ").read_text().split("\0LIVE_PORT=")[1].split("\0")[0])


def surroundings(home: Path, port: int) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in FOREIGN}
    return {**kept, "MASAR_HOME": str(home), "PORT": str(port), "PYTHONPATH": str(SOURCES)}


def processes() -> Iterator[tuple[int, int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                title = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                parent = (entry / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[1]
                if title:
                    yield int(entry.name), int(parent), title


def start(home: Path, *options: str) -> Running:
    port, began = free_port(), time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "masar.config.command", "up", *options],
        env=surroundings(home, port),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line.strip())
        if line.startswith("ready "):
            break
    assert lines[-1] == f"ready http://127.0.0.1:{port}", "\n".join(lines)
    return Running(home, port, process, time.monotonic() - began, lines)


def stop(running: Running) -> None:
    with suppress(ProcessLookupError):
        running.process.terminate()
    running.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with throwaway_home() as home:
        started = start(home)
        yield started
        stop(started)


def test_it_says_ready_once_every_part_answers(running: Running) -> None:
    assert running.is_whole()
    assert set(running.parts()) == {"web", "web's worker", "live", "worker"}
    assert running.seconds < 60


@pytest.mark.parametrize("name", ["web", "web's worker", "live", "worker", "server", "watcher"])
def test_a_killed_process_is_back_within_moments(running: Running, name: str) -> None:
    assert eventually(running.is_whole, 20)
    before = everything(running)
    os.kill(before[name], signal.SIGKILL)
    assert eventually(lambda: everything(running).get(name) not in (None, before[name]), 20)
    assert eventually(running.is_whole, 20)
    assert len([pid for pid, _, title in processes() if f"--port {running.port} " in title]) == 2


def everything(running: Running) -> dict[str, int]:
    found = running.parts()
    pid = server.postmaster(place_of(running.home))
    if pid is not None:
        found["server"] = pid
    for watcher in watchers(running.home):
        found["watcher"] = watcher
    return found


def test_a_taken_port_is_said_in_words(running: Running) -> None:
    answer = running.command("up")
    assert answer.returncode == 1
    assert f"port {running.port} is taken" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_doctor_finds_nothing_wrong(running: Running) -> None:
    assert eventually(running.is_whole, 20)
    answer = running.command("doctor")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "BAD" not in answer.stdout
    for part in ("web", "live", "worker"):
        assert f"The part “{part}” answers." in answer.stdout


def test_another_command_shares_the_server(running: Running) -> None:
    before = server.postmaster(place_of(running.home))
    answer = running.command("dsn")
    assert answer.stdout.strip() == place_of(running.home).dsn
    time.sleep(4)
    assert server.postmaster(place_of(running.home)) == before


def test_ctrl_c_ends_everything_and_the_next_start_is_quick() -> None:
    with throwaway_home() as home:
        stop(first := start(home))
        assert first.process.returncode == 0
        assert not server.processes(place_of(home))
        assert not [title for _, _, title in processes() if f"--port {first.port} " in title]
        second = start(home)
        parts = second.parts()
        second.process.kill()  # before anything may fail: nothing is to be left behind
        second.process.communicate()
        assert second.seconds < 10
        assert not [line for line in second.lines if "tables" in line or "catalogue" in line]
        assert eventually(lambda: not set(parts.values()) & {pid for pid, _, _ in processes()}, 3)
        assert eventually(lambda: not server.processes(place_of(home)))
