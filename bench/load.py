"""A load client that costs little: kept connections, ready bytes, one thread, one poll. `python -m bench.load` runs it.

Reads from stdin: a line of JSON {port, connections, seconds}, then each request as 4 bytes of length and its bytes;
they are sent in turn, over again if they run out unless `once`. Writes a line of JSON.
"""

from __future__ import annotations

import json
import resource
import selectors
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle


@dataclass(slots=True)
class Load:
    """What a run measured. `cpu` is the client's own, in seconds; `statuses` counts answers."""

    answers: int
    seconds: float
    cpu: float
    statuses: dict[str, int]
    median_ms: float
    p99_ms: float
    sample: str

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


def run(port: int, requests: Sequence[bytes], seconds: float, *, connections: int = 6, once: bool = False) -> Load:
    """Send requests for some seconds from a process of its own; with `once`, end when each was sent."""
    head = json.dumps({"port": port, "connections": connections, "seconds": seconds, "once": once})
    body = b"".join(struct.pack(">I", len(request)) + request for request in requests)
    ran = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=head.encode() + b"\n" + body, capture_output=True, check=True
    )
    return Load(**json.loads(ran.stdout))


@dataclass(slots=True)
class _Wire:
    socket: socket.socket
    sent_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)


class _Client:
    def __init__(self, port: int, connections: int, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.statuses: dict[str, int] = {}
        self.times: list[float] = []
        self.sample = b""
        self.poll = selectors.DefaultSelector()
        self.busy = 0
        for _ in range(connections):
            wire = _Wire(socket.create_connection(("127.0.0.1", port)))
            wire.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.poll.register(wire.socket, selectors.EVENT_READ, wire)
            self.next(wire)

    def next(self, wire: _Wire) -> None:
        request = next(self.requests, None)
        if request is not None:
            wire.sent_at = time.perf_counter()
            wire.socket.sendall(request)
            self.busy += 1

    def read(self, wire: _Wire) -> bool:
        """Read what came; tell whether an answer is whole."""
        part = wire.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection")
        wire.got += part
        end = wire.got.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(wire.got[:end]).lower()
        length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        if len(wire.got) < end + 4 + length:
            return False
        self.times.append(time.perf_counter() - wire.sent_at)
        status = head[9:12].decode()
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.sample = self.sample or bytes(wire.got[end + 4 : end + 400])
        wire.got.clear()
        self.busy -= 1
        return True

    def run(self, seconds: float) -> float:
        """Keep every connection busy until the time is over; return how long it took."""
        began = time.perf_counter()
        until = began + seconds
        while self.busy:
            for key, _ in self.poll.select():
                if self.read(key.data) and time.perf_counter() < until:
                    self.next(key.data)
        return time.perf_counter() - began


def _unpacked(body: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(body):
        (length,) = struct.unpack_from(">I", body, at)
        found.append(body[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def main() -> None:
    """Run as the brief on stdin says."""
    asked = json.loads(sys.stdin.buffer.readline())
    requests = _unpacked(sys.stdin.buffer.read())
    before = resource.getrusage(resource.RUSAGE_SELF)
    client = _Client(asked["port"], asked["connections"], iter(requests) if asked["once"] else cycle(requests))
    took = client.run(asked["seconds"])
    after = resource.getrusage(resource.RUSAGE_SELF)
    times = sorted(client.times)
    load = {
        "answers": len(times),
        "seconds": took,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "statuses": client.statuses,
        "median_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[int(len(times) * 0.99)] * 1000,
        "sample": client.sample.decode(errors="replace"),
    }
    print(json.dumps(load))


if __name__ == "__main__":
    main()
