"""The real server that the suite runs on: loaded by pytest before Django, so that the settings find a database.

One cluster serves parallel tests; each worker has a database of its own. `MASAR_TEST_SERVER=debian` takes the newest
PostgreSQL 15 of the system instead of the embedded one; DATABASE_URL takes that server.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent


def _begin() -> None:
    home = Path(os.environ.get("MASAR_TEST_HOME", ROOT / "var" / "test"))
    home.mkdir(parents=True, exist_ok=True)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    os.environ["MASAR_HOME"] = str(home)
    os.environ["MASAR_DEMONSTRATION"] = "1"
    os.environ.setdefault("MASAR_DEMO_FAMILIES", "300")  # a short history, unless a test asks for the whole one
    os.environ.setdefault("LIVE_PORT", "9")
    if "DATABASE_URL" in os.environ:
        server = os.environ.pop("DATABASE_URL")
    else:
        from masar.kernel.postgres import acquire

        lease = acquire(home)
        atexit.register(lease.close)
        server = lease.dsn
    name = f"test_{worker}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        for (old,) in admin.execute("select datname from pg_database where datname like 'test\\_%'").fetchall():
            if not Path(f"/proc/{old.rsplit('_', 1)[1]}").exists():
                admin.execute(f'drop database if exists "{old}" with (force)')
        admin.execute(f'create database "{name}"')
    atexit.register(_drop, server, name)
    os.environ["MASAR_PG_DSN"] = make_conninfo(server, dbname=name)
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", "migrate", "--skip-checks", "-v", "0"],
        check=True,
        env=os.environ | {"MASAR_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "masar.config.settings"},
        cwd=ROOT,
    )


@contextmanager
def own_database(name: str) -> Iterator[str]:
    """Make a database for tests that must be alone in it; yield its connection string, for `DATABASE_URL`."""
    server = os.environ["MASAR_PG_DSN"]
    whole = f"test_{name}_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'create database "{whole}"')
    yield make_conninfo(server, dbname=whole)
    _drop(server, whole)


def _drop(server: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'drop database if exists "{name}" with (force)')


_begin()
