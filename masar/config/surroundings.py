"""What each command and each part of Masar finds around it: the home, the database, the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masar.kernel import postgres

SHIPPED_CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue" / "kuwait"
DEFAULT_PORT = 8000


def home() -> Path:
    """Return the folder that holds what this installation keeps."""
    return Path(os.environ.get("MASAR_HOME") or "var").expanduser().resolve()


def environment(dsn: str, **more: str) -> dict[str, str]:
    """Return the environment of a child process that uses the database at `dsn`."""
    settled = {"MASAR_HOME": str(home()), "DJANGO_SETTINGS_MODULE": "masar.config.settings", "PYTHONUNBUFFERED": "1"}
    if not os.environ.get("DATABASE_URL"):
        settled["MASAR_PG_DSN"] = dsn
    return {**os.environ, **settled, **more}


@contextmanager
def django(*, needs_tables: bool = True) -> Iterator[None]:
    """Set Django up as the database's owner, with the server running and its tables made.

    Raises: DatabaseTrouble, NotPrepared.
    """
    from masar.config.preparation import prepare_tables

    with postgres.acquire(home()) as lease:
        if needs_tables:
            prepare_tables(lease.dsn)
        os.environ.update(environment(lease.dsn, MASAR_ROLE="owner"))
        import django as framework

        framework.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
