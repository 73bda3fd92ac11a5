"""Masar as a client of a provider: how it proves itself, and how an answer becomes claims."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from joserfc.jwk import Key

from masar.kernel.clock import now
from masar.kernel.ids import civil_id_digits
from masar.people.eid.openid.exchange import Answer, Exchange
from masar.people.eid.openid.issuer import Issuer
from masar.people.eid.openid.settings import ClientSettings, read_key, read_settings
from masar.people.eid.openid.signatures import opened, signed
from masar.people.eid.openid.tokens import Expected, demand_genuine, demand_strong
from masar.people.eid.port import Claims
from masar.people.eid.refusals import (
    AnswerIsNotGenuine,
    AnswerIsNotUnderstood,
    AnswerIsOfSomebodyElse,
    AnswerLacksCivilId,
    ProviderRefused,
)
from masar.people.eid.setup import Setup

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_HOLDS = 60
_LONGEST_NAME = 200
_MOST_METHODS = 10
_JOINERS = "\u200c\u200d"  # names in Urdu and Persian are written with them


def seconds() -> float:
    """Return the present instant as seconds since 1970."""
    return now().timestamp()


class Client:
    """A client that is registered at an issuer, by private_key_jwt or client_secret_basic."""

    def __init__(self, setup: Setup, exchange: Exchange | None = None) -> None:
        self.settings: ClientSettings = read_settings(setup)
        self._exchange = exchange or Exchange(loopback=setup.loopback)
        self.issuer = Issuer(self._exchange.demand_safe(self.settings.issuer), self._exchange)
        self._key: Key | None = read_key(setup, self.settings) if self.settings.key_file else None
        self._secret = "" if self._key else setup.content(self.settings.secret_file).decode()

    def post(self, endpoint: str, form: Mapping[str, str]) -> Answer:
        """Send a form to an endpoint of the issuer, with proof that we are its client. Raises: EidRefusal."""
        headers, proof = self._proof()
        return self._exchange.post(self.issuer.endpoint(endpoint), {**form, **proof}, headers)

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and the fields by which a client proves itself (RFC 6749 §2.3.1, RFC 7523 §3)."""
        me = self.settings.client_id
        if self._key is None:
            pair = f"{quote_plus(me)}:{quote_plus(self._secret)}"
            return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}, {}
        at = int(seconds())
        claims = {"iss": me, "sub": me, "aud": self.issuer.url, "jti": secrets.token_urlsafe(16)}
        assertion = signed({**claims, "iat": at, "exp": at + _ASSERTION_HOLDS}, self._key)
        return {}, {"client_id": me, "client_assertion_type": _ASSERTION, "client_assertion": assertion}

    def asked_acr(self, acr: str | None) -> str:
        """Return what this provider calls a strength that Masar names."""
        return self.settings.acr.get(acr, acr) if acr else ""

    def _our_acr(self, acr: Any) -> str:
        """Return what Masar calls a strength that the provider names; its own name where Masar has none."""
        ours = (ours for ours, theirs in self.settings.acr.items() if theirs == acr)
        return next(ours, acr if isinstance(acr, str) else "")

    def claims(self, answer: Answer, handle: Mapping[str, Any]) -> Claims:
        """Verify the answer of the token endpoint against what was asked; return who it is. Raises: EidRefusal."""
        access_token = answer.text("access_token")
        if answer.text("token_type").lower() != "bearer":
            raise AnswerIsNotUnderstood("token_type")
        algorithm, said = opened(answer.text("id_token", 128_000), self.issuer.keys)
        expected = self._expected(handle, algorithm, access_token)
        demand_genuine(said, expected)
        demand_strong(said, expected)
        found = self._read(self._completed(said, access_token), handle["acr"])
        if handle["civil_id"] not in ("", found.civil_id):
            raise AnswerIsOfSomebodyElse("civil_id")
        return found

    def _expected(self, handle: Mapping[str, Any], algorithm: str, access_token: str) -> Expected:
        return Expected(
            issuer=self.issuer.url,
            client_id=self.settings.client_id,
            asked_at=handle["asked_at"],
            now=seconds(),
            algorithm=algorithm,
            access_token=access_token,
            nonce=handle.get("nonce", ""),
            auth_req_id=handle.get("auth_req_id", ""),
            acr=self.asked_acr(handle["acr"]),
            max_age=handle["max_age"],
        )

    def _completed(self, said: Mapping[str, Any], access_token: str) -> Mapping[str, Any]:
        """Add what only the userinfo endpoint tells, if it speaks of the same subject (Core 1.0 §5.3.2)."""
        if self.settings.claims.civil_id in said or not self.issuer.offered("userinfo_endpoint"):
            return said
        more = self._exchange.get(self.issuer.offered("userinfo_endpoint"), bearer=access_token)
        if more.status != 200:
            raise refused(more)
        if more.body.get("sub") != said["sub"]:
            raise AnswerIsNotGenuine("userinfo")
        return {**more.body, **said}

    def _read(self, said: Mapping[str, Any], acr: str) -> Claims:
        names = self.settings.claims
        civil_id, name, methods = said.get(names.civil_id), said.get(names.name), said.get("amr")
        digits = civil_id_digits(civil_id) if isinstance(civil_id, str) else None
        if digits is None:
            raise AnswerLacksCivilId("civil_id")
        at = said.get("auth_time")
        return Claims(
            civil_id=digits,
            name=_plain(name) if isinstance(name, str) else "",
            acr=acr or self._our_acr(said.get("acr")),
            amr=tuple(str(method) for method in methods[:_MOST_METHODS]) if isinstance(methods, list) else (),
            auth_time=datetime.fromtimestamp(at, UTC) if at is not None else None,
            issuer=self.issuer.url,
            subject=said["sub"],
        )


def _plain(name: str) -> str:
    """Return a name without characters that change how what stands around it is shown."""
    return "".join(letter for letter in name if letter.isprintable() or letter in _JOINERS)[:_LONGEST_NAME]


def refused(answer: Answer) -> ProviderRefused:
    """Return the refusal for an answer that is an error, with its code where it has the shape of one."""
    code = answer.body.get("error")
    is_code = isinstance(code, str) and len(code) <= 40 and code.replace("_", "").isalpha() and code.isascii()
    return ProviderRefused(str(code) if is_code else "error")
