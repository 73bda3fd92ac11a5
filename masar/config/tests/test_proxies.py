"""Where a visitor comes from: a trusted proxy's word, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from masar.config.proxies import behind_proxies


def seen(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name in ("MASAR_PROXIES", "MASAR_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told: list[str] = []

    def application(scope: dict[str, Any], respond: Any) -> list[bytes]:
        told.append(scope["REMOTE_ADDR"])
        return []

    behind_proxies(application)(dict(environment), None)
    return told[0]


VISITOR = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
FORGED = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1, 192.0.2.7"}
DIRECT = {"REMOTE_ADDR": "192.0.2.9", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}
PUBLIC = {"MASAR_URL": "https://masar.example"}


@pytest.mark.parametrize(
    ("environment", "variables", "address"),
    [
        (VISITOR, PUBLIC, "192.0.2.7"),
        (FORGED, PUBLIC, "192.0.2.7"),
        (DIRECT, PUBLIC, "192.0.2.9"),
        (VISITOR, {}, "127.0.0.1"),
        (VISITOR, {"MASAR_URL": "http://masar.example"}, "127.0.0.1"),
        (VISITOR, PUBLIC | {"MASAR_PROXIES": ""}, "127.0.0.1"),
        (VISITOR | {"REMOTE_ADDR": "10.1.2.3"}, {"MASAR_PROXIES": "10.0.0.0/8"}, "192.0.2.7"),
        ({"REMOTE_ADDR": "127.0.0.1"}, PUBLIC, "127.0.0.1"),
    ],
)
def test_only_a_trusted_proxy_says_where_a_visitor_comes_from(
    environment: dict[str, str], variables: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seen(environment, monkeypatch, **variables) == address
