"""The live process: bare ASGI, LISTEN to SSE (docs/adr/0008). It reads no table and knows no name."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import psycopg

from masar.kernel.dsn import administrator_dsn, role_parameters
from masar.live.hub import Hub, send_away
from masar.live.tickets import person_of

CHANNEL = "masar_changes"
HEARTBEAT = 20.0
LONGEST = 15 * 60.0  # a connection is renewed with a new ticket, so that an ended log-in goes silent
_CATCH_UP = b'event: change\ndata: {"number": null, "seq": null}\n\n'
_log = logging.getLogger("masar.live")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Live:
    """The ASGI application: `/sse?ticket=`, `/healthz`."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._hub = Hub()
        self._origins = origins
        self._listening = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            status = 200 if self._listening else 503
            await _plain(send, status, f"{'listening' if self._listening else 'not listening'} {self._hub.size}\n")
        elif scope["type"] == "http" and scope["path"] == "/sse" and scope["method"] == "GET":
            await self._sse(scope, receive, send)
        elif scope["type"] == "http":
            await _plain(send, 404, "There is nothing here.\n")

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        task = asyncio.create_task(self._listen())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await send({"type": "lifespan.shutdown.complete"})

    async def _listen(self) -> None:
        """Listen for ever; after a gap tell every page to look by itself, since what was said meanwhile is lost."""
        wait = 0.2
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as trouble:
                _log.warning("the database does not answer (%s); trying again", type(trouble).__name__)
            self._listening = False
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    async def _listen_once(self) -> None:
        home = Path(os.environ.get("MASAR_HOME", "var"))
        parameters = role_parameters(administrator_dsn(home), "masar_web")
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as link:
            await link.execute(f"listen {CHANNEL}")
            self._listening = True
            self._hub.tell_all(_CATCH_UP)
            async for notify in link.notifies():
                self._hub.tell(notify.payload)

    async def _sse(self, scope: Message, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        person = person_of(query.get("ticket", [""])[0])
        if person is None:
            await _plain(send, 403, "This ticket is not good; get a new one.\n", self._cors(scope))
            return
        headers = [
            (b"content-type", b"text/event-stream"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
            *self._cors(scope),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        queue = self._hub.join(person)
        try:
            await self._stream(queue, receive, send)
        finally:
            self._hub.leave(person, queue)

    async def _stream(self, queue: asyncio.Queue[bytes | None], receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: send_away(queue))  # else it would stay until the next heartbeat
        until = asyncio.get_running_loop().time() + LONGEST
        message: bytes | None = b"retry: 3000\n\n"
        try:
            while message is not None and not gone.done() and asyncio.get_running_loop().time() < until:
                await send({"type": "http.response.body", "body": message, "more_body": True})
                try:
                    message = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    message = b": still here\n\n"
            if not gone.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()

    def _cors(self, scope: Message) -> list[tuple[bytes, bytes]]:
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        if origin.decode("latin-1") not in self._origins:
            return []
        return [(b"access-control-allow-origin", origin), (b"vary", b"origin")]


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _plain(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8"), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": text.encode()})


def origins() -> frozenset[str]:
    """Return the web origins whose pages may listen: those of PORT on this machine, and MASAR_URL."""
    port = os.environ.get("PORT", "8000")
    known = {f"http://127.0.0.1:{port}", f"http://localhost:{port}", os.environ.get("MASAR_URL", "").rstrip("/")}
    return frozenset(known - {""})
