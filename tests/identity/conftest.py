"""What these tests may ask for: the running provider, clients of it, and a proxy before it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.setup import Setup
from masar.people.eid.tests.forging import PUSH_ACR
from tests.identity.counterpart import NAMES, RETURN, SECRET, Forging, Provider, provider_running


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    with provider_running(tmp_path_factory.mktemp("identity") / "log") as provider:
        yield provider


@pytest.fixture
def provider(running: Provider) -> Provider:
    running.do("known", people={civil_id: {"civil_id": civil_id, "name": name} for civil_id, name in NAMES.items()})
    running.do("person", acr=PUSH_ACR, amr=["hwk", "user"], login="", refuses=False, age=0)
    running.do("pings")
    return running


@pytest.fixture
def setting(provider: Provider, tmp_path: Path) -> Any:
    """Return a function that sets up a client of the provider."""
    (tmp_path / "secret").write_text(SECRET)

    def setting(client_id: str = "masar", **more: Any) -> Setup:
        settings = {"issuer": provider.url, "client_id": client_id, "secret_file": "secret", "redirect_uri": RETURN}
        return Setup("hawyti", json.dumps(settings | more).encode(), tmp_path, loopback=True)

    return setting


@pytest.fixture
def oidc(setting: Any) -> Oidc:
    return Oidc(setting())


@pytest.fixture
def ciba(setting: Any) -> Ciba:
    return Ciba(setting("masar-push"))


@pytest.fixture
def proxy() -> Iterator[Forging]:
    proxy = Forging()
    yield proxy
    proxy.real.close()


@pytest.fixture
def proxied(setting: Any, proxy: Forging) -> Oidc:
    return Oidc(setting(), Exchange(loopback=True, transport=proxy))
