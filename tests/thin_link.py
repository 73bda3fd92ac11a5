"""A thin link: a TCP proxy that carries little, late, and breaks off in the middle of anything."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

PIECE = 512


@dataclass
class Line:
    """One connection: how many bytes it carries before it breaks, and whether an answer is awaited."""

    left: float
    is_asked: bool = False


@dataclass
class ThinLink:
    """What the link is like, and what happened on it. `rate` in bits a second each way, `delay` one way in seconds.

    It breaks after so many bytes; and for this share of answers before they arrive, or soon after they began to: what
    was asked for is done then, and nobody was told.
    """

    target: int
    rate: float
    delay: float
    bytes_between_cuts: float
    answers_cut: float
    chance: Random
    port: int = 0
    connections: int = 0
    cuts: int = 0
    carried: int = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until an end closes it, or it breaks."""
        self.connections += 1
        ends = [writer]
        try:
            await asyncio.sleep(2 * self.delay)  # what it takes to connect
            there = await asyncio.open_connection("127.0.0.1", self.target)
            ends.append(there[1])
            await self._both_ways(reader, writer, there)
        except asyncio.CancelledError:
            pass  # the drill has ended; whoever asks this task would only print it
        finally:
            for end in ends:
                end.close()

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        there: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        line = Line(self.chance.expovariate(1 / self.bytes_between_cuts))
        ways = [
            asyncio.create_task(self._carry(reader, there[1], line, is_answer=False)),
            asyncio.create_task(self._carry(there[0], writer, line, is_answer=True)),
        ]
        done, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        is_cut = any(task.exception() is None and task.result() for task in done)
        if is_cut:
            self.cuts += 1
        else:  # one end has closed: what is still on the way arrives
            await asyncio.wait(rest, timeout=2 * self.delay + 1)
        for task in ways:
            task.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        if is_cut:
            abort(writer)
            abort(there[1])

    def _passes(self, line: Line, size: int, *, is_answer: bool) -> bool:
        """Tell whether a piece is carried, or the connection breaks at it."""
        begins, line.is_asked = is_answer and line.is_asked, not is_answer
        if begins and self.chance.random() < self.answers_cut:
            line.left = self.chance.choice((0, 0, self.chance.uniform(0, 4000)))
        line.left -= size
        self.carried += size
        return line.left > 0

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line, *, is_answer: bool
    ) -> bool:
        """Carry one way; True where the connection broke."""
        loop, free_at = asyncio.get_running_loop(), 0.0
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                at, piece = await queue.get()
                if not piece:
                    return
                await asyncio.sleep(max(0.0, at - loop.time()))
                writer.write(piece)
                await writer.drain()

        arriving = asyncio.create_task(arrive())
        try:
            while piece := await reader.read(PIECE):
                free_at = max(free_at, loop.time()) + len(piece) * 8 / self.rate
                if not self._passes(line, len(piece), is_answer=is_answer):
                    await asyncio.sleep(max(0.0, free_at - loop.time()))
                    return True
                queue.put_nowait((free_at + self.delay, piece))
                await asyncio.sleep(max(0.0, free_at - loop.time()))
            queue.put_nowait((0.0, b""))
            await arriving
        except OSError:
            pass
        finally:
            arriving.cancel()
        return False


def abort(writer: asyncio.StreamWriter) -> None:
    """Break a connection as a network does: nothing more is sent, and the other end is told so."""
    wire = writer.get_extra_info("socket")
    if wire is not None and wire.fileno() >= 0:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _end(server: asyncio.Server) -> None:
    """Take no more, and let go of what is being carried."""
    server.close()
    carrying = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in carrying:
        task.cancel()
    await asyncio.gather(*carrying, return_exceptions=True)
    await asyncio.sleep(0.1)  # transports end in a later turn of the loop


@contextmanager
def thin_link(link: ThinLink) -> Iterator[ThinLink]:
    """Run the proxy in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(link.take, "127.0.0.1", 0, backlog=1024), loop
    ).result(10)
    link.port = server.sockets[0].getsockname()[1]
    try:
        yield link
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
