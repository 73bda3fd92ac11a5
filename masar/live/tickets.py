"""Tickets: a web page that knows who looks gives one; the live process, which knows nobody, takes it for 60 seconds."""

from __future__ import annotations

import base64
import hmac
import time

from masar.kernel.crypto import vault

SECONDS = 60


def new_ticket(person_id: int, now: float | None = None) -> str:
    """Return a ticket for a person, good for 60 seconds."""
    body = f"{person_id}.{int(now if now is not None else time.time()) + SECONDS}"
    return f"{body}.{_sign(body)}"


def person_of(ticket: str, now: float | None = None) -> int | None:
    """Return the person of a living ticket; None for any other text."""
    body, _, signature = ticket.rpartition(".")
    if not hmac.compare_digest(_sign(body).encode(), signature.encode("utf-8", "replace")):
        return None
    person, _, until = body.partition(".")
    return int(person) if int(until) >= (now if now is not None else time.time()) else None


def _sign(body: str) -> str:
    digest = hmac.digest(vault().system_key, b"ticket\0" + body.encode("utf-8", "replace"), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
