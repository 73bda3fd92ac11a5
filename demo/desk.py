"""One move of one request, as the agency that holds it would report it: read it whole, choose a way, send the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal

from demo.api import JSON, Api, Event, Item
from demo.conditions import skips_of
from demo.events import cloud_event, event_id, source_of
from demo.forms import fill
from demo.hours import ZONE
from demo.journey import Way, ways
from demo.sentences import played, say
from demo.services import Book, Service, Step
from demo.walk import telling
from demo.watch import Known

SYSTEM = "demo"
SELF = "urn:masar:self"
Manner = Literal["kind", "usual"]  # to the visitor, to everybody else
CHANCES: Mapping[Manner, Mapping[str, float]] = {
    "kind": {"ask": 0.5},
    "usual": {"refuse": 0.06, "ask": 0.12, "detour": 0.04},
}


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: words for the log, the step in which the request stands now, or whether it ended well."""

    words: str = ""
    step: Step | None = None
    is_completed: bool = False


class Desk:
    """Moves requests over the API. `clock` says what time it is."""

    def __init__(self, api: Api, book: Book, chance: Random, clock: Callable[[], datetime]) -> None:
        self.book = book
        self._api, self._chance, self._clock = api, chance, clock

    def read(self, number: str, service: str) -> JSON | None:
        """Read a request whole, as the agency of its service."""
        return self._api.get(f"/api/v1/requests/{number}", self.book[service].agency)

    def move(self, known: Known, below: Sequence[Known], manner: Manner) -> Moved:
        """Let a request go one way on; return what was done, with no words where nothing could be."""
        whole = self.read(known.number, known.service)
        if whole is None or whole["closed_at"] is not None or whole["step"] not in self.book[known.service].steps:
            return Moved()
        service = self.book[known.service]
        step = service.steps[whole["step"]]
        if step.children:
            return Moved(self._open_children(whole, service, step, below))
        way = self._way(whole, service, step, manner)
        if way is None:
            return Moved()
        events = [self._event(whole, service, step, way, manner)]
        into = service.steps.get(way.place)
        words = self._sent(way.by, events)
        if into is not None and into.children and not words:
            words = self._open_children(whole, service, into, ())
        ended = service.outcomes.get(way.place)
        said = f"{whole['number']} {service.id}: {way.kind} {way.place} {words}".strip()
        return Moved(said, into, ended is not None and ended.state == "completed")

    def note(self, known: Known, kind: str) -> str:
        """Say something without moving the request."""
        whole = self.read(known.number, known.service)
        if whole is None:
            return ""
        agency = self.book[known.service].agency
        event = self._made(whole, agency, "noted", {"note": dict(say(kind, self._chance))})
        return f"{known.number} {known.service}: noted {kind} {self._sent(agency, [event])}".strip()

    def begin(self, service: Service, ref: str, civil_id: str, name: str) -> str:
        """Open a request for somebody."""
        form = fill(service.schema, self._chance, self._now().date(), name)
        data = {"service": service.id, "agency_ref": ref, "civil_id": civil_id, "name": name}
        event = self._opening(service.agency, ref, data | ({"form": form} if form else {}))
        return f"{ref} begins {service.id} {self._sent(service.agency, [event])}".strip()

    # Which way

    def _way(self, whole: JSON, service: Service, step: Step, manner: Manner) -> Way | None:
        found = ways(service, step.id, _skips(whole, service), origin_of(whole))
        onward = next((way for way in found if way.turn == "onward"), None)
        was_asked = any(event["type"].endswith(".asked.v1") for event in whole["events"])
        for turn, share in CHANCES[manner].items():
            fitting = [way for way in found if way.turn == turn and (turn != "ask" or not was_asked)]
            if manner == "kind":  # only what a person can answer in Masar
                fitting = [way for way in fitting if service.steps[way.place].task == "answer"]
            if fitting and step.state != "submitted" and self._chance.random() < share:
                return self._chance.choice(fitting)
        return onward

    def _open_children(self, whole: JSON, service: Service, step: Step, below: Sequence[Known]) -> str:
        """Open the sub-requests of a step that were not opened since it was entered."""
        if whole["step"] == step.id:
            since = datetime.fromisoformat(whole["since"])
            there = {child.service for child in below if child.opened_at >= since}
        else:
            there = set()
        events = []
        for number, id_ in enumerate(step.children, 1):
            if id_ in self.book and id_ not in there:
                ref = f"{whole['agency_ref'] or 'DEMO-' + whole['number']}-{len(whole['events'])}-{number}"
                data = {"service": id_, "agency_ref": ref, "parent": whole["number"]}
                events.append(self._opening(service.agency, ref, data))
        words = self._sent(service.agency, events) if events else ""
        return f"{whole['number']} {service.id}: {len(events)} opened below {words}".strip() if events else ""

    # Events

    def _event(self, whole: JSON, service: Service, step: Step, way: Way, manner: Manner) -> Event:
        data = {**way.data, **telling(service, step, way, self._chance, self._now())}
        if manner == "kind" and (words := self._aside(whole, step, way)):
            data.pop("answer", None)
            data["note"] = dict(say(words, self._chance))
        return self._made(whole, way.by, way.kind, data)

    def _aside(self, whole: JSON, step: Step, way: Way) -> str:
        """Return what a visitor is told beside the move: what was played for them, or that they were heard."""
        if way.kind == "asked":
            return ""
        if step.is_citizens:
            return played(step)
        last = whole["events"][-1]
        if is_persons(last) and last["type"].endswith(".answered.v1"):
            return "answered"
        return "years" if step.lasts_years else ""

    def _made(self, whole: JSON, agency: str, kind: str, data: Mapping[str, Any]) -> Event:
        source = source_of(agency, SYSTEM)
        sequence = sum(event["source"] == source for event in whole["events"]) + 1
        id_ = event_id("life", whole["number"], source, sequence)
        return cloud_event(kind, source, id_, whole["number"], self._now(), sequence, data)

    def _opening(self, agency: str, ref: str, data: Mapping[str, Any]) -> Event:
        return cloud_event(
            "opened", source_of(agency, SYSTEM), event_id("life", ref), f"ref:{ref}", self._now(), 1, data
        )

    def _sent(self, agency: str, events: Sequence[Event]) -> str:
        return said(self._api.send(agency, events))

    def _now(self) -> datetime:
        return self._clock().astimezone(ZONE)


def _skips(whole: JSON, service: Service) -> frozenset[str]:
    """Return the steps that the form of a request rules out, as Masar names them."""
    skips = whole.get("skips")
    return skips_of(service, None) if skips is None else frozenset(skips)


def origin_of(whole: JSON) -> str | None:
    """Return the step from which the present one was entered; None where the events do not name it."""
    places = [event["step"] for event in whole["events"] if event.get("step") and not event["voided"]]
    if not places or places[-1] != whole["step"]:
        return None
    return next((place for place in reversed(places) if place != whole["step"]), None)


def is_persons(event: JSON) -> bool:
    """Tell whether a person did this in Masar."""
    kind = str(event["type"]).split(".")[2]
    return event["source"] == SELF and kind in ("opened", "answered", "withdrawn")


def said(items: Sequence[Item]) -> str:
    """Return words about what was not taken; nothing where all was."""
    return "; ".join(f"{item.status}: {item.problem}" for item in items if item.status not in ("accepted", "duplicate"))
