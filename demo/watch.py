"""What the simulated agencies know of the requests that run: each agency asks for what changed since it last asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demo.api import JSON, Api
from demo.cast import BY_KEY

OVERLAP = timedelta(seconds=20)  # a change is dated before it can be read
OURS = "DEMO-"


@dataclass(slots=True)
class Known:
    """One running request. `ref` is the opener's own number, None where a person opened it in Masar."""

    number: str
    service: str
    step: str
    is_citizens: bool
    since: datetime
    opened_at: datetime
    closed_at: datetime | None
    ref: str | None
    parent: str | None

    @property
    def is_ours(self) -> bool:
        """Tell whether the demonstration opened it."""
        return self.ref is not None and self.ref.startswith(OURS)

    @property
    def cast_key(self) -> str | None:
        """Return the person of the cast whose request it is; None for anybody else's."""
        parts = (self.ref or "").split("-")
        return parts[1] if self.is_ours and len(parts) > 2 and parts[1] in BY_KEY else None

    @property
    def place(self) -> tuple[str, datetime, datetime | None]:
        """Where it stands."""
        return self.step, self.since, self.closed_at


class Watch:
    """All running requests by number, and the sub-requests of each."""

    def __init__(self, api: Api, agencies: Sequence[str]) -> None:
        self.running: dict[str, Known] = {}
        self.children: dict[str, dict[str, Known]] = defaultdict(dict)
        self._api, self.agencies = api, agencies
        self._since: dict[str, datetime] = {}
        self._told: dict[str, tuple[str, datetime, datetime | None]] = {}

    def ask(self, agency: str) -> list[Known]:
        """Ask what changed at an agency; return the requests of its own services that stand elsewhere than before.

        Only there does a request say who opened it: `ref` is the opener's. A sub-request counts as changed, too, when
        the agency that opened it tells above whose it stands.
        """
        changed = []
        for item in self._pages(agency):
            known, is_related = self._take(item)
            is_home = known.service.rpartition(".")[0] == agency
            if is_related or (is_home and self._told.get(known.number) != known.place):
                self._told[known.number] = known.place
                changed.append(known)
        return changed

    def _pages(self, agency: str) -> list[JSON]:
        query, items = {"limit": "200"}, list[JSON]()
        since = self._since.get(agency)
        if since is not None:
            query["updated_since"] = (since - OVERLAP).isoformat()
        while True:
            page = self._api.get("/api/v1/requests", agency, **query) or {}
            items += page.get("items", ())
            if not page.get("next"):
                break
            query["cursor"] = page["next"]
        newest = max((_instant(item["updated_at"]) for item in items), default=since)
        if newest is not None:
            self._since[agency] = min(newest, datetime.now(UTC))  # one change dated ahead must not make us deaf
        return items

    def _take(self, item: JSON) -> tuple[Known, bool]:
        """Keep what an agency tells of a request; return it, and whether we learn only now what stands above it."""
        before = self.running.get(item["number"])
        known = _known(item)
        if before is not None:
            known.ref, known.parent = known.ref or before.ref, known.parent or before.parent
        is_related = known.parent is not None and before is not None and before.parent is None
        if known.parent is not None and (known.closed_at is None or known.parent in self.running):
            self.children[known.parent][known.number] = known
        if known.closed_at is None:
            self.running[known.number] = known
        else:
            self.running.pop(known.number, None)
            self.children.pop(known.number, None)
        return known, is_related


def _known(item: JSON) -> Known:
    closed = item.get("closed_at")
    return Known(
        number=item["number"],
        service=item["service"],
        step=item["step"],
        is_citizens=item["holder"]["kind"] == "citizen",
        since=_instant(item["since"]),
        opened_at=_instant(item["opened_at"]),
        closed_at=_instant(closed) if closed else None,
        ref=item.get("agency_ref"),
        parent=item.get("parent"),
    )


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
