"""What these tests may ask for: the running provider, clients of it, and a proxy before it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from masar.config.answering import answers, free_port
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.setup import Setup
from masar.people.eid.tests.forging import PUSH_ACR
from tests.identity.counterpart import ALGORITHMS, NAMES, NODE, RETURN, SECRET, Forging, Provider, our_keys


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    port = free_port()
    published = {alg: key.as_dict(private=False) | {"alg": ALGORITHMS[key.key_type]} for alg, key in our_keys().items()}
    theirs = KeySet([RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")])
    around = {"CLIENT_KEYS": json.dumps(published), "PROVIDER_KEYS": json.dumps(theirs.as_dict(private=True))}
    log = tmp_path_factory.mktemp("identity") / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["node", str(NODE / "identity.mjs"), str(port)],
            stdin=subprocess.PIPE,  # its end ends the provider, also when the tests are killed
            stdout=out,
            stderr=out,
            env=os.environ | around,
        )
    try:
        until = time.monotonic() + 30
        while not answers(port, "/.well-known/openid-configuration"):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield Provider(port)
    finally:
        process.communicate(timeout=10)


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
