"""What a person does with their own request: withdraw, answer, appeal. An act is an event like any other.

Each is decided on what the person saw, and recorded only if the request still stands so; else it is decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.backends.utils import CursorWrapper

from masar.cases.actions.chunk import Chunk
from masar.cases.actions.draft_rows import Papers, sent_off
from masar.cases.actions.errors import AlreadyClosed, Empty, NotAllowed, NotFound, NothingAsked, TooLate, TooLong
from masar.cases.actions.items import Item, person_actor
from masar.cases.actions.record import Alongside, record, self_event
from masar.cases.queries import Sheet, my_request
from masar.cases.rules.drafts import Draft, handed_in, told
from masar.cases.rules.events import SELF
from masar.kernel import clock
from masar.kernel.canonical import NotCanonical, digest
from masar.kernel.database import acting, take
from masar.kernel.ids import shown
from masar.people.queries import Viewer

LONGEST = 4000
_TRIES = 8
_SOONEST = timedelta(microseconds=1)


class _ChangedMeanwhile(Exception):
    """The request is no longer as it was when the act was decided."""


def withdraw(viewer: Viewer, number: int, token: str = "") -> int:
    """Withdraw a request; a second press finds it withdrawn. Raises: NotFound, AlreadyClosed, NotAllowed."""
    return _settled(partial(_withdraw, viewer, number))


def answer(viewer: Viewer, number: int, token: str, words: Mapping[str, Any], pressed: str = "") -> int:
    """Answer what is asked, with the papers of the draft; the same press twice is taken once.

    `pressed` names the press: what was posted, or the draft that was sent. Without it, the words do.
    Raises: NotFound, NothingAsked (also when another question stands now), Empty, TooLong.
    """
    given = {str(key): value for key, value in words.items() if value not in (None, "")}
    if any(len(str(value)) > LONGEST for value in given.values()):
        raise TooLong(f"An answer has at most {LONGEST} characters.")
    try:
        once = f"answer|{token}|{pressed or digest(given).hex()}"
    except NotCanonical as trouble:
        raise NotAllowed(str(trouble)) from None
    return _settled(partial(_answer, viewer, number, token, given, once))


def appeal(viewer: Viewer, number: int, token: str, reason: str) -> int:
    """Open an appeal as a request beneath this one and return its number; a second press returns the same.

    Raises: NotFound, NotAllowed, TooLate, Empty, TooLong.
    """
    if not reason.strip():
        raise Empty
    if len(reason) > LONGEST:
        raise TooLong(f"An appeal has at most {LONGEST} characters.")
    return _settled(partial(_appeal, viewer, number, reason.strip()))


def _withdraw(viewer: Viewer, number: int) -> int:
    sheet = _sheet(viewer, number)
    if not sheet.row.is_open:
        if sheet.row.state == "withdrawn":
            return number
        raise AlreadyClosed
    if not sheet.may_withdraw:
        raise NotAllowed("The service does not allow a withdrawal at this step.")
    _act(viewer, sheet, "withdrawn", {}, f"withdraw|{sheet.row.since.isoformat()}")
    return number


def _answer(viewer: Viewer, number: int, token: str, given: Mapping[str, Any], once: str) -> int:
    sheet = _sheet(viewer, number)
    question, draft = sheet.question, sheet.draft
    if question is None or not sheet.may_answer or question.token != token:
        if _has_happened(viewer, number, once):
            return number
        raise NothingAsked
    papers = handed_in(draft.papers, question.papers) if draft else {}
    if not given and not papers:
        raise Empty
    data = {"answer": given} | ({"papers": told(papers)} if papers else {})
    _act(viewer, sheet, "answered", data, once, partial(_finish, viewer, draft, papers) if draft else None)
    return number


def _finish(viewer: Viewer, draft: Draft, papers: Papers, cursor: CursorWrapper, chunk: Chunk) -> None:
    take(cursor, "masar_citizen", person=viewer.person_id)
    item = chunk.items[0]
    if item.status == "accepted" and not sent_off(cursor, viewer, draft, papers, item.number):
        raise _ChangedMeanwhile


def _appeal(viewer: Viewer, number: int, reason: str) -> int:
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
        "note": reason,
    }
    item = _act(viewer, sheet, "opened", data, f"appeal|{sheet.row.closed_at}")
    if item.number is None:
        raise NotAllowed
    return item.number


def _settled(act: Callable[[], int]) -> int:
    """Decide an act again as long as the request changes under it. Raises: NotAllowed when that does not end."""
    for _ in range(_TRIES):
        try:
            return act()
        except _ChangedMeanwhile:
            continue
    raise NotAllowed("The request changes at this moment. Look again.")


def _sheet(viewer: Viewer, number: int) -> Sheet:
    found = my_request(viewer, number, clock.now())
    if found is None:
        raise NotFound
    return found[1]


def _has_happened(viewer: Viewer, number: int, once: str) -> bool:
    """Tell whether this very act was recorded: a second press of the same button."""
    event_id = self_event(number, "answered", once, clock.now(), {})["id"]
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute("select 1 from cases_seen where source = %s and event_id = %s", [SELF, event_id])
        return cursor.fetchone() is not None


def _act(
    viewer: Viewer, sheet: Sheet, type_: str, data: Mapping[str, Any], once: str, alongside: Alongside | None = None
) -> Item:
    """Record an act, after all that is known of the request, even where an agency's clock runs ahead.

    Raises: NotAllowed, _ChangedMeanwhile.
    """
    now = clock.now()
    at = max(now, sheet.row.last_at + _SOONEST)
    event = self_event(sheet.row.number, type_, once, at, data)
    actor, seq = person_actor(viewer.person_id), sheet.row.seq
    item = record(actor, [event], received_at=now, seq=seq, alongside=alongside)[0]
    problem = item.problem or {}
    if problem.get("code") == "changed-meanwhile":
        raise _ChangedMeanwhile
    if item.status not in ("accepted", "duplicate"):
        raise NotAllowed(problem.get("detail", ""))
    return item
