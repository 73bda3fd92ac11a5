"""Telephones that send slowly: everybody else is answered meanwhile, and they in the end."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from masar.config.reading import READING, WORKING
from tests.running import Server

pytestmark = pytest.mark.database
BODY = b"n=1&" + b"x" * 300_000


def begin(server: Server) -> socket.socket:
    """Begin to send a form, and stop in the middle of it."""
    wire = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    head = (
        "POST /ar/track/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    wire.sendall(head.encode() + BODY[:1000])
    return wire


def status(wire: socket.socket) -> int:
    """Read the status of the answer."""
    received = b""
    while part := wire.recv(65536):
        received += part
    return int(received.split(b" ", 2)[1])


def test_slow_senders_keep_nobody_waiting(server: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(begin(server)) for _ in range(WORKING + 6)]
        time.sleep(0.5)
        for _ in range(3):
            began = time.monotonic()
            assert httpx.get(f"{server.url}/ar/track/", timeout=10).status_code == 200
            assert time.monotonic() - began < 2
        for wire in slow:
            wire.sendall(BODY[1000:])
        assert [status(wire) for wire in slow] == [403] * len(slow)  # a form without its token, but answered


def test_more_than_are_taken_in_at_once_are_asked_to_wait(server: Server) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(begin(server)) for _ in range(READING)]
        time.sleep(0.5)
        for path in ("/api/v1/events", "/ar/track/"):
            answer = httpx.post(f"{server.url}{path}", content=b"{}", timeout=10)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert httpx.get(f"{server.url}/ar/track/", timeout=10).status_code == 200
        for wire in slow:
            wire.sendall(BODY[1000:])
        assert [status(wire) for wire in slow] == [403] * len(slow)


def test_a_body_that_never_ends_holds_no_place_to_work(server: Server) -> None:
    wires = [begin(server) for _ in range(WORKING)]
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(httpx.get(f"{server.url}/healthz", timeout=10).status_code))
        for _ in range(WORKING)
    ]
    time.sleep(0.3)
    for thread in threads:
        thread.start()
    for wire in wires:
        wire.close()
    for thread in threads:
        thread.join()
    assert found == [200] * WORKING
