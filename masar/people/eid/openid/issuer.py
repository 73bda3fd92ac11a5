"""A provider as it describes itself: its discovery document and its keys, each believed for an hour."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from joserfc.jwk import KeySet

from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.openid.signatures import public_keys
from masar.people.eid.refusals import AnswerIsNotGenuine, AnswerIsNotUnderstood, ModeIsNotOffered

HOLDS = 3600.0
BETWEEN = 30.0  # an unknown key makes us look again, and not more often than this


class Issuer:
    """The discovery document (OpenID Connect Discovery 1.0) and the keys of one issuer. Safe to share by threads."""

    def __init__(self, url: str, exchange: Exchange, clock: Callable[[], float] = time.monotonic) -> None:
        self.url = url
        self._exchange = exchange
        self._clock = clock
        self._lock = Lock()
        self._metadata: Mapping[str, Any] = {}
        self._metadata_at = 0.0
        self._keys = KeySet([])
        self._keys_at = 0.0

    def metadata(self) -> Mapping[str, Any]:
        """Return what the issuer says of itself. Raises: AnswerIsNotGenuine when another issuer says it."""
        with self._lock:
            if not self._metadata or self._clock() - self._metadata_at > HOLDS:
                answer = self._exchange.get(self.url.rstrip("/") + "/.well-known/openid-configuration")
                if answer.status != 200 or answer.body.get("issuer") != self.url:
                    raise AnswerIsNotGenuine("issuer")
                self._metadata, self._metadata_at = answer.body, self._clock()
            return self._metadata

    def offered(self, endpoint: str) -> str:
        """Return the address of an endpoint, or "" where the issuer has none. Raises: AddressIsNotSafe."""
        url = self.metadata().get(endpoint)
        return self._exchange.demand_safe(url) if isinstance(url, str) and url else ""

    def endpoint(self, name: str) -> str:
        """Return the address of an endpoint that is needed. Raises: ModeIsNotOffered, AddressIsNotSafe."""
        url = self.offered(name)
        if not url:
            raise ModeIsNotOffered(name)
        return url

    def keys(self, kid: str | None) -> KeySet:
        """Return the keys, fetched anew when they are old or none is called `kid`. Raises: EidRefusal."""
        where = self.endpoint("jwks_uri")
        with self._lock:
            age = self._clock() - self._keys_at
            is_known = any(kid in (None, key.kid) for key in self._keys)
            if not self._keys or age > HOLDS or (not is_known and age > BETWEEN):
                answer = self._exchange.get(where)
                keys = public_keys(answer.body)
                if answer.status != 200 or not keys:
                    raise AnswerIsNotUnderstood("keys")
                self._keys, self._keys_at = keys, self._clock()
            return self._keys
