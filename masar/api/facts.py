"""The address at which an agency tells what it knows of persons: many at once, each answered (docs/adr/0016)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from masar.api.contract import FACTS
from masar.api.events import body_of, read_json
from masar.api.problems import Problem, answer_json
from masar.api.schemas import REFUSED, FactsOut
from masar.cases.queries import LIMITS
from masar.catalogue.queries import told_by
from masar.kernel import clock
from masar.people.actions import LONGEST_HOLD, NotACivilId, Telling, demand_civil_id, fits, tell

MOST_ITEMS = 1000
MOST_FACTS = 50
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,99}")
_FIELDS = {"civil_id", "at", "until", "facts"}
_Flaw = tuple[str, str, str]  # pointer, code, detail
router = Router()


@router.put("", response={200: FactsOut, **REFUSED}, summary="Tell facts about persons", openapi_extra=FACTS)
def put_facts(request: HttpRequest) -> HttpResponse:
    """Take what your agency knows of persons, and answer each: kept, older, unknown-person, invalid."""
    items = _items(request)
    known, now = told_by(request.auth), clock.now()  # type: ignore[attr-defined]
    flaws = [list(_flaws(item, known, now)) for item in items]
    tellings = [_telling(item) for item, wrong in zip(items, flaws, strict=True) if not wrong]
    answers = iter(tell(request.auth, tellings) if tellings else ())  # type: ignore[attr-defined]
    return answer_json({"items": [_refused(wrong) if wrong else _answer(next(answers)) for wrong in flaws]})


def _items(request: HttpRequest) -> Sequence[Any]:
    """Return the items of a body. Raises: Problem."""
    if (request.content_type or "").lower() != "application/json":
        raise Problem(415, "unsupported-media-type", "This content type is not taken", "Send application/json.")
    body = read_json(body_of(request))
    if not isinstance(body, dict) or body.keys() != {"items"} or not isinstance(body["items"], list):
        raise Problem(400, "bad-request", "This body is no list of facts", 'Send {"items": […]}.')
    if len(body["items"]) > MOST_ITEMS:
        raise Problem(413, "too-many", "There are too many items", f"Send at most {MOST_ITEMS} at a time.")
    items: list[Any] = body["items"]
    return items


def _flaws(item: Any, known: Mapping[str, frozenset[str]], now: datetime) -> Iterator[_Flaw]:
    """Name everything to mend in an item."""
    if not isinstance(item, dict):
        yield "", "not-an-object", "Send an object with civil_id, at and facts."
        return
    if item.keys() - _FIELDS:
        yield "", "unknown-field", "An item has civil_id, at, facts and perhaps until."
    yield from _flaws_of_person(item.get("civil_id"))
    yield from _flaws_of_times(item, now)
    yield from _flaws_of_facts(item.get("facts"), known)


def _flaws_of_person(civil_id: Any) -> Iterator[_Flaw]:
    try:
        demand_civil_id(civil_id if isinstance(civil_id, str) else "", demonstration=settings.DEMONSTRATION)
    except NotACivilId as trouble:
        yield "/civil_id", "civil-id", str(trouble)


def _flaws_of_times(item: Mapping[str, Any], now: datetime) -> Iterator[_Flaw]:
    at, until = _instant(item.get("at")), _instant(item.get("until"))
    if at is None:
        yield "/at", "instant", "Say since when this is so: RFC 3339 with its zone."
    elif at > now + LIMITS.ahead:
        yield "/at", "time-ahead", "This lies ahead of now."
    elif at < LIMITS.earliest:
        yield "/at", "time-early", f"This lies before {LIMITS.earliest.year}."
    if item.get("until") is not None and (until is None or at is None or not at < until <= at + LONGEST_HOLD):
        yield "/until", "instant", f"An instant after `at`, by at most {LONGEST_HOLD.days} days."


def _instant(text: Any) -> datetime | None:
    try:
        return clock.read_instant(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _flaws_of_facts(facts: Any, known: Mapping[str, frozenset[str]]) -> Iterator[_Flaw]:
    if not isinstance(facts, dict) or not 0 < len(facts) <= MOST_FACTS:
        yield "/facts", "facts", f"Send an object of 1 to {MOST_FACTS} facts."
        return
    for name, value in facts.items():
        if name not in known:
            # A name that is none may be anything, a person's words too: it is not said again.
            place = f"/facts/{name}" if _NAME.fullmatch(name) else "/facts"
            yield place, "unknown-fact", "No published service names your agency as the source of this fact."
        elif value is not None and not any(fits(type_, value) for type_ in known[name]):
            yield f"/facts/{name}", "type", f"The declared type is {' or '.join(sorted(known[name]))}."


def _telling(item: Mapping[str, Any]) -> Telling:
    at = _instant(item["at"])
    assert at is not None
    digits = demand_civil_id(item["civil_id"], demonstration=settings.DEMONSTRATION)
    return Telling(digits, at, item["facts"], _instant(item.get("until")))


def _answer(older: frozenset[str] | None) -> dict[str, Any]:
    if older is None:
        return {"status": "unknown-person"}
    return {"status": "older", "older": sorted(older)} if older else {"status": "kept"}


def _refused(flaws: Sequence[_Flaw]) -> dict[str, Any]:
    errors = [{"pointer": pointer, "code": code, "detail": detail} for pointer, code, detail in flaws]
    mend = "Mend what is named in errors and send it again."
    problem = Problem(422, "invalid-facts", "This item cannot be taken", mend, errors=errors)
    return {"status": "invalid", "problem": problem.problem()}
