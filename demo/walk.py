"""One family of requests walking through its definitions: who does what next, and when, as chance has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from demo.forms import fill
from demo.hours import Hours
from demo.journey import Way, past_children, reasons, ways
from demo.sentences import OFFICES, ask, say
from demo.services import Book, Outcome, Service, Step
from demo.temper import (
    ASIDE,
    QUESTIONED,
    REFUSED,
    WITHDRAWN,
    Temper,
    citizen_seconds,
    is_silent,
    working_seconds,
)

LONGEST = 60  # events of one request
APPEALED = 0.3  # of refusals that may be appealed
CHECK_REFUSED = 0.07
LATE = 1.4  # of a promise, from which on an agency says that it is sorry
DELAY_SAID, OFFICE_SAID, NOTE_SAID = 0.45, 0.3, 0.12
Data = Mapping[str, Any]


@dataclass(slots=True)
class Told:
    """One thing that happened: the event's type and data, of which request, and who reports it when."""

    at: datetime
    order: int
    by: str
    ref: str
    opener: str
    kind: str
    data: dict[str, Any]


@dataclass(slots=True)
class Luck:
    """What is in store for a request."""

    is_refused: bool = False
    is_withdrawn: bool = False
    may_be_silent: bool = True
    questions: int = 2
    detours: int = 1

    @classmethod
    def draw(cls, chance: Random) -> Luck:
        """Draw the luck of a request."""
        return cls(chance.random() < REFUSED, chance.random() < WITHDRAWN * 3)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a family: `opener` is the agency whose own number `ref` is."""

    service: Service
    ref: str
    opener: str
    skips: frozenset[str]


End = tuple[Outcome | None, datetime]  # how a request ended, None while it stands still; and when


class Walker:
    """Walks a family up to an instant, and keeps what it has to tell."""

    def __init__(
        self, book: Book, hours: Hours, tempers: Mapping[str, Temper], chance: Random, until: datetime
    ) -> None:
        self.told: list[Told] = []
        self._book, self._hours, self._tempers = book, hours, tempers
        self._chance, self._until = chance, until

    def open(self, service: Service, ref: str, at: datetime, who: Data, skips: frozenset[str]) -> Request:
        """Begin the request at the head of the family."""
        request = Request(service, ref, service.agency, skips)
        self._tell(request, service.agency, "opened", at, {"service": service.id, "agency_ref": ref, **who})
        return request

    def walk(self, request: Request, place: str, at: datetime, luck: Luck) -> End:
        """Go on from a step until the request ends, stands still, or the time is up."""
        origin: str | None = None
        for _ in range(LONGEST):
            if at > self._until:
                break
            step = request.service.steps[place]
            if step.children:
                onto, at = self._check(request, step, at)
                if onto is None:
                    break
                place, origin = onto, None
                continue
            way = self._turn(request, step, origin, luck)
            if way is None:
                break
            began, at = at, self._when(request, step, way, at)
            self._regret(request, step, began, at)
            self._report(request, step, way, at)
            if way.place in request.service.outcomes:
                return self._ended(request, request.service.outcomes[way.place], at)
            origin, place = place, way.place
        return None, at

    # What happens next

    def _turn(self, request: Request, step: Step, origin: str | None, luck: Luck) -> Way | None:
        found = ways(request.service, step.id, request.skips, origin)
        by_turn: dict[str, list[Way]] = {}
        for way in found:
            by_turn.setdefault(way.turn, []).append(way)
        chance = self._chance
        if luck.is_withdrawn and "withdraw" in by_turn and chance.random() < 0.3:
            return by_turn["withdraw"][0]
        if step.is_citizens and luck.may_be_silent and step.limit and is_silent(step, chance):
            return None
        if luck.is_refused and "refuse" in by_turn and chance.random() < 0.5:
            return chance.choice(by_turn["refuse"])
        if luck.questions and "ask" in by_turn and chance.random() < QUESTIONED:
            luck.questions -= 1
            return chance.choice(by_turn["ask"])
        if luck.detours and "detour" in by_turn and chance.random() < ASIDE:
            luck.detours -= 1
            return chance.choice(by_turn["detour"])
        return next(iter(by_turn.get("onward", ())), None)

    def _when(self, request: Request, step: Step, way: Way, at: datetime) -> datetime:
        chance, hours = self._chance, self._hours
        if step.is_citizens:
            then = at + timedelta(seconds=round(citizen_seconds(step, chance)))
            if step.task in ("visit", "appointment") or way.kind in ("handed-over", "decided"):
                return hours.open_from(then, chance.random())
            return then + timedelta(hours=8) if then.hour < 7 else then
        temper = self._tempers[request.service.holder(step.id)]
        seconds, is_working = working_seconds(step, temper, at.date(), chance)
        if is_working:
            return hours.after(at, seconds)
        return hours.open_from(min(at + timedelta(seconds=round(seconds)), self._beyond()), chance.random())

    def _beyond(self) -> datetime:
        return self._until + timedelta(days=2)

    def _ended(self, request: Request, outcome: Outcome, at: datetime) -> End:
        service = self._book.get(outcome.appeal or "")
        if service is None or outcome.reopens is None or self._chance.random() > APPEALED:
            return outcome, at
        at += timedelta(seconds=self._chance.randint(86_400, 15 * 86_400))
        appeal = self._open_below(request, service, f"{request.ref}-appeal", at, is_appeal=True)
        luck = Luck(is_refused=self._chance.random() < 0.45, may_be_silent=False)
        end, at = self.walk(appeal, service.first, at, luck)
        if end is not None and end.state == "completed":
            return self.walk(request, outcome.reopens, at, Luck(may_be_silent=False))
        return outcome, at

    # Sub-requests

    def _check(self, request: Request, step: Step, at: datetime) -> tuple[str | None, datetime]:
        """Open the sub-requests of a step and walk them; return where the request goes by itself, and when."""
        if not request.service.may_open(step.children, self._book):
            return None, at
        own = f"{request.ref}-{step.id}"
        times = sum(item.kind == "opened" and item.ref.startswith(own) for item in self.told) // len(step.children)
        ends: dict[str, End] = {}
        for number, id_ in enumerate(step.children):
            ref = f"{own}-{times * len(step.children) + number + 1}"
            opened = at + timedelta(seconds=60 * (number + 1))
            child = self._open_below(request, self._book[id_], ref, opened)
            luck = Luck(not times and self._chance.random() < CHECK_REFUSED, may_be_silent=False)
            ends[ref] = self.walk(child, child.service.first, opened, luck)
        good = [then for end, then in ends.values() if end and end.state == "completed"]
        bad = [then for end, then in ends.values() if end and end.state != "completed"]
        is_good, then = _verdict(step.join, good, bad, len(ends))
        if then is None:
            return None, at
        self.told = [item for item in self.told if item.ref not in ends or item.at <= then]
        onto = past_children(request.service, step.id, is_good=is_good, skips=request.skips)
        if onto is None or onto not in request.service.steps:
            return None, then
        if not is_good:
            words = ask(request.service, request.service.steps[onto], self._chance)
            self._tell(request, request.service.agency, "noted", then + timedelta(minutes=5), {"note": dict(words)})
        return onto, then

    def _open_below(
        self, above: Request, service: Service, ref: str, at: datetime, *, is_appeal: bool = False
    ) -> Request:
        request = Request(service, ref, above.opener, frozenset())
        data: dict[str, Any] = {"service": service.id, "agency_ref": ref, "parent": f"ref:{above.ref}"}
        self._tell(request, above.opener, "opened", at, data | ({"appeal": True} if is_appeal else {}))
        return request

    # Telling

    def _report(self, request: Request, step: Step, way: Way, at: datetime) -> None:
        more = telling(request.service, step, way, self._chance, at)
        self._tell(request, way.by, way.kind, at, {**way.data, **more})

    def _regret(self, request: Request, step: Step, began: datetime, at: datetime) -> None:
        """Say that it takes longer, once the promise of a step is broken."""
        if step.is_citizens or step.promise is None or not step.promise.is_working:
            return
        promised = 3600 * (step.promise.days * 6.5 + step.promise.hours)
        if self._hours.between(began, at) > LATE * promised and self._chance.random() < DELAY_SAID:
            then = self._hours.after(began, promised * 1.1)
            by = request.service.holder(step.id)
            self._tell(request, by, "noted", then, {"note": dict(say("late", self._chance))})

    def _tell(self, request: Request, by: str, kind: str, at: datetime, data: dict[str, Any]) -> None:
        self.told.append(Told(at, len(self.told), by, request.ref, request.opener, kind, data))


def _verdict(join: str, good: Sequence[datetime], bad: Sequence[datetime], number: int) -> tuple[bool, datetime | None]:
    """Tell how the sub-requests of a step ended together, and when; None while that is open."""
    if join == "any":
        return (True, min(good)) if good else (False, max(bad) if len(bad) == number else None)
    return (False, min(bad)) if bad else (True, max(good) if len(good) == number else None)


def telling(service: Service, step: Step, way: Way, chance: Random, at: datetime) -> dict[str, Any]:
    """Return what an event says beside its place: a question, an answer, a reason, an office, a note."""
    if way.kind == "asked":
        return {"message": dict(ask(service, service.steps[way.place], chance))}
    if way.kind == "answered":
        answer = fill(step.schema, chance, at.date())
        return {"answer": answer} if answer else {}
    if way.kind == "decided":
        outcome = service.outcomes[way.place]
        reason = {"reason": chance.choice(reasons(service))} if outcome.needs_reason else {}
        return reason | _said("refused" if way.turn == "refuse" else "completed", chance, 0.5)
    if way.kind == "step" and not step.is_citizens:
        office = {"office": chance.choice(OFFICES)} if chance.random() < OFFICE_SAID else {}
        return office | _said("onward", chance, NOTE_SAID)
    return {}


def _said(kind: str, chance: Random, share: float) -> dict[str, Any]:
    return {"note": dict(say(kind, chance))} if chance.random() < share else {}
