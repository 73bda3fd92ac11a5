"""People who go to a provider and come back, and who are asked on their telephones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.port import Started
from masar.people.eid.tests.forging import (
    CIVIL_ID,
    ISSUER,
    PUSH_ACR,
    Forger,
)


class Visit:
    """A browser that starts, and comes back."""

    def __init__(self, forger: Forger, provider: Oidc, **asked: Any) -> None:
        self.forger, self.provider = forger, provider
        self.started: Started = provider.start(mode="redirect", **asked)
        self.handle = self.started.handle
        forger.nonce = self.handle["nonce"]

    def back(self, **changed: str | None) -> Any:
        said = {"state": self.handle["state"], "iss": ISSUER, "code": "a-code"} | changed
        return self.provider.callback(self.handle, {name: value for name, value in said.items() if value is not None})


@contextmanager
def refused(kind: type[refusals.EidRefusal], reason: str) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.reason == reason
    assert type(caught.value) is kind


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def begin(provider: Ciba, **more: Any) -> Started:
    asked: dict[str, Any] = {"login_hint": CIVIL_ID, "binding_message": "MSR-4821", "acr": PUSH_ACR} | more
    return provider.start(mode="push", **asked)


def says(forger: Forger, *codes: str) -> None:
    forger.answers["/token"] = [(400, {"error": code}) for code in codes]
