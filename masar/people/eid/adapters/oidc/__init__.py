"""OpenID Connect with the browser: code flow, PKCE, PAR where it is offered, and one exact address to return to."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from masar.people.eid.openid.asking import demand_own, instant, is_over, new_handle
from masar.people.eid.openid.client import Client, refused
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.openid.tokens import same
from masar.people.eid.port import (
    USUAL,
    Approved,
    Denied,
    Display,
    EidProvider,
    Expired,
    Mode,
    Pending,
    Started,
    demand_binding_message,
    demand_mode,
)
from masar.people.eid.refusals import IdentityIsNotSetUp, ProviderRefused, RequestIsNotOurs
from masar.people.eid.setup import Setup

INTERVAL = 5


class Oidc:
    """The person goes to the provider's page and comes back with a code."""

    modes: frozenset[Mode] = frozenset({"redirect"})

    def __init__(self, setup: Setup, exchange: Exchange | None = None) -> None:
        self.name = setup.name
        self.client = Client(setup, exchange)
        if not self.client.settings.redirect_uri:
            raise IdentityIsNotSetUp(f"MASAR_EID: {setup.name}: redirect_uri is missing")

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
        """Return the address to send the browser to. Raises: EidRefusal."""
        demand_mode(mode, self.modes)
        code = demand_binding_message(binding_message) if binding_message else ""
        handle = new_handle(self.name, login_hint=login_hint, acr=acr, ttl=ttl, max_age=max_age) | {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
        }
        return Started(handle, instant(handle["expires_at"]), INTERVAL, Display(code=code, url=self._address(handle)))

    def poll(self, handle: Mapping[str, Any]) -> Pending | Expired:
        """Tell whether there is still time: the answer itself comes with the browser."""
        demand_own(handle, self.name)
        return Expired() if is_over(handle) else Pending(INTERVAL, dict(handle))

    def callback(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> Approved | Denied | Expired:
        """Take the parameters that the browser brought back. Raises: EidRefusal."""
        demand_own(handle, self.name)
        self._demand_answer_to(handle, parameters)
        if is_over(handle):
            return Expired()
        if "error" in parameters:
            if parameters["error"] == "access_denied":
                return Denied()
            raise ProviderRefused("authorization")
        if not parameters.get("code"):
            raise RequestIsNotOurs("code")
        form = {
            "grant_type": "authorization_code",
            "code": parameters["code"],
            "redirect_uri": self.client.settings.redirect_uri,
            "code_verifier": handle["verifier"],
        }
        answer = self.client.post("token_endpoint", form)
        if answer.status != 200:
            raise refused(answer)
        return Approved(self.client.claims(answer, handle))

    def _demand_answer_to(self, handle: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        """Check state, and the issuer wherever it is said or promised (RFC 9207). Raises: RequestIsNotOurs."""
        if not same(parameters.get("state"), handle["state"]):
            raise RequestIsNotOurs("state")
        is_promised = self.client.issuer.metadata().get("authorization_response_iss_parameter_supported") is True
        if ("iss" in parameters or is_promised) and parameters.get("iss") != self.client.issuer.url:
            raise RequestIsNotOurs("iss")

    def _address(self, handle: Mapping[str, Any]) -> str:
        """Return the address of the provider's page; what is asked is pushed there first, where that is offered."""
        where = self.client.issuer.endpoint("authorization_endpoint")
        asked = self._asked(handle)
        if self.client.issuer.offered("pushed_authorization_request_endpoint"):
            # A civil ID is hinted here alone: in an address it would stand in histories and logs.
            hint = {"login_hint": handle["civil_id"]} if handle["civil_id"] else {}
            answer = self.client.post("pushed_authorization_request_endpoint", asked | hint)
            if answer.status not in (200, 201):
                raise refused(answer)
            asked = {"client_id": asked["client_id"], "request_uri": answer.text("request_uri", 1024)}
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    def _asked(self, handle: Mapping[str, Any]) -> dict[str, str]:
        settings = self.client.settings
        digest = hashlib.sha256(handle["verifier"].encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": settings.redirect_uri,
            "scope": settings.scope,
            "state": handle["state"],
            "nonce": handle["nonce"],
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "acr_values": self.client.asked_acr(handle["acr"]),
            "max_age": "" if handle["max_age"] is None else str(handle["max_age"]),
        }
        return {name: value for name, value in asked.items() if value}


def build(setup: Setup) -> EidProvider:
    """Build an identity that is confirmed on the provider's own page."""
    return Oidc(setup)
