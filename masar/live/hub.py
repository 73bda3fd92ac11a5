"""Who listens, and telling them. One queue a connection; whoever does not keep up is sent away and comes back."""

from __future__ import annotations

import asyncio
from collections import defaultdict

WAITING = 64


class Hub:
    """The open connections by person."""

    def __init__(self) -> None:
        self._listening: dict[int, set[asyncio.Queue[bytes | None]]] = defaultdict(set)

    @property
    def size(self) -> int:
        """How many connections are open."""
        return sum(map(len, self._listening.values()))

    def join(self, person: int) -> asyncio.Queue[bytes | None]:
        """Open a connection's queue. None in it means: go away and come back."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._listening[person].add(queue)
        return queue

    def leave(self, person: int, queue: asyncio.Queue[bytes | None]) -> None:
        """Close a connection's queue."""
        self._listening[person].discard(queue)
        if not self._listening[person]:
            del self._listening[person]

    def tell(self, payload: str) -> None:
        """Tell everybody concerned of a NOTIFY's payload: "person:number:seq person:number:seq …"."""
        for word in payload.split():
            person, number, seq = word.split(":")
            listening = self._listening.get(int(person))
            if listening:
                message = f'event: change\ndata: {{"number": {number}, "seq": {seq}}}\n\n'.encode()
                for queue in listening:
                    _put(queue, message)

    def tell_all(self, message: bytes) -> None:
        """Tell every connection something that concerns all."""
        for listening in self._listening.values():
            for queue in listening:
                _put(queue, message)


def _put(queue: asyncio.Queue[bytes | None], message: bytes) -> None:
    if queue.full():
        send_away(queue)
    else:
        queue.put_nowait(message)


def send_away(queue: asyncio.Queue[bytes | None]) -> None:
    """Let a connection end, whatever waits in it."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)
