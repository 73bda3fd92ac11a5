"""The living demonstration: what the visitor does is answered first, then the cast and everybody else move on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random

from demo.api import Api
from demo.cast import CAST, Person
from demo.desk import Desk, is_persons
from demo.facts import AFTER, Knowledge
from demo.history import HOUSE
from demo.persons import Population
from demo.services import Book, Service, Step
from demo.stories import STILL
from demo.temper import weight_of
from demo.watch import Known, Watch

FAVOURITES = ("noura", "faisal")
FAVOUR = 4  # times as often as the others
FEWEST = 6  # requests of the cast that can move; below it one of them asks for something new
A_DAY = 8  # new requests of one person in a day: a demonstration that runs for weeks stays readable
NEW_SHARE = 0.15  # of the moves of everybody else
PATIENCE = timedelta(hours=1)  # how long invented persons leave what is asked of them
WAKEFUL = timedelta(hours=6)  # after that without a visitor, the cast move less often
ROUND = 12.0  # seconds in which every agency asks once what changed


class Life:
    """Moves requests on, second by second. `pace`: seconds between two moves of the cast.

    `rest`: how long a step at one of the cast is left to whoever plays them before it is done for them.
    """

    def __init__(
        self,
        api: Api,
        book: Book,
        chance: Random,
        clock: Callable[[], datetime],
        *,
        pace: float = 60.0,
        rest: timedelta = timedelta(minutes=30),
    ) -> None:
        self._chance, self._clock, self._pace, self._rest = chance, clock, pace, rest
        self._book = book
        self._desk = Desk(api, book, chance, clock)
        self._knowledge = Knowledge(api, clock)
        self.watch = Watch(api, sorted({service.holder(step) for service in book.values() for step in service.steps}))
        self._people = Population("life", 2_000)
        self._began = self._last_visit = clock()
        self._next_cast = self._next_move = self._began
        self._due: dict[str, tuple[str, datetime]] = {}  # a visitor's requests: from which step they go on, and when
        self._withdrawn: dict[str, tuple[Known, datetime]] = {}
        self._visitors: set[str] = set()
        self._moved: dict[str, tuple[str, datetime, datetime | None]] = {}  # where requests stood as we moved them
        self._begun: Counter[tuple[str, str]] = Counter()
        self._asked = 0.0
        self.is_seeding = False

    def beat(self) -> list[str]:
        """Do what is due now; return a line for each thing that happened. Call it about each second."""
        self._ask()
        lines = [self._knowledge.tell_daily()]
        lines += [self._answer(number) for number, (_, at) in list(self._due.items()) if at <= self._clock()]
        lines += self._part()
        if self._clock() >= self._next_cast:
            self._next_cast = self._clock() + self._cast_pause()
            lines.append(self._move_cast())
        if self._clock() >= self._next_move and not self.is_seeding:
            self._next_move = self._clock() + timedelta(seconds=self._chance.uniform(6, 17) * self._pace / 60)
            lines.append(self._move_other())
        return [line for line in lines if line]

    # What changed

    def _ask(self) -> None:
        """Let some agencies ask what changed, so that each does in every round."""
        agencies = self.watch.agencies
        before, self._asked = int(self._asked), self._asked + max(1.0, len(agencies) / ROUND)
        for number in range(before, int(self._asked)):
            for known in self.watch.ask(agencies[number % len(agencies)]):
                self._notice(known)

    def _notice(self, known: Known) -> None:
        """See whether a person did this; then the agency answers soon."""
        if known.service not in self._book:
            return
        is_new = known.number not in self._visitors
        if is_new and known.parent not in self._visitors and not (self._may_be(known) and self._is_persons(known)):
            return
        if is_new:
            self._last_visit = self._clock()
            self._visitors |= {known.number} | ({known.parent} if known.parent else set())
        self._plan(known)
        for child in self._below(known):
            if child.number not in self._visitors:
                self._notice(child)

    def _may_be(self, known: Known) -> bool:
        if known.ref is None:
            return self._book[known.service].kind != "check"
        return known.cast_key is not None

    def _is_persons(self, known: Known) -> bool:
        """Tell whether a person opened a request in Masar, or was the last to act on it."""
        whole = self._desk.read(known.number, known.service)
        if whole is None:
            return False
        events = whole["events"]
        last = events[-1]
        if is_persons(last) and str(last["type"]).endswith(".withdrawn.v1"):
            self._withdrawn[known.number] = (known, self._clock() + timedelta(seconds=self._chance.uniform(8, 20)))
        return is_persons(events[0]) or is_persons(last)

    def _plan(self, known: Known) -> None:
        """Say when a visitor's request goes on, unless that was said of this step."""
        if self._due.get(known.number, ("",))[0] != known.step or known.closed_at is not None:
            steps = self._book[known.service].steps
            self._set(known.number, steps.get(known.step) if known.closed_at is None else None)

    def _set(self, number: str, step: Step | None) -> None:
        """Set when a request goes on from a step; never where it has ended or a person is asked for an answer."""
        self._due.pop(number, None)
        if step is not None and (pause := self._pause(step)):
            self._due[number] = step.id, self._clock() + timedelta(seconds=pause)

    def _pause(self, step: Step) -> float:
        if not step.is_citizens:
            return self._chance.uniform(12, 24)
        if step.task == "answer" and step.state != "ready":
            return 0.0
        return self._chance.uniform(45, 60) if step.task in ("payment", "document") else self._chance.uniform(28, 40)

    # What the agencies do

    def _answer(self, number: str) -> str:
        self._due.pop(number, None)
        known = self.watch.running.get(number)
        if known is None:
            return ""
        moved = self._desk.move(known, self._below(known), "kind")
        if moved.step is not None and not moved.step.children:
            self._set(number, moved.step)
        told = self._knowledge.tell_after(known.service, number) if moved.is_completed else ""
        return "; ".join(filter(None, (moved.words, told)))

    def _part(self) -> list[str]:
        """Say a last word to those who withdrew."""
        due = [known for known, at in self._withdrawn.values() if at <= self._clock()]
        for known in due:
            del self._withdrawn[known.number]
        return [self._desk.note(known, "withdrawn") for known in due]

    def _below(self, known: Known) -> Sequence[Known]:
        return list(self.watch.children.get(known.number, {}).values())

    def _cast_pause(self) -> timedelta:
        times = 1 if self._clock() - self._last_visit < WAKEFUL else 3
        return timedelta(seconds=self._chance.uniform(0.7, 1.0) * self._pace * times)

    def _move_cast(self) -> str:
        own = [known for known in self.watch.running.values() if self._is_casts(known)]
        free = [known for known in own if self._can_move(known, self._rest)]
        willing = self._willing()
        if willing and len(free) < FEWEST:
            person = self._chance.choices(willing, [FAVOUR if p.key in FAVOURITES else 1 for p in willing])[0]
            self._begun[person.key, f"{self._clock():%Y%m%d}"] += 1
            return self._begin(person.key, person.civil_id, person.name, self._services(but=(HOUSE, *AFTER)))
        if not free:
            return "the cast wait for somebody"
        return self._move(self._chance.choices(free, [FAVOUR if k.cast_key in FAVOURITES else 1 for k in free])[0])

    def _move(self, known: Known) -> str:
        self._moved[known.number] = known.place
        return self._desk.move(known, self._below(known), "usual").words

    def _is_casts(self, known: Known) -> bool:
        above = self.watch.running.get(known.parent or "")
        key = known.cast_key or (above.cast_key if above else None)
        return key is not None and known.ref not in STILL and known.number not in self._visitors

    def _willing(self) -> list[Person]:
        today = f"{self._clock():%Y%m%d}"
        return [person for person in CAST if self._begun[person.key, today] < A_DAY]

    def _move_other(self) -> str:
        """Move somebody's request, or let somebody begin a new one."""
        if self._chance.random() < NEW_SHARE:
            person = self._people.person(self._chance.randrange(2_000))
            return self._begin("x", person.civil_id, person.name, self._services())
        others = [
            known
            for known in self.watch.running.values()
            if known.number not in self._visitors and not self._is_casts(known) and self._is_free(known)
        ]
        if not others:
            return ""
        return self._move(self._chance.choice(others))

    def _is_free(self, known: Known) -> bool:
        above = self.watch.running.get(known.parent or "")
        is_ours = known.is_ours or (above is not None and above.is_ours)
        return is_ours and known.ref not in STILL and known.cast_key is None and self._can_move(known, PATIENCE)

    def _can_move(self, known: Known, patience: timedelta) -> bool:
        step = self._book[known.service].steps.get(known.step) if known.service in self._book else None
        if step is None or step.lasts_years or self._moved.get(known.number) == known.place:
            return False
        if step.children:
            return len([c for c in self._below(known) if c.opened_at >= known.since]) < len(step.children)
        return not known.is_citizens or self._clock() - max(known.since, self._began) >= patience

    def _services(self, but: Sequence[str] = ()) -> list[Service]:
        return [service for service in self._book.values() if weight_of(service) and service.id not in but]

    def _begin(self, key: str, civil_id: str, name: str, services: Sequence[Service]) -> str:
        service = self._chance.choices(services, [weight_of(service) for service in services])[0]
        return self._desk.begin(service, f"DEMO-{key}-{self._clock():%Y%m%dT%H%M%S}", civil_id, name)
