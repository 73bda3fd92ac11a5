"""CIBA: the provider asks the person on their telephone, and we ask the provider, or it tells us (CIBA Core 1.0)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from masar.people.eid.openid.asking import demand_own, instant, is_over, new_handle
from masar.people.eid.openid.client import Client, refused, seconds
from masar.people.eid.openid.exchange import Answer, Exchange
from masar.people.eid.openid.tokens import same
from masar.people.eid.port import (
    USUAL,
    Approved,
    Denied,
    Display,
    EidProvider,
    Expired,
    Handle,
    Mode,
    Pending,
    Started,
    demand_binding_message,
    demand_mode,
    new_binding_message,
)
from masar.people.eid.refusals import CivilIdIsNeeded, ProviderIsNotReached, RequestIsNotOurs
from masar.people.eid.setup import Setup

GRANT = "urn:openid:params:grant-type:ciba"
USUAL_INTERVAL = 5
SLOWER = 5
LONGEST_INTERVAL = 60


class Ciba:
    """The person approves on their telephone, which shows the same code as our page."""

    modes: frozenset[Mode] = frozenset({"push"})

    def __init__(self, setup: Setup, exchange: Exchange | None = None) -> None:
        self.name = setup.name
        self.client = Client(setup, exchange)

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
        """Have the provider ask a person by their civil ID. Raises: EidRefusal."""
        demand_mode(mode, self.modes)
        if not login_hint:
            raise CivilIdIsNeeded("nobody")
        code = demand_binding_message(binding_message or new_binding_message())
        handle = new_handle(self.name, login_hint=login_hint, acr=acr, ttl=ttl, max_age=max_age)
        if self.client.settings.ping:
            handle["bearer"] = secrets.token_urlsafe(32)
        answer = self.client.post("backchannel_authentication_endpoint", self._asked(handle, code))
        if answer.status != 200:
            raise refused(answer)
        handle |= _promised(answer, handle)
        return Started(handle, instant(handle["expires_at"]), handle["interval"], Display(code=code))

    def _asked(self, handle: Mapping[str, Any], code: str) -> dict[str, str]:
        asked = {
            "scope": self.client.settings.scope,
            "login_hint": handle["civil_id"],
            "binding_message": code,
            "requested_expiry": str(round(handle["expires_at"] - handle["asked_at"])),
            "acr_values": self.client.asked_acr(handle["acr"]),
            "client_notification_token": handle.get("bearer", ""),
        }
        return {name: value for name, value in asked.items() if value}

    def poll(self, handle: Mapping[str, Any]) -> Pending | Approved | Denied | Expired:
        """Ask for the answer, as seldom as the provider wants. Where it pings, only wait. Raises: EidRefusal."""
        demand_own(handle, self.name)
        if is_over(handle):
            return Expired()
        wait = handle["next_at"] - seconds()
        if "bearer" in handle or wait > 0:
            return Pending(max(1, round(wait)) if wait > 0 else handle["interval"], dict(handle))
        try:
            return self._answered(handle)
        except ProviderIsNotReached:  # CIBA Core 1.0 §11: after silence, ask less often
            return _later(handle, min(2 * handle["interval"], LONGEST_INTERVAL))

    def callback(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> Approved | Denied | Expired:
        """Take a ping: `auth_req_id` of its body and `authorization`, its header. Then one call. Raises: EidRefusal."""
        demand_own(handle, self.name)
        if "bearer" not in handle or not same(parameters.get("authorization"), f"Bearer {handle['bearer']}"):
            raise RequestIsNotOurs("bearer")
        if not same(parameters.get("auth_req_id"), handle["auth_req_id"]):
            raise RequestIsNotOurs("auth_req_id")
        answered = Expired() if is_over(handle) else self._answered(handle)
        if isinstance(answered, Pending):
            raise RequestIsNotOurs("early")
        return answered

    def _answered(self, handle: Mapping[str, Any]) -> Pending | Approved | Denied | Expired:
        answer = self.client.post("token_endpoint", {"grant_type": GRANT, "auth_req_id": handle["auth_req_id"]})
        if answer.status == 200:
            return Approved(self.client.claims(answer, handle))
        match answer.body.get("error"):
            case "authorization_pending":
                return _later(handle, handle["interval"])
            case "slow_down":
                return _later(handle, handle["interval"] + SLOWER)
            case "expired_token":
                return Expired()
            case "access_denied":
                return Denied()
        raise refused(answer)


def _promised(answer: Answer, handle: Mapping[str, Any]) -> Handle:
    """Return what the provider promised: its id for the request, until when it holds, how often it may be asked."""
    holds, interval = answer.body.get("expires_in"), answer.body.get("interval", USUAL_INTERVAL)
    holds = holds if isinstance(holds, int) and holds > 0 else USUAL
    interval = interval if isinstance(interval, int) and 0 < interval <= LONGEST_INTERVAL else USUAL_INTERVAL
    at = seconds()
    return {
        "auth_req_id": answer.text("auth_req_id", 1024),
        "expires_at": min(handle["expires_at"], at + holds),
        "interval": interval,
        "next_at": at + interval,
    }


def _later(handle: Mapping[str, Any], interval: int) -> Pending:
    return Pending(interval, {**handle, "interval": interval, "next_at": seconds() + interval})


def build(setup: Setup) -> EidProvider:
    """Build an identity that is confirmed on the person's telephone."""
    return Ciba(setup)
