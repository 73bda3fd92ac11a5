"""Brings the database up to date before anything uses it: the tables, then the shipped catalogue.

What was done is noted as a comment on the database, so that it follows the data and the next start need not look again.
"""

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from masar.config.surroundings import SHIPPED_CATALOGUE, environment

PACKAGE = Path(__file__).resolve().parents[1]
PINNED = ("Django", "procrastinate")
LOCK = 6_027_201
Say = Callable[[str], None]


class NotPrepared(Exception):
    """The database could not be brought up to date; the message says why."""


def prepare_tables(dsn: str, say: Say = lambda words: None) -> None:
    """Run the migrations that are pending, once however many commands ask at the same time.

    Raises: NotPrepared.
    """
    files = (*PACKAGE.glob("*/migrations/*.py"), PACKAGE / "config" / "settings.py", PACKAGE / "kernel" / "roles.py")
    wanted = _print_of(files, *(version(name) for name in PINNED))
    command = [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0"]
    _do_once(dsn, "tables", wanted, command, lambda: say("Bringing the tables up to date …"), MASAR_ROLE="owner")


def prepare_catalogue(dsn: str, say: Say = lambda words: None) -> None:
    """Load the shipped catalogue if it changed since it was last loaded here.

    Raises: NotPrepared.
    """
    files = (path for path in (PACKAGE / "catalogue").rglob("*") if path.is_file() and "tests" not in path.parts)
    wanted = _print_of(path for path in files if path.suffix not in {".pyc", ".mo"})
    command = [sys.executable, "-m", "masar.config.command", "catalogue", "load", str(SHIPPED_CATALOGUE)]
    _do_once(dsn, "catalogue", wanted, command, lambda: say("Loading the catalogue of services …"))


def prepare_demonstration(dsn: str) -> None:
    """Give the simulated agencies their keys and the cast their accounts, where they have none.

    Raises: NotPrepared.
    """
    _run([sys.executable, "-m", "masar.config.demonstration"], dsn, MASAR_DEMONSTRATION="1")


def are_tables_made(connection: "psycopg.Connection[Any]") -> bool:
    """Say whether this database was ever prepared."""
    return _note_of(connection).get("tables") is not None


def _do_once(dsn: str, what: str, wanted: str, command: list[str], announce: Callable[[], None], **more: str) -> None:
    with _connected(dsn) as connection:
        if _note_of(connection).get(what) == wanted:
            return
        connection.execute("select pg_advisory_lock(%s)", [LOCK])
        if _note_of(connection).get(what) == wanted:
            return
        announce()
        _run(command, dsn, **more)
        _note(connection, _note_of(connection) | {what: wanted})


def _run(command: list[str], dsn: str, **more: str) -> None:
    answer = subprocess.run(  # noqa: S603
        command,
        env=environment(dsn, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        end = "\n".join(answer.stdout.strip().splitlines()[-12:])
        raise NotPrepared(f"The database could not be brought up to date (see `masar doctor`):\n{end}")


@contextmanager
def _connected(dsn: str) -> "Iterator[psycopg.Connection[Any]]":
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as connection:
            yield connection
    except psycopg.OperationalError as trouble:
        raise NotPrepared(f"The database does not answer: {str(trouble).strip().splitlines()[0]}") from trouble


def _note_of(connection: "psycopg.Connection[Any]") -> dict[str, str]:
    """Return what was noted as done; nothing where the tables are not there."""
    row = connection.execute(
        "select shobj_description(oid, 'pg_database'), to_regclass('public.django_migrations') is not null"
        " from pg_database where datname = current_database()"
    ).fetchone()
    if row is None or not row[0] or not row[1] or not row[0].startswith("masar "):
        return {}
    return dict(part.split("=", 1) for part in row[0].split()[1:] if "=" in part)


def _note(connection: "psycopg.Connection[Any]", done: dict[str, str]) -> None:
    text = " ".join(["masar", *(f"{key}={value}" for key, value in sorted(done.items()))])
    statement = sql.SQL("comment on database {} is {}").format(
        sql.Identifier(connection.info.dbname), sql.Literal(text)
    )
    try:
        connection.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return  # not the database's owner: then every start looks again


def _print_of(files: Iterable[Path], *more: str) -> str:
    summed = hashlib.sha256(" ".join(more).encode())
    for path in sorted(files):
        summed.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes())
    return summed.hexdigest()[:16]
