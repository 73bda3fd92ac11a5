"""A very small Masar for tests: the event door over real HTTP on loopback, which can be made to fail."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Memory:
    """What the server knows and how it fails: `faults` are used up one by one, by name."""

    keys: dict[str, str]
    faults: list[str] = field(default_factory=list)
    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop_after: int | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def fault(self) -> str:
        """Return the next fault, empty where there is none."""
        with self.lock:
            if self.stop_after is not None and len(self.taken) >= self.stop_after:
                self.stopped.set()
                return "gone"
            return self.faults.pop(0) if self.faults else ""

    def take(self, agency: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Record a batch as Masar does, in one transaction."""
        with self.lock:
            self.batches.append(len(events))
            items = [self._item(agency, event) for event in events]
            self.statuses.update(item["status"] for item in items)
            return items

    def _item(self, agency: str, event: dict[str, Any]) -> dict[str, Any]:
        name, content = (event["source"], event["id"]), json.dumps(event, sort_keys=True)
        answer = {"id": event["id"], "source": event["source"]}
        number = self._number(agency, event)
        if not event["source"].startswith(f"urn:masar:{agency}:"):
            return answer | {"status": "forbidden", "problem": {"code": "foreign-source"}}
        if name in self.seen:
            same = self.seen[name] == content
            return answer | {"status": "duplicate" if same else "conflict", "request": number}
        if number is None:
            return answer | {"status": "parked"}
        self.seen[name] = content
        self.taken.append(event)
        return answer | {"status": "accepted", "request": number}

    def _number(self, agency: str, event: dict[str, Any]) -> str | None:
        if event["type"].endswith(".opened.v1"):
            ref = (agency, event["data"]["agency_ref"])
            return self.numbers.setdefault(ref, str(40_000_000_000 + len(self.numbers)))
        subject = event["subject"]
        if subject.startswith("ref:"):
            return self.numbers.get((agency, subject[4:]))
        return subject if subject in self.numbers.values() else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    memory: Memory

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.memory.fault()
        if fault in ("cut", "gone"):
            self.close_connection = True
            return
        if fault.isdigit():
            self._answer(int(fault), {"title": "not now"}, {"Retry-After": "0"})
            return
        agency = {key: agency for agency, key in self.memory.keys.items()}.get(self.headers["Authorization"][7:])
        if agency is None:
            self._answer(401, {"title": "A key is needed"})
            return
        items = self.memory.take(agency, json.loads(body))
        if fault == "lost":  # recorded, but the answer never arrives
            self.close_connection = True
            return
        self._answer(200, {"items": items})

    def _answer(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def little_masar(memory: Memory) -> Iterator[str]:
    """Run the server; give its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"memory": memory}))
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that was killed
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
