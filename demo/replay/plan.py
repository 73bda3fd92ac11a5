"""From a case of a log to the events that its agencies would have reported. Plain rules: no I/O, no chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.events import Report, cloud_event, event_id, source_of
from demo.persons import Population
from demo.replay.mapping import Ending, LogMapping, MappingInvalid, Rule
from demo.replay.readers import Case, Happening, LogUnreadable

TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class _Lent:
    """A request in the hands of an agency that is not its home."""

    key: str
    agency: str


class Planner:
    """Plans the cases of one log. `shift` is added to every time."""

    def __init__(self, mapping: LogMapping, shift: timedelta = timedelta(0)) -> None:
        self.mapping, self.shift = mapping, shift
        self._people = Population(mapping.name, mapping.persons)

    def plan(self, case: Case) -> list[Report]:
        """Return the events of a case in order. Raises: MappingInvalid, LogUnreadable."""
        if not case.events:
            raise LogUnreadable(f"case {case.id} has no event")
        person = self._people.of_case(case.id)
        opening = {"civil_id": person.civil_id, "name": person.name}
        return list(_Walk(self, case).reports(opening))


class _Walk:
    """One case: who holds it, what each source counted, the last time."""

    def __init__(self, planner: Planner, case: Case) -> None:
        self.mapping, self.shift, self.case = planner.mapping, planner.shift, case
        self.home = self.mapping.agency.choose(case.attributes, "agency")
        self.lent: list[_Lent] = []
        self._counts: Counter[str] = Counter()
        self._at: datetime | None = None
        self._reporter = ""

    @property
    def holder(self) -> str:
        """The agency that holds the case now."""
        return self.lent[-1].agency if self.lent else self.home

    def reports(self, opening: dict[str, Any]) -> Iterator[Report]:
        """Yield the report of each line of the log, and of the end where that is no line."""
        last = len(self.case.events) - 1
        for position, happening in enumerate(self.case.events):
            rule = self.mapping.rule(happening.activity, is_last=position == last, is_away=self.holder != self.home)
            if position == 0:
                yield self._opened(happening, rule, opening)
            else:
                yield self._next(position, happening, rule)
        if self.mapping.ending and (text := self.case.attributes.get(self.mapping.ending.at)):
            yield self._ended_at(last + 1, text, self.mapping.ending)

    def _ended_at(self, position: int, text: str, ending: Ending) -> Report:
        at = datetime.fromisoformat(text)
        verdict = ending.verdict(frozenset(happening.activity for happening in self.case.events))
        data = _decision(verdict.outcome, verdict.reason)
        return self._report(
            position, at if at.tzinfo else at.replace(tzinfo=self.mapping.zone), "decided", self.home, data
        )

    def _opened(self, happening: Happening, rule: Rule, opening: dict[str, Any]) -> Report:
        service = self.mapping.service.choose(self.case.attributes, "service")
        data: dict[str, Any] = {"service": service, "agency_ref": self.case.id, **opening, **self._office(happening)}
        if rule.step:
            data["step"] = rule.step
        return self._report(0, happening.at, "opened", self.home, data)

    def _next(self, position: int, happening: Happening, rule: Rule) -> Report:
        kind, by, data = self._meant(happening, rule)
        return self._report(position, happening.at, kind, by, data | self._office(happening))

    def _meant(self, happening: Happening, rule: Rule) -> tuple[str, str, dict[str, Any]]:
        """Return type, reporter and data of a line that does not open the case."""
        by = self._by()
        if rule.type == "handed-over":
            return self._hand_over(happening, rule, by)
        if rule.type == "hand-back":
            return self._hand_back(happening, rule, by)
        if self.mapping.holder and rule.type == "step":
            to = self.mapping.holder.choose(happening.attributes, "agency")
            if to != self.holder:
                self._lend("", to)
                return "handed-over", by, {"to": to, "step": rule.step}
        if rule.type == "decided":
            return "decided", self.home, _decision(rule.outcome, rule.reason) | self._note(happening, rule)
        if rule.type in ("opened", "noted"):
            return "noted", by, {"note": self._words(happening, rule)}
        data = {"step": rule.step} if rule.step else {}
        return rule.type, by, data | self._note(happening, rule)

    def _hand_over(self, happening: Happening, rule: Rule, by: str) -> tuple[str, str, dict[str, Any]]:
        if rule.to is None:
            raise MappingInvalid(f"{happening.activity}: to whom is it handed over?")
        to = rule.to.choose(happening.attributes, "agency")
        before = self.holder
        self._lend(happening.attributes.get(rule.key, ""), to)
        if to == before:
            return "noted", by, {"note": self._words(happening, rule)}
        return "handed-over", by, {"to": to} | ({"step": rule.step} if rule.step else {}) | self._note(happening, rule)

    def _hand_back(self, happening: Happening, rule: Rule, by: str) -> tuple[str, str, dict[str, Any]]:
        """End what was lent: the holder changes only if the last agency in the row is the one that ends."""
        ended = self._ended(happening.attributes.get(rule.key, ""), happening, rule)
        before = self.holder
        if ended is not None:
            self.lent.remove(ended)
        if self.holder != before:
            step = {"step": rule.step} if rule.step and self.holder == self.home else {}
            return "handed-over", by, {"to": self.holder} | step | self._note(happening, rule)
        if ended is None and rule.step:
            return "step", by, {"step": rule.step} | self._note(happening, rule)
        speaks = ended.agency if ended and self.mapping.reporters == "holder" else by
        return "noted", speaks, {"note": self._words(happening, rule)}

    def _ended(self, key: str, happening: Happening, rule: Rule) -> _Lent | None:
        """Find the loan that a line ends: by its key, else by the agency that it names, else the last one."""
        if found := next((lent for lent in reversed(self.lent) if key and lent.key == key), None):
            return found
        named = rule.to.choose(happening.attributes, "agency") if rule.to else ""
        if found := next((lent for lent in reversed(self.lent) if lent.agency == named), None):
            return found
        return self.lent[-1] if self.lent and (key or not named) else None

    def _lend(self, key: str, to: str) -> None:
        if to == self.home and not key:
            self.lent.clear()
        else:
            self.lent.append(_Lent(key, to))

    def _by(self) -> str:
        return self.holder if self.mapping.reporters == "holder" else self.home

    def _office(self, happening: Happening) -> dict[str, str]:
        office = happening.attributes.get(self.mapping.office, "") if self.mapping.office else ""
        return {"office": office} if office and office != "EMPTY" else {}

    def _note(self, happening: Happening, rule: Rule) -> dict[str, Any]:
        return {"note": self._words(happening, rule)} if rule.note else {}

    def _words(self, happening: Happening, rule: Rule) -> Any:
        note = rule.note or "{activity}"
        if isinstance(note, dict):
            return {language: _filled(text, happening) for language, text in note.items()}
        return _filled(note, happening)

    def _report(self, position: int, at: datetime, kind: str, by: str, data: dict[str, Any]) -> Report:
        source = source_of(by, self.mapping.system)
        self._counts[source] += 1
        event = cloud_event(
            kind,
            source,
            event_id(self.mapping.name, self.case.id, position),
            f"ref:{self.case.id}",
            self._time(at, by) + self.shift,
            self._counts[source],
            data,
            is_backfill=True,
        )
        return Report(by, self.case.id, event, needs_number=by != self.home)

    def _time(self, at: datetime, by: str) -> datetime:
        """Keep the file's order between two agencies: among equal times, sources would be sorted by name."""
        if self._at is not None and at <= self._at:
            at = self._at.astimezone(at.tzinfo) + (TICK if by != self._reporter else timedelta(0))
        self._at, self._reporter = at, by
        return at


def _decision(outcome: str | None, reason: str | None) -> dict[str, Any]:
    return {"outcome": outcome, "reason": reason} if reason else {"outcome": outcome}


def _filled(text: str, happening: Happening) -> str:
    values = _Blank(happening.attributes) | {"activity": happening.activity}
    return text.format_map(_Blank(values)).strip(" :–-") or happening.activity


class _Blank(dict[str, str]):
    """Attributes, where one that is not there is empty."""

    def __missing__(self, key: str) -> str:
        return ""
