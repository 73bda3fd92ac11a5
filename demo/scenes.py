"""What the demonstration begins with: requests of the cast in every condition, some weeks back on working days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import holidays

from demo.cast import BY_KEY
from demo.events import Report, cloud_event, event_id, source_of
from demo.hours import WEEKEND, ZONE

SYSTEM = "demo"
LICENCE = "kw.moi.gdt.renew-driving-licence"
CARD = "kw.paci.civil-id-card"
PERMIT = "kw.km.building-permit"
FIRE = "kw.kff.fire-safety-check"
POWER = "kw.mew.electricity-check"

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """One event: its type, how many working days ago, at what time of the day, its data, and the reporter."""

    kind: str
    days: int
    clock: str
    data: Mapping[str, Any]
    by: str | None = None  # the service's own agency where none is named


@dataclass(frozen=True, slots=True)
class Scene:
    """One request of one person. `is_still`: the living demonstration leaves it as it is."""

    ref: str
    person: str
    service: str
    acts: Sequence[Act]
    parent: str | None = None
    opener: str | None = None
    is_still: bool = False

    @property
    def agency(self) -> str:
        """The agency whose service it is."""
        return agency_of(self.service)


def agency_of(service: str) -> str:
    """Return the agency of a service: its id up to the last dot."""
    return service.rpartition(".")[0]


def opened(days: int, clock: str, form: Mapping[str, Any] | None = None) -> Act:
    """The request is made."""
    return Act("opened", days, clock, {"form": dict(form)} if form else {})


def step(place: str, days: int, clock: str, office: str = "", note: Words | None = None) -> Act:
    """The request moves to a step."""
    more: dict[str, Any] = {"office": office} if office else {}
    return Act("step", days, clock, {"step": place} | more | ({"note": dict(note)} if note else {}))


def asked(place: str, days: int, clock: str, message: Words) -> Act:
    """The agency asks the person for something."""
    return Act("asked", days, clock, {"step": place, "message": dict(message)})


def noted(days: int, clock: str, note: Words) -> Act:
    """The agency says something without moving the request."""
    return Act("noted", days, clock, {"note": dict(note)})


def decided(outcome: str, days: int, clock: str, reason: str = "", note: Words | None = None) -> Act:
    """The request ends."""
    more: dict[str, Any] = {"reason": reason} if reason else {}
    return Act("decided", days, clock, {"outcome": outcome} | more | ({"note": dict(note)} if note else {}))


def handed(to: str, place: str, days: int, clock: str, by: str | None = None) -> Act:
    """The request is handed to another agency."""
    return Act("handed-over", days, clock, {"to": to, "step": place}, by)


@cache
def working_day(before: date, days: int) -> date:
    """Return the working day that lies so many working days before a date; 1 is the last one strictly before it."""
    free = holidays.country_holidays("KW", years=[before.year - 1, before.year])
    day, left = before, days
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() not in WEEKEND and day not in free
    return day


def moment(anchor: datetime, act: Act) -> datetime:
    """Return when an act happened, seen from the anchor."""
    day = working_day(anchor.astimezone(ZONE).date(), act.days)
    return datetime.combine(day, time.fromisoformat(act.clock), ZONE)


def reports(scene: Scene, anchor: datetime) -> list[Report]:
    """Return the events of a scene as history, the same for the same anchor."""
    return list(_reports(scene, anchor))


def _reports(scene: Scene, anchor: datetime) -> Iterator[Report]:
    opener = scene.opener or scene.agency
    counts: dict[str, int] = {}
    for position, act in enumerate(scene.acts):
        by = opener if position == 0 else act.by or scene.agency
        counts[by] = counts.get(by, 0) + 1
        data = {**_opening(scene), **act.data} if position == 0 else act.data
        event = cloud_event(
            act.kind,
            source_of(by, SYSTEM),
            event_id("scene", scene.ref, position),
            f"ref:{scene.ref}",
            moment(anchor, act),
            counts[by],
            data,
            is_backfill=True,
        )
        yield Report(by, scene.ref, event, needs_number=by != opener)


def _opening(scene: Scene) -> dict[str, Any]:
    person = BY_KEY[scene.person]
    who = {"civil_id": person.civil_id, "name": person.name}
    parent = {"parent": f"ref:{scene.parent}"} if scene.parent else {}
    return {"service": scene.service, "agency_ref": scene.ref, **who, **parent}
