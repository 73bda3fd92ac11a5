"""Kuwait Mobile ID (Hawyti), as far as the public knows it: four operations, and no protocol. Every call refuses.

The Public Authority for Civil Information gives the protocol by contract. Whoever has it fills in the four operations
of `Hawyti`; nothing outside this folder changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from masar.people.eid.port import USUAL, EidProvider, Mode, demand_mode
from masar.people.eid.refusals import EidRefusal
from masar.people.eid.setup import Setup


class ProtocolIsNotPublic(EidRefusal):
    """Nobody outside the authority that runs this identity has its wire protocol."""

    status: ClassVar[int] = 501
    code: ClassVar[str] = "protocol-not-public"
    title: ClassVar[str] = (
        "Nobody outside the Public Authority for Civil Information has the protocol of this identity. "
        "It needs a contract with the authority"
    )


class Hawyti:
    """The four operations that are publicly known of, and the port as it would call them."""

    modes: frozenset[Mode] = frozenset({"push", "qr"})

    def __init__(self, setup: Setup) -> None:
        self.name = setup.name

    def availability(self, civil_id: str) -> NoReturn:
        """Operation "MID availability status": tell whether a civil ID has a Mobile ID that can be asked."""
        raise ProtocolIsNotPublic("availability")

    def push_request(self, civil_id: str, code: str) -> NoReturn:
        """Operation "push request": have the application on the person's telephone ask for their approval."""
        raise ProtocolIsNotPublic("push")

    def qr_request(self) -> NoReturn:
        """Operation "QR request": return what a QR code must say for the application to read it and ask."""
        raise ProtocolIsNotPublic("qr")

    def result(self, reference: str) -> NoReturn:
        """Operation "get auth result": return what the person answered."""
        raise ProtocolIsNotPublic("result")

    def start(
        self,
        *,
        mode: Mode,
        login_hint: str | None = None,
        binding_message: str = "",
        acr: str | None = None,
        ttl: int = USUAL,
        max_age: int | None = None,
    ) -> NoReturn:
        """Refuse: a push or QR request would begin here. Raises: ProtocolIsNotPublic."""
        demand_mode(mode, self.modes)
        if mode == "qr":
            self.qr_request()
        self.availability(login_hint or "")

    def poll(self, handle: Mapping[str, Any]) -> NoReturn:
        """Refuse: the result would be asked for here. Raises: ProtocolIsNotPublic."""
        self.result(str(handle.get("reference", "")))

    def callback(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> NoReturn:
        """Refuse: nothing is known to call back. Raises: ProtocolIsNotPublic."""
        self.result(str(handle.get("reference", "")))


def build(setup: Setup) -> EidProvider:
    """Build the stub. It is off: there is nothing that it could reach."""
    return Hawyti(setup)
