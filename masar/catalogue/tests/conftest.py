"""What tests of the catalogue share."""

from __future__ import annotations

from pathlib import Path

import pytest

from masar.catalogue.tests import own


@pytest.fixture
def folder(tmp_path: Path, kuwait: None) -> Path:
    """A catalogue of one's own to change, with one service under a new name."""
    return own.make(tmp_path / "kuwait")
