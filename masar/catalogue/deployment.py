"""Which catalogue this deployment speaks for: its folder, its country and its languages. Read before any database."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).parent


def folder() -> Path:
    """Return the folder of the catalogue: MASAR_CATALOGUE is a path, or the name of one that is shipped."""
    name = os.environ.get("MASAR_CATALOGUE") or "kuwait"
    shipped = SHIPPED / name
    return shipped if (shipped / "country.yaml").is_file() else Path(name).expanduser()


@cache
def country() -> Mapping[str, Any]:
    """Return `country.yaml` as it is written; the check of the whole catalogue is `loader`'s. Raises: OSError."""
    document: Mapping[str, Any] = yaml.safe_load((folder() / "country.yaml").read_text(encoding="utf-8"))
    return document


def languages() -> tuple[str, ...]:
    """Return the languages of the deployment; the first is its own."""
    return tuple(country()["languages"])
