"""`masar up`: start every part and keep it running."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import click

from masar.config import surroundings
from masar.config.answering import answers, beats, free_port, is_port_free
from masar.config.command.demo import cast_lines
from masar.config.lifeline import die_with_parent
from masar.config.preparation import prepare_catalogue, prepare_demonstration, prepare_tables
from masar.config.supervisor import Part, Supervisor
from masar.kernel import postgres

GRANIAN = (
    *("-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--workers", "1", "--blocking-threads", "80"),
    *("--no-ws", "--http", "1", "--log-level", "warning", "--workers-kill-timeout", "8"),
)


@click.command()
@click.option("--demo", is_flag=True, help="Also start the simulated agencies and print the cast.")
@click.option("--port", type=click.IntRange(1, 65535), envvar="PORT", default=surroundings.DEFAULT_PORT)
@click.option("--live-port", type=click.IntRange(1, 65535), envvar="LIVE_PORT", help="Without it, a free port.")
def up(demo: bool, port: int, live_port: int | None) -> None:
    """Start Masar and keep it running until Ctrl-C."""
    if os.environ.pop("MASAR_FOLLOW_PARENT", None):
        die_with_parent(os.getppid(), signal.SIGTERM)
    _refuse_taken("PORT", port)
    if live_port is None and not os.environ.get("LIVE_URL"):  # LIVE_URL alone: `live` stands on another host
        live_port = free_port()
    elif live_port is not None:
        _refuse_taken("LIVE_PORT", live_port)
    home = surroundings.home()
    _say("Starting the database …")
    try:
        with postgres.acquire(home) as lease:
            prepare_tables(lease.dsn, _say)
            prepare_catalogue(lease.dsn, _say)
            if demo:
                prepare_demonstration(lease.dsn)
            _run_parts(home, lease.dsn, port, live_port, demo)
    finally:
        postgres.stop_if_unused(home)


def _run_parts(home: Path, dsn: str, port: int, live_port: int | None, demo: bool) -> None:
    _say("Starting the parts …")
    with _noted(home, {"pid": os.getpid(), "port": port, "live_port": live_port}):
        supervisor = Supervisor(
            parts=parts(home, dsn, port, live_port, demo),
            say=_say,
            look_after=_look_after(home),
            on_ready=lambda: _announce(port, demo),
        )
        supervisor.run()
    _say("Masar has stopped.")


def parts(home: Path, dsn: str, port: int, live_port: int | None, demo: bool) -> list[Part]:
    """Return the parts of Masar: web, live unless it stands on another host, worker, and the demonstration if asked."""
    shared = {"PORT": str(port)}
    if live_port is not None:
        shared["LIVE_PORT"] = str(live_port)
    if demo:
        shared["MASAR_DEMONSTRATION"] = "1"
        shared.setdefault("MASAR_EID", os.environ.get("MASAR_EID") or pretended_identity(home))
    around = surroundings.environment(dsn, **shared)
    run, log = home / "run", home / "log"
    python = sys.executable
    web = [python, *GRANIAN, "--port", str(port), "masar.config.web:application"]
    made = [Part("web", web, around, log / "web.log", lambda _: answers(port, "/readyz"))]
    if live_port is not None:
        live = [python, "-m", "masar.live"]
        made.append(Part("live", live, around, log / "live.log", lambda _: answers(live_port, "/healthz")))
    worker = [python, "-m", "masar.config.worker"]
    made.append(Part("worker", worker, around, log / "worker.log", partial(beats, run / "worker.alive")))
    if demo:
        url = {"MASAR_URL": f"http://127.0.0.1:{port}"}
        made.append(
            Part("demo", [python, "-m", "demo"], around | url, log / "demo.log", partial(beats, run / "demo.alive"))
        )
    return made


def pretended_identity(home: Path) -> str:
    """Write the file by which a demonstration offers a pretended identity; return where it stands."""
    title = {"ar": "بهوية تجريبية", "en": "With a pretended identity", "ur": "نمائشی شناخت سے"}
    path = home / "run" / "identities.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"demo": {"adapter": "pretended", "title": title}}), encoding="utf-8")
    return str(path)


def _refuse_taken(name: str, port: int) -> None:
    if not is_port_free(port):
        raise click.ClickException(
            f"port {port} is taken by another program. Stop that one, or choose another port: {name}={port + 1}"
        )


def _look_after(home: Path) -> Callable[[], None]:
    """Return what is done each second: see to the database, and say how far the demonstration's history came."""
    said, file = [""], home / "run" / "demo.words"
    file.unlink(missing_ok=True)  # what an earlier start said

    def look() -> None:
        try:
            postgres.ensure(home)
        except postgres.DatabaseTrouble as trouble:
            _say(str(trouble))
        with suppress(OSError):
            words = file.read_text(encoding="utf-8").strip()
            if words and words != said[0]:
                said[0] = words
                _say(words)

    return look


def _announce(port: int, demo: bool) -> None:
    if demo:
        for line in cast_lines():
            _say(line)
    _say(f"ready http://127.0.0.1:{port}")


@contextmanager
def _noted(home: Path, facts: dict[str, int | None]) -> Iterator[None]:
    """Note for `masar doctor` what runs here, as long as it runs."""
    note = home / "run" / "up.json"
    note.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(json.dumps(facts), encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def _say(words: str) -> None:
    """Print a line; where nobody reads on, stay silent rather than fall over."""
    try:
        print(words, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
