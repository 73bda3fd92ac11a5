"""The port of national identities: what a page may ask of any of them, and what they may answer."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from masar.people.eid.refusals import BindingMessageIsNotAllowed, ModeIsNotOffered

Mode = Literal["push", "qr", "redirect"]
Handle = dict[str, Any]
SHORTEST, USUAL, LONGEST = 30, 120, 600
_BINDING = re.compile(r"[a-zA-Z0-9\-._+/!?#]{1,20}")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who was identified: twelve digits, a name or "", and how strongly, how, when and by whom."""

    civil_id: str
    name: str
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime | None
    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Display:
    """What the page shows: a code to compare, an address to go to, or the text of a QR code."""

    code: str = ""
    url: str = ""
    qr: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A request that waits for its person. `handle` is for JSON, secret, and kept by the caller (`handles.sealed`)."""

    handle: Handle = field(repr=False)
    expires_at: datetime
    interval: int
    display: Display


@dataclass(frozen=True, slots=True)
class Pending:
    """Nobody has answered yet: ask again after so many seconds, with this handle in the place of the one before."""

    retry_after: int
    handle: Handle = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approved:
    """The person confirmed, and every check passed."""

    claims: Claims


@dataclass(frozen=True, slots=True)
class Denied:
    """The person said no."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Nobody answered in time."""


class EidProvider(Protocol):
    """One national identity. Every call raises an EidRefusal where something is not as it must be."""

    name: str
    modes: frozenset[Mode]

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
        """Ask for a person: `login_hint` is a civil ID, and its person must answer; `ttl`, `max_age` are seconds."""
        ...

    def poll(self, handle: Mapping[str, Any]) -> Pending | Approved | Denied | Expired:
        """Ask whether the person has answered. The provider is not bothered before its interval has passed."""
        ...

    def callback(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> Approved | Denied | Expired:
        """Take what came back. The caller forgets the handle first, so that nothing can come back twice."""
        ...


def new_binding_message(prefix: str = "MSR") -> str:
    """Draw a code to show on both screens: "MSR-4821"."""
    return f"{prefix}-{secrets.randbelow(9000) + 1000}"


def demand_binding_message(text: str) -> str:
    """Return a code that every device can show. Raises: BindingMessageIsNotAllowed."""
    if not _BINDING.fullmatch(text):
        raise BindingMessageIsNotAllowed("binding_message")
    return text


def demand_mode(mode: Mode, offered: frozenset[Mode]) -> None:
    """Check that an identity can be confirmed so. Raises: ModeIsNotOffered."""
    if mode not in offered:
        raise ModeIsNotOffered(mode)


def lifetime(ttl: int) -> int:
    """Return the seconds a request may wait: what was wished, within half a minute and ten."""
    return max(SHORTEST, min(ttl, LONGEST))
