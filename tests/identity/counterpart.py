"""Somebody else's provider of identities: npm `oidc-provider`, who goes to it, and a proxy before it that forges."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from masar.config.answering import answers, free_port
from masar.people import eid
from masar.people.eid.tests import forging
from masar.people.eid.tests.forging import CIVIL_ID, OTHER_CIVIL_ID, Change

NODE = Path(__file__).parent.parent / "node"
RETURN = "http://127.0.0.1:9/eid/return"
SECRET = "a-secret:of tests & nothing-else"
NAMES = {CIVIL_ID: "Sara", OTHER_CIVIL_ID: "Faisal"}

needs_provider = [
    pytest.mark.node,
    pytest.mark.skipif(
        not (shutil.which("node") and (NODE / "node_modules" / "oidc-provider").exists())
        and os.environ.get("CI") != "true",
        reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
    ),
]


@cache
def our_keys() -> dict[str, Key]:
    """Return a key of ours for each algorithm by which the provider signs."""
    return {
        "RS256": RSAKey.generate_key(2048, {"kid": "rs"}),
        "PS256": RSAKey.generate_key(2048, {"kid": "ps"}),
        "ES256": ECKey.generate_key("P-256", {"kid": "es"}),
        "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    }


ALGORITHMS = {"RSA": "PS256", "EC": "ES256", "OKP": "EdDSA"}


class Provider:
    """The running provider, and what telephones and browsers do with it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def do(self, what: str, **said: Any) -> Any:
        answer = httpx.post(f"{self.url}/control", json={"do": what, **said}, verify=False)
        assert answer.status_code == 200, what
        return answer.json()

    def browse(self, url: str) -> dict[str, str]:
        """Go where a browser is sent until it comes back to us; return the parameters that it brings."""
        with httpx.Client(verify=False) as browser:
            for _ in range(8):
                answer = browser.get(url)
                assert answer.is_redirect, answer.text
                url = urljoin(url, answer.headers["location"])
                if url.startswith(RETURN):
                    return dict(parse_qsl(urlsplit(url).query))
        raise AssertionError("the browser never came back")


@contextmanager
def provider_running(log: Path, **around: str) -> Iterator[Provider]:
    """Start the provider on a free port, wait until it answers, and end it afterwards."""
    port = free_port()
    published = {alg: key.as_dict(private=False) | {"alg": ALGORITHMS[key.key_type]} for alg, key in our_keys().items()}
    theirs = KeySet([RSAKey.generate_key(2048), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")])
    keys = {"CLIENT_KEYS": json.dumps(published), "PROVIDER_KEYS": json.dumps(theirs.as_dict(private=True))}
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["node", str(NODE / "identity.mjs"), str(port)],
            stdin=subprocess.PIPE,  # its end ends the provider, also when the tests are killed
            stdout=out,
            stderr=out,
            env=os.environ | keys | around,
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


class Forging(httpx.BaseTransport):
    """Hands on what the provider says, and signs its tokens anew after changing them."""

    def __init__(self) -> None:
        self.real = httpx.HTTPTransport(verify=False, limits=httpx.Limits(max_keepalive_connections=0))
        self.change: Change = lambda claims: None
        self.published: list[Key] = [forging.EC]
        self.sign: Any = forging.token

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self.real.handle_request(request)
        body = json.loads(response.read())
        if request.url.path == "/jwks":
            body = {"keys": [key.as_dict(private=False) for key in self.published]}
        if "id_token" in body:
            claims = json.loads(base64.urlsafe_b64decode(body["id_token"].split(".")[1] + "=="))
            self.change(claims)
            body["id_token"] = self.sign(claims)
        return forging.answer(response.status_code, body)


def visit(provider: Provider, identity: eid.EidProvider, **asked: Any) -> Any:
    """Go to the provider and back."""
    started = identity.start(mode="redirect", **{"login_hint": CIVIL_ID} | asked)
    return identity.callback(started.handle, provider.browse(started.display.url))
