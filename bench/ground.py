"""Where the figures are taken: a database of its own on the embedded server or DATABASE_URL, and a web part."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from masar.config import surroundings
from masar.config.answering import answers, free_port
from masar.config.command.up import GRANIAN
from masar.config.lifeline import die_with_parent
from masar.config.preparation import prepare_tables
from masar.kernel import postgres

ROOT = Path(__file__).resolve().parent.parent
NAME = "masar_bench"


class NotReady(Exception):
    """The web part did not start; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Web:
    """A running web part."""

    port: int
    pid: int


@contextmanager
def database() -> Iterator[str]:
    """Make an empty database with all tables; yield its owner's address; drop it afterwards.

    From then on this process and its children use it.
    """
    home = surroundings.home()
    with postgres.acquire(home) as lease:
        _drop(lease.dsn)
        with psycopg.connect(lease.dsn, autocommit=True) as admin:
            admin.execute(f"create database {NAME}")
        dsn = make_conninfo(lease.dsn, dbname=NAME)
        if "DATABASE_URL" in os.environ:
            os.environ["DATABASE_URL"] = dsn
        os.environ |= {"MASAR_PG_DSN": dsn, "MASAR_HOME": str(home), "MASAR_DEMONSTRATION": "1"}
        prepare_tables(dsn)
        try:
            yield dsn
        finally:
            _drop(lease.dsn)


def _drop(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"drop database if exists {NAME} with (force)")


@contextmanager
def web() -> Iterator[Web]:
    """Start granian as `masar up` does, and end it afterwards. Raises: NotReady."""
    port = free_port()
    log = surroundings.home() / "log" / "bench-web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    around = {name: value for name, value in os.environ.items() if name != "MASAR_ROLE"}
    command = [sys.executable, *GRANIAN, "--port", str(port), "masar.config.web:application"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=around | {"PORT": str(port)},
            stdout=out,
            stderr=out,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )
    try:
        until = time.monotonic() + 30
        while not answers(port, "/readyz"):
            if process.poll() is not None or time.monotonic() > until:
                raise NotReady(log.read_text(errors="replace")[-3000:])
            time.sleep(0.05)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def environment_of(dsn: str, role: str | None = None) -> dict[str, str]:
    """Return the environment that makes PostgreSQL's own programs reach the database, as a role."""
    from masar.kernel.dsn import role_parameters

    parts = role_parameters(dsn, role) if role else conninfo_to_dict(dsn)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE", "password": "PGPASSWORD"}
    return dict(os.environ) | {names[key]: str(value) for key, value in parts.items() if key in names}
