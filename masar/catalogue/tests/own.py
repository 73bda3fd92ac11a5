"""A catalogue of a test's own, with one service under a new name that the test may change."""

from __future__ import annotations

import shutil
from pathlib import Path

from masar.catalogue.loader import DEFAULT

LICENCE = "services/kw.moi.gdt/renew-driving-licence.yaml"


def make(place: Path) -> Path:
    """Copy the shipped catalogue to a folder and add the service; return the folder."""
    shutil.copytree(DEFAULT, place)
    text = (place / LICENCE).read_text(encoding="utf-8").replace("kw.moi.gdt.renew-driving-licence", name_of(place))
    file_of(place).write_text(text, encoding="utf-8")
    return place


def name_of(place: Path) -> str:
    """Id of the service."""
    return f"kw.moi.gdt.test-{abs(hash(place)):x}"


def file_of(place: Path) -> Path:
    """Where the service is written."""
    return place / LICENCE.replace("renew-driving-licence", "mine")


def change(place: Path, *pairs: tuple[str, str]) -> None:
    """Write something else into the service."""
    text = file_of(place).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    file_of(place).write_text(text, encoding="utf-8")
