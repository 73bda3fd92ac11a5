"""The supervisor with small parts of its own: restarts, endings, and a kill -9 of itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from masar.config.answering import beats, is_port_free
from masar.config.supervisor import Part, PartKeepsEnding, Supervisor
from masar.kernel.tests.servers import eventually

SOURCES = Path(__file__).resolve().parents[3]
BEAT = "import pathlib, sys, time\nwhile True: pathlib.Path(sys.argv[1]).touch(); time.sleep(0.05)"
STUBBORN = (
    "import pathlib, signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "while True: pathlib.Path(sys.argv[1]).touch(); time.sleep(0.05)"
)


def part(folder: Path, name: str, code: str, answers: Callable[[float], bool] = lambda _: True) -> Part:
    command = [sys.executable, "-c", code, str(folder / f"{name}.alive")]
    return Part(name, command, dict(os.environ), folder / f"{name}.log", answers)


def run_until(supervisor: Supervisor, is_so: Callable[[], bool]) -> None:
    """Run the supervisor here, where signals arrive, and end it with SIGTERM once it is so."""

    def wait() -> None:
        eventually(is_so)
        os.kill(os.getpid(), signal.SIGTERM)

    waiter = threading.Thread(target=wait)
    waiter.start()
    supervisor.run()
    waiter.join()


def test_a_killed_part_is_started_again_and_said_so(tmp_path: Path) -> None:
    said: list[str] = []
    beating = part(tmp_path, "beating", BEAT, lambda since: beats(tmp_path / "beating.alive", since))
    pids: list[int] = []

    def was_back() -> bool:
        if said and beating.process is not None and beating.process.pid not in pids[:1]:
            return True
        if not pids and beating.process is not None and beats(tmp_path / "beating.alive", beating.started_at):
            pids.append(beating.process.pid)
            os.kill(pids[0], signal.SIGKILL)
        return False

    run_until(Supervisor([beating], said.append, lambda: None, lambda: None), was_back)
    assert said == [f"The part “beating” was killed by signal 9; starting it again (log: {tmp_path / 'beating.log'})"]
    assert beating.has_ended()


def test_it_is_ready_only_when_every_part_answers(tmp_path: Path) -> None:
    ready: list[float] = []
    opened = tmp_path / "open"
    parts = [
        part(tmp_path, "quick", BEAT, lambda since: beats(tmp_path / "quick.alive", since)),
        part(tmp_path, "slow", BEAT, lambda _: opened.exists()),
    ]
    began = time.monotonic()

    def is_ready() -> bool:
        if time.monotonic() - began > 0.7:
            opened.touch()
        return bool(ready)

    run_until(Supervisor(parts, print, lambda: None, lambda: ready.append(time.monotonic() - began)), is_ready)
    assert len(ready) == 1
    assert ready[0] > 0.7


def test_a_part_that_keeps_ending_before_ready_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    failing = part(tmp_path, "failing", "raise SystemExit('no luck')")
    other = part(tmp_path, "other", BEAT, lambda _: False)
    with pytest.raises(PartKeepsEnding, match="no luck"):
        Supervisor([failing, other], print, lambda: None, lambda: None).run()
    assert other.has_ended()


def test_a_part_that_ignores_the_word_to_end_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("masar.config.supervisor.END_SECONDS", 0.5)
    stubborn = part(tmp_path, "stubborn", STUBBORN)
    run_until(
        Supervisor([stubborn], print, lambda: None, lambda: None),
        lambda: stubborn.process is not None and beats(tmp_path / "stubborn.alive"),
    )
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL


def test_the_parts_of_a_killed_supervisor_die_with_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from masar.config.tests.test_supervisor import *\n"
        "folder = Path(sys.argv[1]); Supervisor([part(folder, 'beating', BEAT), part(folder, 'stubborn', STUBBORN)],"
        " print, lambda: None, lambda: None).run()"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(SOURCES)}
    )
    assert eventually(lambda: beats(tmp_path / "beating.alive"))
    supervisor.kill()
    supervisor.wait()
    time.sleep(0.3)
    last = (tmp_path / "beating.alive").stat().st_mtime
    time.sleep(0.3)
    assert (tmp_path / "beating.alive").stat().st_mtime == last
    assert not [entry for entry in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in read(entry)]


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_port_is_free_only_while_nobody_listens(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert not is_port_free(port)
    assert is_port_free(port)
