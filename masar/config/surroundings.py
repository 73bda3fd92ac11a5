"""What each command and each part of Masar finds around it: the home, the database, the environment."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from masar.catalogue import deployment
from masar.kernel import postgres

SHIPPED_CATALOGUE = deployment.folder()
DEFAULT_PORT = 8000


def home() -> Path:
    """Return the folder that holds what this installation keeps."""
    return Path(os.environ.get("MASAR_HOME") or "var").expanduser().resolve()


def environment(dsn: str, **more: str) -> dict[str, str]:
    """Return the environment of a child process that uses the database at `dsn`."""
    around = {key: value for key, value in os.environ.items() if key != "MASAR_ROLE"}
    settled = {"MASAR_HOME": str(home()), "DJANGO_SETTINGS_MODULE": "masar.config.settings", "PYTHONUNBUFFERED": "1"}
    if not os.environ.get("DATABASE_URL"):
        settled["MASAR_PG_DSN"] = dsn
    return {**around, **settled, **more}


@contextmanager
def django(*, as_owner: bool = False) -> Iterator[None]:
    """Set Django up with the server running: as the pages do, its tables made; or as the database's owner, as it is.

    Raises: DatabaseTrouble, NotPrepared.
    """
    from masar.config.preparation import prepare_tables

    with postgres.acquire(home()) as lease:
        if not as_owner:
            prepare_tables(lease.dsn)
        os.environ.pop("MASAR_ROLE", None)
        os.environ.update(environment(lease.dsn, **({"MASAR_ROLE": "owner"} if as_owner else {})))
        import django as framework

        framework.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
