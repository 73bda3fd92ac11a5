"""The keys of agencies: from a file (YAML, JSON or lines `id=key`) and from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import yaml

PREFIX = "MASAR_KEY_"


class KeysUnreadable(ValueError):
    """The keys file holds something other than agencies with their keys."""


class Keys:
    """Keys by agency id. A key in the environment (MASAR_KEY_KW_MOI_GDT) wins over the file's."""

    def __init__(self, keys: Mapping[str, str], surroundings: Mapping[str, str] | None = None) -> None:
        self._keys = dict(keys)
        self._surroundings = os.environ if surroundings is None else surroundings

    def of(self, agency: str) -> str | None:
        """Return the key of an agency, None when there is none."""
        name = PREFIX + agency.upper().replace(".", "_").replace("-", "_")
        return self._surroundings.get(name) or self._keys.get(agency)


def read_keys(path: Path | None, surroundings: Mapping[str, str] | None = None) -> Keys:
    """Read the keys file, if there is one. Raises: KeysUnreadable, OSError."""
    return Keys(parse_keys(path.read_text(encoding="utf-8")) if path else {}, surroundings)


def parse_keys(text: str) -> dict[str, str]:
    """Read `agency: key` as YAML or JSON, or lines `agency=key`. Raises: KeysUnreadable."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as trouble:
        raise KeysUnreadable("the keys file is neither YAML nor lines of agency=key") from trouble
    if isinstance(document, dict) and all(isinstance(key, str) for pair in document.items() for key in pair):
        return document
    pairs = [line.partition("=") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not pairs or any(not sign for _, sign, _ in pairs):
        raise KeysUnreadable("write one line for each agency: kw.moi.gdt: msk_…")
    return {agency.strip(): key.strip() for agency, _, key in pairs}
