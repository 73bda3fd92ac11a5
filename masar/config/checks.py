"""The looks that `masar doctor` takes. Each yields findings: ok, warn or bad, one sentence, and how to mend it."""

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import psycopg

from masar.config.answering import answers, beats, is_port_free
from masar.config.checks_of_keys import checks_of_keys
from masar.config.finding import Finding
from masar.config.preparation import are_tables_made
from masar.config.surroundings import DEFAULT_PORT, environment
from masar.kernel import postgres
from masar.kernel.postgres.binaries import choose
from masar.kernel.postgres.place import place_of

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 200_000_000
SECRETS = ("*.kek", "index.key", "pepper.key", "system.key", "web.key")


def checks_of_machine(home: Path) -> Iterator[Finding]:
    """Look at Python, the folder, the disk and the programs of PostgreSQL."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", f"Python {python}.")
    yield _writable(home)
    yield _space(home)
    if os.environ.get("DATABASE_URL"):
        yield Finding("ok", "DATABASE_URL names the database server; the embedded one is not used.")
        return
    try:
        found = choose(place_of(home))
    except postgres.DatabaseTrouble as trouble:
        yield Finding("bad", "The programs of PostgreSQL are missing.", str(trouble))
    else:
        yield Finding("ok", f"PostgreSQL {found.version} in {found.folder}.")


def checks_of_database(home: Path, dsn: str) -> Iterator[Finding]:
    """Look at the server, its clock, the tables, the roles and the secrets."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield Finding("ok", f"The database answers (PostgreSQL {connection.info.server_version // 10_000}).")
        yield _clock(connection)
        made = are_tables_made(connection)
        yield _secrets(home, made)
        yield _roles(connection, made)
        yield from checks_of_keys(connection)
    yield _tables(dsn)


def checks_of_running(home: Path) -> Iterator[Finding]:
    """Look at the port and at the parts, if Masar runs here now."""
    running = _running(home)
    port = int(os.environ.get("PORT") or DEFAULT_PORT)
    if running is None:
        yield _port(port)
        yield Finding("ok", "Masar is not running now; `masar up` starts it.")
        return
    yield Finding("ok", f"Masar runs as process {running['pid']} on port {running['port']}.")
    looks = {"web": answers(running["port"], "/readyz"), "worker": beats(home / "run" / "worker.alive")}
    if running.get("live_port"):
        looks["live"] = answers(running["live_port"], "/healthz")
    for name, is_well in looks.items():
        if is_well:
            yield Finding("ok", f"The part “{name}” answers.")
        else:
            yield Finding("bad", f"The part “{name}” does not answer.", f"See {home / 'log' / f'{name}.log'}.")


def _writable(home: Path) -> Finding:
    trial = home / f".doctor-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as trouble:
        return Finding("bad", f"{home} cannot be written ({trouble.strerror}).", "Set MASAR_HOME to a folder of yours.")
    return Finding("ok", f"{home} can be written.")


def _space(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    words = f"{free / 1e9:.1f} GB of disk are free."
    if free < NO_SPACE:
        return Finding("bad", words, "Free some space before starting: a full disk stops the database.")
    return Finding(
        "ok" if free >= LITTLE_SPACE else "warn", words, "" if free >= LITTLE_SPACE else "Free some space soon."
    )


def _clock(connection: "psycopg.Connection[Any]") -> Finding:
    before = datetime.datetime.now(datetime.UTC)
    row = connection.execute("select clock_timestamp()").fetchone()
    after = datetime.datetime.now(datetime.UTC)
    assert row is not None
    apart = abs((row[0] - (before + (after - before) / 2)).total_seconds())
    words = f"The clocks of this machine and of the database are {apart:.2f} seconds apart."
    if apart <= 1:
        return Finding("ok", words)
    return Finding("bad" if apart > 30 else "warn", words, "Let both follow the same time server.")


def _roles(connection: "psycopg.Connection[Any]", made: bool) -> Finding:
    from masar.kernel.crypto import vault
    from masar.kernel.roles import GROUPS, LOGINS, sql

    wanted = [*LOGINS, *GROUPS]
    found = {row[0] for row in connection.execute("select rolname from pg_roles where rolname = any(%s)", [wanted])}
    missing = [name for name in wanted if name not in found]
    if not missing:
        return Finding("ok", "The roles of the database exist.")
    row = connection.execute("select rolsuper or rolcreaterole from pg_roles where rolname = current_user").fetchone()
    if row is not None and row[0]:
        level: Literal["warn", "ok"] = "warn" if made else "ok"
        return Finding(level, f"Roles to be made: {', '.join(missing)}.", "`masar migrate` makes them.")
    script = sql({role: vault().password_of_role(role) for role in LOGINS})
    return Finding(
        "bad",
        f"Roles are missing and this login may not make them: {', '.join(missing)}.",
        f"Let the administrator of the server run this, then `masar migrate`:\n{script}",
    )


def _secrets(home: Path, made: bool) -> Finding:
    folder = Path(os.environ.get("MASAR_SECRETS") or home / "secrets")
    missing = [name for name in SECRETS if not any(folder.glob(name))]
    if missing and made:
        mend = f"Restore {folder} from its own backup: without these keys the sealed data cannot be opened."
        return Finding("bad", f"Secrets are missing: {', '.join(missing)}.", mend)
    if missing:
        return Finding("ok", "The secrets are made at the first start.")
    if folder.stat().st_mode & 0o077:
        return Finding("bad", f"Others may look into {folder}.", f"chmod 700 {folder}")
    return Finding("ok", "The secrets are there and closed to others.")


def _tables(dsn: str) -> Finding:
    command = [sys.executable, "-m", "django", "migrate", "--check", "--skip-checks", "--verbosity", "0"]
    answer = subprocess.run(  # noqa: S603
        command, env=environment(dsn, MASAR_ROLE="owner"), capture_output=True, text=True, check=False
    )
    if answer.returncode == 0:
        return Finding("ok", "The tables are up to date.")
    if answer.returncode == 1 and "Traceback" not in answer.stderr:
        return Finding(
            "warn", "Tables are to be brought up to date.", "`masar migrate` does it, and so does `masar up`."
        )
    last = (answer.stderr.strip().splitlines() or ["no words"])[-1]
    return Finding("bad", "The tables cannot be looked at.", last)


def _port(port: int) -> Finding:
    if is_port_free(port):
        return Finding("ok", f"Port {port} is free.")
    return Finding("bad", f"Port {port} is taken by another program.", f"Stop that one, or set PORT={port + 1}.")


def _running(home: Path) -> dict[str, Any] | None:
    """Return what `masar up` noted, if that process lives."""
    with suppress(OSError, ValueError):
        noted: dict[str, Any] = json.loads((home / "run" / "up.json").read_text(encoding="utf-8"))
        title = Path(f"/proc/{noted['pid']}/cmdline").read_bytes()
        return noted if b"masar" in title else None
    return None
