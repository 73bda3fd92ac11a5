"""The living demonstration: each minute one request goes one step on, as its agency would report it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from demo.api import JSON, Api, Event, Item
from demo.cast import CAST, Person
from demo.events import cloud_event, event_id, source_of
from demo.paths import AGENCIES, Way, allowed
from demo.scenes import CARD, LICENCE, PERMIT, SYSTEM, ZONE, agency_of
from demo.stories import CARD_KIOSK, KIOSK, STILL, plot

FAVOURITES = ("noura", "faisal")
FAVOUR = 5  # times as often as the others
FEWEST = 5  # requests that can move; below it somebody asks for something new
A_DAY = 4  # new requests of one person in a day: a demonstration that runs for weeks stays readable
RECENT = timedelta(days=120)


class Life:
    """Moves requests on over the API. `rest`: how long a step at the person is left to them before it is done."""

    def __init__(self, api: Api, chance: random.Random, rest: timedelta, clock: Callable[[], datetime]) -> None:
        self._api, self._chance, self._rest, self._clock = api, chance, rest, clock
        self._began = clock()
        self._ways: dict[str, dict[str, list[str]]] = {}

    def beat(self) -> str:
        """Move one request, or begin a new one; return a line that says what happened."""
        self._learn()
        known = self._known()
        choices = [(request, ways) for request in known if self._is_open(request) and (ways := self._ways_of(request))]
        willing = self._willing(known)
        if willing and len(choices) < FEWEST:
            return self._begin(willing)
        if not choices:
            return "everybody waits for somebody"
        weights = [self._weight(request) for request, _ in choices]
        request, ways = self._chance.choices(choices, weights)[0]
        way = self._chance.choices(ways, [way.share for way in ways])[0]
        return self._move(request, way)

    def _learn(self) -> None:
        """Read the ways that the published definitions allow. They may change while this runs."""
        ways: dict[str, dict[str, list[str]]] = {}
        query = {"limit": "200"}
        while True:
            page = self._api.get("/api/v1/services", **query) or {}
            for service in page.get("items", ()):
                ways[service["id"]] = {step["id"]: step["next"] for step in service["steps"]}
            if not page.get("next"):
                break
            query["cursor"] = page["next"]
        self._ways = ways

    def _known(self) -> list[JSON]:
        """Return the requests of the demonstration at each agency: its own, and what a person began in Masar."""
        found: dict[str, JSON] = {}
        for agency in AGENCIES:
            for request in self._pages(agency):
                ref = request.get("agency_ref") or ""
                if agency_of(request["service"]) == agency and (not ref or ref.startswith("DEMO-")):
                    found[request["number"]] = request
        return list(found.values())

    def _is_open(self, request: JSON) -> bool:
        return request["closed_at"] is None and request.get("agency_ref") not in STILL

    def _willing(self, known: Sequence[JSON]) -> list[Person]:
        """Return those of the cast who did not yet begin their share of requests today."""
        today = f"-{self._now():%Y%m%d}T"
        begun = Counter(ref.split("-")[1] for request in known if today in (ref := str(request.get("agency_ref"))))
        return [person for person in CAST if begun[person.key] < A_DAY]

    def _pages(self, agency: str) -> list[JSON]:
        items: list[JSON] = []
        query = {"limit": "200", "updated_since": (self._clock() - RECENT).isoformat()}
        while True:
            page = self._api.get("/api/v1/requests", agency, **query) or {}
            items += page.get("items", ())
            if not page.get("next"):
                return items
            query["cursor"] = page["next"]

    def _ways_of(self, request: JSON) -> Sequence[Way]:
        if request["holder"]["kind"] == "citizen" and not self._has_rested(request):
            return ()
        return allowed(request["service"], request["step"], self._ways.get(request["service"], {}))

    def _has_rested(self, request: JSON) -> bool:
        """A person has as long as `rest`, counted from when this program saw the request first."""
        since = max(datetime.fromisoformat(request["since"].replace("Z", "+00:00")), self._began)
        return self._clock() - since >= self._rest

    def _weight(self, request: JSON) -> int:
        ref = str(request.get("agency_ref") or "")
        return FAVOUR if any(f"-{key}-" in ref for key in FAVOURITES) else 1

    def _move(self, request: JSON, way: Way) -> str:
        home = agency_of(request["service"])
        agency = way.by or home
        whole = self._api.get(f"/api/v1/requests/{request['number']}", agency)
        if whole is None or (whole["step"], whole["outcome"]) != (request["step"], request["outcome"]):
            return f"{request['number']} has moved meanwhile"
        if way.once and any(event["type"].endswith(".asked.v1") for event in whole["events"]):
            way = Way("step", {"step": self._onward(request)})
        events = [self._event(whole, agency, way), *(self._child(whole, home, service) for service in way.children)]
        words = _said(self._api.send(agency, events))
        return f"{request['number']} {request['service']}: {way.kind} {_place(way)} {words}".strip()

    def _onward(self, request: JSON) -> str:
        ways = [
            way for way in allowed(request["service"], request["step"], self._ways[request["service"]]) if not way.once
        ]
        return str(ways[0].data["step"])

    def _event(self, whole: JSON, agency: str, way: Way) -> Event:
        source = source_of(agency, SYSTEM)
        sequence = sum(event["source"] == source for event in whole["events"]) + 1
        id_ = event_id("life", whole["number"], source, sequence)
        return cloud_event(way.kind, source, id_, whole["number"], self._now(), sequence, way.data)

    def _child(self, parent: JSON, home: str, service: str) -> Event:
        ref = f"{parent['agency_ref'] or 'DEMO-' + parent['number']}-{service.rpartition('.')[2].partition('-')[0]}"
        ref = f"{ref}-{self._count(parent)}"
        data = {"service": service, "agency_ref": ref, "parent": parent["number"]}
        return self._opening(home, ref, data)

    def _count(self, parent: JSON) -> int:
        return len(parent["events"])

    def _begin(self, willing: Sequence[Person]) -> str:
        """Let one of the cast ask for something."""
        person = self._chance.choices(willing, [FAVOUR if p.key in FAVOURITES else 1 for p in willing])[0]
        service = self._chance.choice(list(FORMS))
        ref = f"DEMO-{person.key}-{self._now():%Y%m%dT%H%M%S}"
        data = {
            "service": service,
            "agency_ref": ref,
            "civil_id": person.civil_id,
            "name": person.name,
            "form": dict(FORMS[service]),
        }
        agency = agency_of(service)
        words = _said(self._api.send(agency, [self._opening(agency, ref, data)]))
        return f"{person.key} begins {service} {words}".strip()

    def _opening(self, agency: str, ref: str, data: Mapping[str, Any]) -> Event:
        source = source_of(agency, SYSTEM)
        return cloud_event("opened", source, event_id("life", ref), f"ref:{ref}", self._now(), 1, data)

    def _now(self) -> datetime:
        return self._clock().astimezone(ZONE).replace(microsecond=0)


FORMS: Mapping[str, Mapping[str, Any]] = {
    LICENCE: KIOSK,
    CARD: CARD_KIOSK,
    PERMIT: plot("162", "hawalli", "الرميثية", "6"),
}


def _place(way: Way) -> str:
    return str(way.data.get("step") or way.data.get("outcome") or "")


def _said(items: Sequence[Item]) -> str:
    """Return words about what was not taken; nothing where all was."""
    return "; ".join(f"{item.status}: {item.problem}" for item in items if item.status not in ("accepted", "duplicate"))
