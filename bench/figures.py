"""What is measured: each piece of work beside its limit, alternately in one run."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench import load
from bench.fill import AGENCY, SERVICE, SOURCE, Filled, event, invented_civil_id
from bench.ground import Web
from bench.processes import backends_of, cpu_of, family_of
from masar.kernel import clock


@dataclass(slots=True)
class Row:
    """One figure. CPU is in milliseconds for each piece of work; `ratio` is value ÷ limit."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    goal: str = ""
    ok: bool | None = None
    app_cpu_ms: float | None = None
    database_cpu_ms: float | None = None
    client_cpu_ms: float | None = None
    statements: int | None = None
    median_ms: float | None = None
    p99_ms: float | None = None
    limit_is: str = ""

    def judged(self, *, ratio: float | None = None, cpu: float | None = None, statements: int | None = None) -> Row:
        """Say whether the goals are reached."""
        checks = []
        goals = []
        if ratio is not None:
            goals.append(f">= {ratio:.0%}")
            checks.append(self.ratio is not None and self.ratio >= ratio)
        if cpu is not None:
            used = (self.app_cpu_ms or 0) + (self.database_cpu_ms or 0)
            goals.append(f"<= {cpu} ms CPU")
            checks.append(used <= cpu)
        if statements is not None:
            goals.append(f"<= {statements} statements")
            checks.append(self.statements is not None and self.statements <= statements)
        self.goal, self.ok = ", ".join(goals), all(checks)
        return self

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


@dataclass(slots=True)
class Bench:
    """A running web part, filled tables, and for how long each measurement lasts."""

    dsn: str
    web: Web
    filled: Filled
    key: str
    seconds: float
    rounds: int
    folder: Path

    def measure(
        self,
        name: str,
        unit: str,
        requests: Callable[[], Sequence[bytes]],
        limit: Callable[[], float] | None,
        *,
        per_request: int = 1,
        once: bool = False,
    ) -> Row:
        """Run product and limit in turn; rates are of `per_request` pieces of work in each request."""
        load.run(self.web.port, requests(), 1.0 if not once else 0.5, once=once)  # warm: plans, caches, connections
        runs: list[load.Load] = []
        limits: list[float] = []
        app = database = 0.0
        for _ in range(self.rounds):
            prepared = requests()
            web_processes, backends = family_of(self.web.pid), backends_of(self.dsn)
            before = cpu_of(web_processes), cpu_of(backends)
            runs.append(load.run(self.web.port, prepared, self.seconds, once=once))
            app += cpu_of(web_processes) - before[0]
            database += cpu_of(backends) - before[1]
            if limit is not None:
                limits.append(limit())
        bad = {status: count for run in runs for status, count in run.statuses.items() if status != "200"}
        if bad:
            raise RuntimeError(f"{name}: answers {bad}: {runs[0].sample}")
        answers = sum(run.answers for run in runs)
        value = median(run.rate for run in runs) * per_request
        bound = median(limits) if limits else None
        work = answers * per_request / 1000
        return Row(
            name,
            round(value, 1),
            unit,
            limit=bound and round(bound, 1),
            ratio=bound and round(value / bound, 4),
            app_cpu_ms=round(app / work, 3),
            database_cpu_ms=round(database / work, 3),
            client_cpu_ms=round(sum(run.cpu for run in runs) / work, 3),
            median_ms=round(median(run.median_ms for run in runs), 2),
            p99_ms=round(max(run.p99_ms for run in runs), 2),
        )

    def get(self, path: str, cookie: str) -> bytes:
        """Return the bytes of a person's request for a page."""
        return (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.web.port}\r\nAccept-Language: ar\r\n"
            f"Accept: text/html,application/json\r\nCookie: masar={cookie}\r\n\r\n"
        ).encode()

    def post(self, body: bytes, kind: str) -> bytes:
        """Return the bytes of an agency's report."""
        return (
            f"POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{self.web.port}\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


STEPS = ("printing", "collect")
NOTE = {"ar": "نُقل الطلب إلى المرحلة التالية", "en": "Moved on", "ur": "اگلے مرحلے میں"}


class Reports:
    """Events that nobody sent before: steps and notes on filled requests, or openings with what follows them."""

    def __init__(self, filled: Filled) -> None:
        self._filled = filled
        self._targets = self._drawn(list(filled.numbers))
        self._run = secrets.token_hex(3)
        self._count = 0

    @staticmethod
    def _drawn(ids: list[int]) -> Iterator[int]:
        sequence = 3
        while True:
            sequence += 1
            yield from (id_ * 1000 + sequence for id_ in sorted(ids, key=lambda id_: id_ * 2654435761 % 2**32))

    def _new_id(self) -> str:
        self._count += 1
        return f"n-{self._run}-{self._count}"

    def on_known(self) -> dict[str, Any]:
        """Return one step on one filled request: the first on each moves it, later ones note."""
        id_, sequence = divmod(next(self._targets), 1000)
        at = clock.now() - timedelta(minutes=30) + timedelta(seconds=sequence)
        ref = self._filled.reference(id_)
        if sequence - 4 < len(STEPS):
            return event(
                "step", ref, at, sequence, self._new_id(), step=STEPS[sequence - 4], note=NOTE, office="الجهراء"
            )
        return event("noted", ref, at, sequence, self._new_id(), note=NOTE, office="الجهراء")

    def story(self) -> list[dict[str, Any]]:
        """Return a new request as logs have them: an opening and two or three steps, by one of some hundred persons."""
        self._count += 1
        ref, at = f"S-{self._run}-{self._count}", clock.now() - timedelta(days=1)
        civil_id = invented_civil_id(500_000 + secrets.randbelow(400))
        told = [
            event(
                "opened", None, at, 1, self._new_id(), service=SERVICE, agency_ref=ref, civil_id=civil_id, name="شخص"
            ),
            event("step", ref, at + timedelta(hours=1), 2, self._new_id(), step="review", note=NOTE),
            event("step", ref, at + timedelta(hours=2), 3, self._new_id(), step="printing"),
            event("step", ref, at + timedelta(hours=3), 4, self._new_id(), step="collect"),
        ]
        return told[: 3 + self._count % 2]

    def batch_of_stories(self, size: int) -> list[dict[str, Any]]:
        """Return about `size` events, whole stories."""
        found: list[dict[str, Any]] = []
        while len(found) < size:
            found += self.story()
        return found[:size]


def as_bytes(value: Any) -> bytes:
    """Write as senders do."""
    return json.dumps(value, ensure_ascii=False).encode()


__all__ = ["AGENCY", "SOURCE", "Bench", "Reports", "Row", "as_bytes"]
