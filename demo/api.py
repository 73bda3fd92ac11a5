"""Masar's public API over HTTP: sends events and reads requests, and is patient with a server that is away."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx

from demo.keys import Keys

MOST_EVENTS = 500
MOST_BYTES = 1024 * 1024
LONGEST_PAUSE = 30.0
PAUSES_FOR = frozenset({429, 500, 502, 503, 504})
PURPOSE = "demonstration: the agency follows its own requests"

Event = Mapping[str, Any]
JSON = dict[str, Any]


class NoKey(Exception):
    """No key was given for an agency that has something to report."""

    def __init__(self, agency: str) -> None:
        super().__init__(f"no key for {agency}: make one with `masar agency key {agency}` and add it to the keys file")


class Refused(Exception):
    """The server refused a whole message, so that sending it again would not help."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"the server answered {status}: {words}")
        self.status = status


class GaveUp(Exception):
    """The server stayed away longer than this client was told to wait."""


class Stopped(Exception):
    """Somebody asked to stop while this client was waiting for the server."""


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one event: its status, the number of the request, and the problem where there is one."""

    status: str
    request: str | None = None
    problem: str = ""


class Api:
    """One connection to a Masar. Not for several threads: each makes its own.

    `patience` is the longest time in seconds to go on trying while the server is away; `is_stopping` is asked
    before each new try.
    """

    def __init__(
        self,
        url: str,
        keys: Keys,
        *,
        patience: float = 600.0,
        is_stopping: Callable[[], bool] = lambda: False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/")
        self._keys = keys
        self._patience = patience
        self._is_stopping = is_stopping
        self._pause = pause
        self._http = httpx.Client(timeout=httpx.Timeout(60.0, connect=5.0))

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def send(self, agency: str, events: Sequence[Event]) -> list[Item]:
        """Send one batch of an agency's events, again and again until it is answered; return one item for each.

        Raises: NoKey, Refused, GaveUp, Stopped.
        """
        if not events:
            return []
        body = _json(list(events))
        if (len(events) > MOST_EVENTS or len(body) > MOST_BYTES) and len(events) > 1:
            half = len(events) // 2
            return self.send(agency, events[:half]) + self.send(agency, events[half:])
        headers = {"Content-Type": "application/cloudevents-batch+json", **self._authority(agency)}
        answer = self._patiently("POST", "/api/v1/events", headers, body)
        items = [_item(item) for item in answer["items"]]
        if len(items) != len(events):
            raise Refused(200, f"{len(events)} events were sent and {len(items)} answered")
        return items

    def tell(self, agency: str, items: Sequence[Mapping[str, Any]]) -> list[str]:
        """Tell what an agency knows of persons, again and again until it is answered; return a status for each.

        Raises: NoKey, Refused, GaveUp, Stopped.
        """
        headers = {"Content-Type": "application/json", **self._authority(agency)}
        answer = self._patiently("PUT", "/api/v1/facts", headers, _json({"items": list(items)}))
        return [str(item["status"]) for item in answer["items"]]

    def get(self, path: str, agency: str | None = None, **query: str) -> JSON | None:
        """Read a resource, for an agency with its key and a purpose; None when it is not there (404).

        Raises: NoKey, Refused, GaveUp, Stopped.
        """
        headers = {**self._authority(agency), "Masar-Purpose": PURPOSE} if agency else {}
        try:
            return self._patiently("GET", f"{path}?{urlencode(query)}" if query else path, headers, None)
        except Refused as trouble:
            if trouble.status == 404:
                return None
            raise

    def _authority(self, agency: str) -> dict[str, str]:
        key = self._keys.of(agency)
        if key is None:
            raise NoKey(agency)
        return {"Authorization": f"Bearer {key}"}

    def _patiently(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> JSON:
        """Ask until there is an answer: a repeated batch is harmless, since (source, id) names each event."""
        waited, tries = 0.0, 0
        while True:
            if self._is_stopping():
                raise Stopped("asked to stop")
            try:
                answer = self._http.request(method, self.url + path, headers=headers, content=body)
                if answer.status_code < 300:
                    return _object(answer)
                if answer.status_code not in PAUSES_FOR:
                    raise Refused(answer.status_code, _words(answer))
                asked, why = _retry_after(answer), f"answered {answer.status_code}"
            except (httpx.TransportError, ValueError) as trouble:
                asked, why = None, f"cannot be reached ({trouble or type(trouble).__name__})"
            pause = asked if asked is not None else backoff(tries)
            if waited + pause > self._patience:
                raise GaveUp(f"{self.url} {why}; gave up after {waited:.0f} seconds")
            self._pause(pause)
            waited, tries = waited + pause, tries + 1


def backoff(tries: int) -> float:
    """Return how many seconds to wait after so many tries: doubling from 0.2 to 30, with a quarter of chance."""
    longest: float = min(LONGEST_PAUSE, 0.2 * 2.0 ** min(tries, 20))
    return longest * (0.75 + 0.25 * random.random())  # noqa: S311 - spreads tries, is no secret


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _object(answer: httpx.Response) -> JSON:
    """Return the JSON object of an answer. Raises: ValueError for a body that was cut off or is something else."""
    document = answer.json()
    if not isinstance(document, dict):
        raise ValueError("the answer is no JSON object")
    return document


def _words(answer: httpx.Response) -> str:
    try:
        problem = _object(answer)
    except ValueError:
        return answer.text[:200]
    return str(problem.get("detail") or problem.get("title") or problem)[:400]


def _retry_after(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), 300.0) if text.isdigit() else None


def _item(item: JSON) -> Item:
    problem = item.get("problem") or {}
    errors = problem.get("errors") or []
    said = [problem.get("code"), problem.get("detail"), *(f"{e.get('pointer')}: {e.get('detail')}" for e in errors)]
    number = item.get("request")
    return Item(item["status"], str(number) if number else None, " – ".join(str(part) for part in said if part))
