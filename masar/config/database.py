"""How each process reaches the database, and as whom: the owner for migrations, else a login role that may nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from masar.kernel.crypto import vault

_PLACES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def administrator_dsn(home: Path) -> str:
    """Return the administrator's connection string: `DATABASE_URL`, else the embedded server of `home`."""
    if url := os.environ.get("DATABASE_URL"):
        return url
    if dsn := os.environ.get("MASAR_PG_DSN"):
        return dsn
    from masar.kernel.postgres import current_dsn

    return current_dsn(home) or ""


def role_dsn(dsn: str, role: str) -> dict[str, Any]:
    """Return the connection parameters of a login role on the server that `dsn` names."""
    parts: dict[str, Any] = conninfo_to_dict(dsn)
    if parts.pop("password", None) is not None:
        parts["password"] = vault().password_of_role(role)
    return parts | {"user": role}


def connection(home: Path, role: str | None) -> dict[str, Any]:
    """Return a Django DATABASES entry for a role; None means the owner. Empty when no server is known yet."""
    dsn = administrator_dsn(home)
    parts = (role_dsn(dsn, role) if role else conninfo_to_dict(dsn)) if dsn else {}
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "masar"}
    entry |= {_PLACES[key]: str(parts.pop(key)) for key in list(parts) if key in _PLACES}
    entry["CONN_MAX_AGE"] = None
    entry["CONN_HEALTH_CHECKS"] = True
    entry["OPTIONS"] = parts | {"server_side_binding": True, "prepare_threshold": 1}
    return entry
