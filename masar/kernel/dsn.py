"""How each process reaches the database, and as whom."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from masar.kernel.crypto import vault
from masar.kernel.postgres import current_dsn


def administrator_dsn(home: Path) -> str:
    """Return the administrator's connection string: `DATABASE_URL`, else the embedded server of `home`; "" for none."""
    return os.environ.get("DATABASE_URL") or os.environ.get("MASAR_PG_DSN") or current_dsn(home) or ""


def role_parameters(dsn: str, role: str) -> dict[str, Any]:
    """Return the connection parameters of a login role on the server that `dsn` names."""
    parts: dict[str, Any] = conninfo_to_dict(dsn)
    if parts.pop("password", None) is not None:
        parts["password"] = vault().password_of_role(role)
    return parts | {"user": role}
