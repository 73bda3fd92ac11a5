"""What a person does with their own request: withdraw, answer, appeal. An act is an event like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from masar.cases.actions.errors import AlreadyClosed, Empty, NotAllowed, NotFound, NothingAsked, TooLate, TooLong
from masar.cases.actions.record import Item, person_actor, record
from masar.cases.queries import Sheet, my_request
from masar.cases.rules.events import SELF, long_type
from masar.kernel import clock
from masar.kernel.clock import write_instant
from masar.kernel.ids import shown
from masar.people.queries import Viewer

LONGEST = 4000


def withdraw(viewer: Viewer, number: int, token: str = "") -> int:
    """Withdraw a request; a second press finds it withdrawn. Raises: NotFound, AlreadyClosed, NotAllowed."""
    sheet = _sheet(viewer, number)
    if not sheet.row.is_open:
        if sheet.row.state == "withdrawn":
            return number
        raise AlreadyClosed
    if not sheet.may_withdraw:
        raise NotAllowed("The service does not allow a withdrawal at this step.")
    _act(viewer, number, "withdrawn", {}, f"withdraw|{sheet.row.since.isoformat()}")
    return number


def answer(viewer: Viewer, number: int, token: str, words: Mapping[str, Any]) -> int:
    """Answer what is asked; the same answer twice is taken once.

    Raises: NotFound, NothingAsked (also when another question stands now), Empty, TooLong.
    """
    given = {str(key): value for key, value in words.items() if value not in (None, "")}
    if not given:
        raise Empty
    if any(len(str(value)) > LONGEST for value in given.values()):
        raise TooLong(f"An answer has at most {LONGEST} characters.")
    sheet = _sheet(viewer, number)
    if sheet.question is None or not sheet.may_answer or sheet.question.token != token:
        if _was_answered(sheet, token):
            return number
        raise NothingAsked
    _act(viewer, number, "answered", {"answer": given}, f"answer|{token}")
    return number


def appeal(viewer: Viewer, number: int, token: str, reason: str) -> int:
    """Open an appeal as a request beneath this one and return its number; a second press returns the same.

    Raises: NotFound, NotAllowed, TooLate, Empty, TooLong.
    """
    if not reason.strip():
        raise Empty
    if len(reason) > LONGEST:
        raise TooLong(f"An appeal has at most {LONGEST} characters.")
    sheet = _sheet(viewer, number)
    if sheet.appeal_service is None:
        outcome = sheet.row.definition.outcomes.get(sheet.row.outcome or "")
        filed = [c for c in sheet.children if outcome and outcome.appeal and c.definition.id == outcome.appeal.service]
        if filed:
            return filed[-1].number
        raise TooLate if outcome is not None and outcome.appeal is not None else NotAllowed
    data = {
        "service": sheet.appeal_service,
        "agency_ref": f"appeal-{shown(number)}",
        "parent": str(number),
        "appeal": True,
        "note": reason.strip(),
    }
    item = _act(viewer, number, "opened", data, f"appeal|{sheet.row.closed_at}")
    if item.number is None:
        raise NotAllowed
    return item.number


def _sheet(viewer: Viewer, number: int) -> Sheet:
    found = my_request(viewer, number, clock.now())
    if found is None:
        raise NotFound
    return found[1]


def _was_answered(sheet: Sheet, token: str) -> bool:
    """Tell whether the last thing that happened is the person's own answer: a second press of the same button."""
    return bool(token) and any(line.type == "answered" and line.by == "person" for line in sheet.lines[-3:])


def _act(viewer: Viewer, number: int, type_: str, data: Mapping[str, Any], once: str) -> Item:
    """Record an act whose id follows from what it answers to, so that it happens once. Raises: NotAllowed."""
    now: datetime = clock.now()
    sent = {
        "specversion": "1.0",
        "id": hashlib.sha256(f"{number}|{once}".encode()).hexdigest()[:40],
        "source": SELF,
        "type": long_type(type_),
        "time": write_instant(now),
        "datacontenttype": "application/json",
        "data": dict(data),
    }
    if type_ != "opened":
        sent["subject"] = str(number)
    item = record(person_actor(viewer.person_id), [sent], received_at=now)[0]
    if item.status not in ("accepted", "duplicate", "conflict"):  # a conflict is the same act at another instant
        raise NotAllowed((item.problem or {}).get("detail", ""))
    return item
