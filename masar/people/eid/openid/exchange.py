"""Requests to a provider: https, short, bounded, and never led elsewhere by a redirect."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from masar.people.eid.refusals import AddressIsNotSafe, AnswerIsNotUnderstood, ProviderIsNotReached

LARGEST = 256 * 1024
_WAIT = httpx.Timeout(5.0, connect=3.0)
_WHOLE = 10.0
# We ask every five seconds, when many servers close what is idle: a kept connection would often be a broken one.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=0)
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status below 500 and the JSON object that came with it."""

    status: int
    body: Mapping[str, Any]

    def text(self, name: str, longest: int = 8192) -> str:
        """Return a text of the answer. Raises: AnswerIsNotUnderstood when it has none of this name."""
        value = self.body.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise AnswerIsNotUnderstood(name)
        return value


class Exchange:
    """Asks a provider. `loopback` lets it stand on this machine without TLS, for demonstrations and tests."""

    def __init__(self, *, loopback: bool = False, transport: httpx.BaseTransport | None = None) -> None:
        self._loopback = loopback
        self._http = httpx.Client(
            timeout=_WAIT, follow_redirects=False, headers=_HEADERS, limits=_LIMITS, transport=transport
        )

    def demand_safe(self, url: str) -> str:
        """Return an address that is https. Raises: AddressIsNotSafe."""
        try:
            parts = urlsplit(url)
            is_plain = parts.scheme == "http" and self._loopback and parts.hostname in _LOOPBACK
        except ValueError as error:
            raise AddressIsNotSafe("address") from error
        if not (parts.scheme == "https" or is_plain) or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise AddressIsNotSafe("address")
        return url

    def get(self, url: str, bearer: str = "") -> Answer:
        """Fetch a JSON object. Raises: EidRefusal."""
        return self._ask("GET", url, None, {"Authorization": f"Bearer {bearer}"} if bearer else {})

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Send a form; return the JSON object that answers it. Raises: EidRefusal."""
        return self._ask("POST", url, form, headers)

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        safe = self.demand_safe(url)
        try:
            with self._http.stream(method, safe, data=form, headers=dict(headers)) as response:
                content = _bounded(response)
        except httpx.HTTPError as error:
            raise ProviderIsNotReached("transport") from error
        if response.status_code >= 500 or response.status_code == 429:
            raise ProviderIsNotReached("status")
        if 300 <= response.status_code < 400:
            raise AnswerIsNotUnderstood("redirect")
        try:
            return Answer(response.status_code, msgspec.json.decode(content, type=dict[str, Any]))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise AnswerIsNotUnderstood("json") from error


def _bounded(response: httpx.Response) -> bytes:
    until = time.monotonic() + _WHOLE
    content = b""
    for piece in response.iter_raw():
        content += piece
        if len(content) > LARGEST:
            raise AnswerIsNotUnderstood("size")
        if time.monotonic() > until:
            raise ProviderIsNotReached("slow")
    return content
