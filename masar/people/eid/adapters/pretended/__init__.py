"""A pretended identity for demonstrations: its telephone is a page of ours. Outside a demonstration it refuses all.

What waits for an answer is a file of JSON in the folder of the settings, for invented people only.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from masar.kernel.clock import now
from masar.people.eid.port import (
    USUAL,
    Approved,
    Claims,
    Denied,
    Display,
    EidProvider,
    Expired,
    Mode,
    Pending,
    Started,
    demand_binding_message,
    demand_mode,
    lifetime,
    new_binding_message,
)
from masar.people.eid.refusals import CivilIdIsNeeded, IdentityIsNotSetUp, RequestIsNotOurs
from masar.people.eid.setup import Setup

INTERVAL = 2  # seconds


class Asked(msgspec.Struct):
    """One request on the pretended telephone: whom it asks, the code to compare, others beside it, the answer."""

    id: str
    civil_id: str
    code: str
    choices: list[str]
    ends_at: float
    answer: str = ""


class Pretended:
    """The person approves on the page `/phone/` by choosing the code that the other page shows."""

    modes: frozenset[Mode] = frozenset({"push"})

    def __init__(self, setup: Setup) -> None:
        if not setup.loopback:
            raise IdentityIsNotSetUp(f"MASAR_EID: {setup.name}: pretended identities are for demonstrations")
        self.name = setup.name
        self._folder = setup.folder / "phone"

    def start(
        self,
        *,
        mode: Mode,
        login_hint: str | None = None,
        binding_message: str = "",
        acr: str | None = None,
        ttl: int = USUAL,
        max_age: int | None = None,
    ) -> Started:
        """Put a request on the pretended telephone of a civil ID. Raises: EidRefusal."""
        demand_mode(mode, self.modes)
        if not login_hint:
            raise CivilIdIsNeeded("nobody")
        code = demand_binding_message(binding_message or new_binding_message())
        choices = [code, new_binding_message(), new_binding_message()]
        secrets.SystemRandom().shuffle(choices)
        asked = Asked(secrets.token_hex(16), login_hint, code, choices, now().timestamp() + lifetime(ttl))
        self._keep(asked)
        ends_at = datetime.fromtimestamp(asked.ends_at, UTC)
        return Started({"id": asked.id}, ends_at, INTERVAL, Display(code=code))

    def poll(self, handle: Mapping[str, Any]) -> Pending | Approved | Denied | Expired:
        """Ask whether the telephone was answered; an answer counts once. Raises: EidRefusal."""
        asked = self._read(self._path(str(handle["id"])))
        if asked is None:
            raise RequestIsNotOurs("handle")
        if asked.ends_at < now().timestamp():
            return Expired()
        if not asked.answer:
            return Pending(INTERVAL, dict(handle))
        self._path(asked.id).unlink(missing_ok=True)
        if asked.answer != asked.code:
            return Denied()
        return Approved(Claims(asked.civil_id, "", "", ("phone",), now(), "pretended", asked.civil_id))

    def callback(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> Approved | Denied | Expired:
        """Refuse: nothing calls back. Raises: RequestIsNotOurs."""
        raise RequestIsNotOurs("callback")

    def waiting(self, civil_id: str) -> list[Asked]:
        """Return what the telephone of a civil ID shows; what is over is swept away."""
        found = []
        for asked in self._all():
            if asked.ends_at < now().timestamp():
                self._path(asked.id).unlink(missing_ok=True)
            elif asked.civil_id == civil_id and not asked.answer:
                found.append(asked)
        return found

    def answer(self, civil_id: str, id_: str, chosen: str) -> None:
        """Answer on the telephone: the code that was chosen, or "no"."""
        for asked in self.waiting(civil_id):
            if asked.id == id_:
                asked.answer = chosen if chosen in asked.choices else "no"
                self._keep(asked)

    def _all(self) -> Iterator[Asked]:
        for path in sorted(self._folder.glob("*.json")):
            asked = self._read(path)
            if asked is not None:
                yield asked

    def _read(self, path: Path) -> Asked | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Asked)
        except (OSError, msgspec.DecodeError):
            return None

    def _keep(self, asked: Asked) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._path(asked.id).with_suffix(".part")
        part.write_bytes(msgspec.json.encode(asked))
        part.replace(self._path(asked.id))

    def _path(self, id_: str) -> Path:
        if not id_.isalnum():
            raise RequestIsNotOurs("handle")
        return self._folder / f"{id_}.json"


def build(setup: Setup) -> EidProvider:
    """Build the pretended identity. Raises: IdentityIsNotSetUp outside a demonstration."""
    return Pretended(setup)
