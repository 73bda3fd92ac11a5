"""The databases of the settings: one server, reached as the owner for migrations, else as a role that may nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from masar.kernel.dsn import administrator_dsn, role_parameters

_PLACES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def connection(home: Path, role: str | None) -> dict[str, Any]:
    """Return a Django DATABASES entry for a role; None means the owner. Leads nowhere when no server is known yet."""
    dsn = administrator_dsn(home)
    parts = (role_parameters(dsn, role) if role else conninfo_to_dict(dsn)) if dsn else {}
    entry: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "masar"}
    entry |= {_PLACES[key]: str(parts.pop(key)) for key in list(parts) if key in _PLACES}
    entry["CONN_MAX_AGE"] = None
    entry["CONN_HEALTH_CHECKS"] = False  # kernel.database looks at the socket instead, which costs no statement
    entry["OPTIONS"] = parts | {"server_side_binding": True, "prepare_threshold": 1}
    if role == "masar_web" and os.environ.get("MASAR_PROCESS") == "worker":  # `citizen` stays: it reads the catalogue
        entry["OPTIONS"]["options"] = "-c role=masar_system"
    return entry
