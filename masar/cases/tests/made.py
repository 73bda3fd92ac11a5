"""Histories of requests made at random: every type, several sources, ties of time, corrections of corrections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import masar.catalogue
from masar.cases.rules.events import SELF, Event
from masar.cases.rules.standing import Case
from masar.catalogue.loader import Catalogue, load_folder
from masar.catalogue.rules.calendar import Calendar
from masar.catalogue.rules.definition import Definition, parse

BEGIN = datetime(2026, 3, 1, 6, tzinfo=UTC)  # 9:00 in Kuwait, inside Ramadan
INSTANTS = [BEGIN + timedelta(hours=hours) for hours in (0, 0, 1, 5, 24, 24, 30, 72, 96, 200, 500, 900)]


@cache
def kuwait() -> Catalogue:
    """The catalogue of Kuwait, as the loader reads it."""
    return load_folder(Path(masar.catalogue.__file__).parent / "kuwait")


@cache
def case(service: str) -> Case:
    """What the fold must know of a service of Kuwait."""
    document = next(entry.document for entry in kuwait().definitions if entry.document["id"] == service)
    return Case(parse(document), calendar_of)


@cache
def calendar_of(agency: str) -> Calendar:
    """The working calendar of an agency of Kuwait."""
    document = kuwait().agencies[agency]
    return Calendar.from_document(kuwait().calendars[document["calendar"]]).for_agency(document.get("hours"))


def facts_of(random: Random, type_: str, definition: Definition, names: Sequence[str]) -> dict[str, Any]:
    """Make the structural data of one event that fits its definition. `names`: ids that a correction may name."""
    steps, outcomes = list(definition.steps), list(definition.outcomes)
    citizens = [step.id for step in definition.steps.values() if step.holder == "citizen"]
    due = (BEGIN + timedelta(days=random.randint(1, 40))).isoformat()
    make: dict[str, Callable[[], dict[str, Any]]] = {
        "step": lambda: {"step": random.choice(steps)} | ({"due": due} if random.random() < 0.2 else {}),
        "asked": lambda: (
            ({"step": random.choice(citizens)} if citizens and random.random() < 0.5 else {})
            | ({"due": due} if random.random() < 0.3 else {})
        ),
        "answered": lambda: {"step": random.choice(steps)} if random.random() < 0.3 else {},
        "noted": lambda: {},
        "decided": lambda: outcome_of(random, definition, random.choice(outcomes)),
        "handed-over": lambda: (
            {"to": random.choice(["kw.moj", "kw.moh", definition.agency])}
            | ({"step": random.choice(steps)} if random.random() < 0.5 else {})
            | ({"returns_to": random.choice(steps)} if random.random() < 0.5 else {})
        ),
        "withdrawn": lambda: {},
        "reopened": lambda: {"step": random.choice(steps)},
        "corrected": lambda: {"event": random.choice([*names, "never-sent"])},
    }
    return make[type_]()


def outcome_of(random: Random, definition: Definition, outcome: str) -> dict[str, str]:
    """Make the data of a decision, with a reason where the outcome requires one."""
    needs = definition.outcomes[outcome].reason_required
    return {"outcome": outcome} | ({"reason": random.choice(list(definition.reasons))} if needs else {})


TYPES = ["step"] * 5 + ["asked", "answered", "noted", "decided", "handed-over", "withdrawn", "reopened", "corrected"]


def events(random: Random, definition: Definition, count: int) -> list[Event]:
    """Make the events of one request, the opening first; ids are in no order of time."""
    home = f"urn:masar:{definition.agency}"
    sources = (f"{home}:a", f"{home}:b", "urn:masar:kw.moj:r")
    numbering = {source: random.choice(["all", "none", "mixed"]) for source in sources} | {SELF: "none"}
    made = [_event(random, f"{home}:a", "opening", "opened", {"step": definition.path[0]}, numbering, 0)]
    ids = [f"{random.randrange(16**6):06x}-{n}" for n in range(count)]
    for n, id_ in enumerate(ids):
        source, type_ = random.choice(list(numbering)), random.choice(TYPES)
        if source == SELF:
            type_ = random.choice(["withdrawn", "answered", "decided", "noted"])
        facts = facts_of(random, type_, definition, [*ids, "opening"])
        made.append(_event(random, source, id_, type_, facts, numbering, n + 1))
    return made


def _event(
    random: Random, source: str, id_: str, type_: str, facts: dict[str, Any], numbering: dict[str, str], n: int
) -> Event:
    numbered = numbering[source] == "all" or (numbering[source] == "mixed" and random.random() < 0.5)
    sequence = str(random.randint(1, 40) if random.random() < 0.3 else n) if numbered else None
    at = BEGIN if type_ == "opened" and random.random() < 0.7 else random.choice(INSTANTS)
    return Event(source, id_, type_, at, sequence, facts)
