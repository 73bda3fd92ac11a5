"""Takes in what is sent before a place to work is taken: a telephone that sends slowly keeps nobody else waiting."""

from __future__ import annotations

import io
import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

WORKING = 6  # threads that answer at once in a process (docs/adr/0015 says what was measured)
READING = 64  # bodies that come in at once
LARGE, LARGE_AT_ONCE = 1024 * 1024, 8  # of these, so that memory stays small
MOST = 21 * 1024 * 1024  # longer ones are not taken in: their view refuses them, or drops what is too much
_PIECE = 64 * 1024
_BUSY = (
    '<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>مسار</title><h1>الخدمة مشغولة الآن</h1><p>لم يضع شيء. انتظر لحظة ثم أرسل مرة أخرى.</p>"
    '<p lang="en" dir="ltr">Busy now. Nothing is lost: wait a moment and send again.</p>'
    '<p lang="ur">ابھی مصروف ہے۔ کچھ ضائع نہیں ہوا: ذرا ٹھہر کر دوبارہ بھیجیں۔</p></html>'
)
_PROBLEM = {
    "type": "urn:masar:problem:unavailable",
    "status": 503,
    "code": "unavailable",
    "title": "Masar is busy",
    "detail": "Wait as long as Retry-After says, then send the same again.",
}
_Environ = dict[str, Any]
_App = Callable[[_Environ, Any], Iterable[bytes]]


class _Places:
    """A number of places, taken in the order of asking: without order the last at the door wait much too long."""

    def __init__(self, count: int) -> None:
        self._free, self._lock = count, threading.Lock()
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *trouble: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class Reading:
    """A WSGI application around another: first the whole body, then one of the places to work."""

    def __init__(self, application: _App) -> None:
        self._next = application
        self._working = _Places(WORKING)
        self._links: deque[dict[str, BaseDatabaseWrapper]] = deque({} for _ in range(WORKING))
        self._reading = threading.BoundedSemaphore(READING)
        self._large = _Places(LARGE_AT_ONCE)

    def __call__(self, environ: _Environ, start_response: Any) -> Iterable[bytes]:
        """Answer a request; 503 where too many bodies come in at this moment."""
        length = _length(environ)
        if 0 < length <= MOST:
            if not self._reading.acquire(blocking=False):
                return _busy(environ, start_response)
            try:
                self._take_in(environ, length)
            finally:
                self._reading.release()
        with self._working, self._linked():
            return self._next(environ, start_response)

    @contextmanager
    def _linked(self) -> Iterator[None]:
        """Lend a place's connections to this thread: each of the many that read would else keep its own for ever."""
        links = self._links.pop()
        for alias, link in links.items():
            connections[alias] = link
        try:
            yield
        finally:
            for link in connections.all(initialized_only=True):
                if link.alias not in links:
                    link.inc_thread_sharing()
                links[link.alias] = link
                del connections[link.alias]
            self._links.append(links)

    def _take_in(self, environ: _Environ, length: int) -> None:
        if length > LARGE:
            with self._large:
                environ["wsgi.input"] = io.BytesIO(_read(environ["wsgi.input"], length))
        else:
            environ["wsgi.input"] = io.BytesIO(_read(environ["wsgi.input"], length))


def _length(environ: _Environ) -> int:
    text = environ.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _read(body: Any, length: int) -> bytes:
    """Read a body to its end, or to where the connection broke."""
    made = bytearray()
    while len(made) < length:
        piece = body.read(min(_PIECE, length - len(made)))
        if not piece:
            break
        made += piece
    return bytes(made)


def _busy(environ: _Environ, start_response: Any) -> Iterable[bytes]:
    kind, body = "text/html; charset=utf-8", _BUSY.encode()
    if str(environ.get("PATH_INFO", "")).startswith("/api/"):
        kind, body = "application/problem+json", json.dumps(_PROBLEM).encode()
    headers = [("Content-Type", kind), ("Content-Length", str(len(body))), ("Retry-After", "5")]
    start_response("503 Service Unavailable", headers)
    return [body]
