"""What the tests of identities may ask for: the forging provider, its clients, and a clock that they set."""

from __future__ import annotations

from pathlib import Path

import pytest

from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid import client as client_module
from masar.people.eid.tests.forging import (
    Forger,
    setup,
)
from masar.people.eid.tests.visits import Clock


@pytest.fixture
def forger() -> Forger:
    return Forger()


@pytest.fixture
def oidc(forger: Forger, tmp_path: Path) -> Oidc:
    return Oidc(setup(tmp_path), forger.exchange())


@pytest.fixture
def ciba(forger: Forger, tmp_path: Path) -> Ciba:
    return Ciba(setup(tmp_path, redirect_uri=None), forger.exchange())


@pytest.fixture
def pinged(forger: Forger, tmp_path: Path) -> Ciba:
    return Ciba(setup(tmp_path, redirect_uri=None, ping=True), forger.exchange())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client_module, "now", clock)
    return clock
