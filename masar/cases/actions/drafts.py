"""Applying: keep what a person fills in, discard it, send it. What is sent is one request, however often pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.cases.actions.chunk import Chunk
from masar.cases.actions.draft_rows import Papers, begun, let_go, locked, put, sent_off
from masar.cases.actions.errors import Barred, Incomplete, NoSuchDraft, NotAllowed, NotFound, TooLong
from masar.cases.actions.items import person_actor
from masar.cases.actions.known import filled, remember_said
from masar.cases.actions.record import record, self_event
from masar.cases.queries.drafts import Application, whole_application
from masar.cases.rules.drafts import KEPT_FOR, LONGEST, PAPER, Draft, handed_in, missing, told
from masar.cases.rules.events import SELF
from masar.catalogue.queries import Definition, catalogue
from masar.catalogue.rules.eligibility import bar
from masar.catalogue.rules.form import faults, pruned
from masar.kernel import clock
from masar.kernel.database import acting, take
from masar.people.queries import Viewer, key_of

_TRIES = 8


class _DraftChanged(Exception):
    """The draft was changed, or sent, while it was being sent."""


def keep(
    viewer: Viewer,
    service: str,
    answers: Mapping[str, Any],
    *,
    facts: Mapping[str, Any] | None = None,
) -> Draft:
    """Add answers and facts to the person's draft of a service; None takes one away. Begin one where there is none.

    Raises: NotFound when people do not apply for such a service, TooLong, SessionEnded.
    """
    if any(len(str(value)) > LONGEST for value in answers.values()):
        raise TooLong(f"An answer has at most {LONGEST} characters.")
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        key = key_of(cursor, viewer)
        draft = locked(cursor, viewer, service, key) or _begun(cursor, viewer, service, key)
        return put(cursor, viewer, draft.changed(answers, facts or {}), key)


def discard(viewer: Viewer, service: str) -> None:
    """Forget the person's draft of a service; a second press finds it forgotten. Raises: SessionEnded."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        key = key_of(cursor, viewer)
        if draft := locked(cursor, viewer, service, key):
            let_go(cursor, viewer, draft)


def send(viewer: Viewer, service: str, draft_id: UUID) -> int:
    """Open the request that a draft describes and return its number; the same draft again returns the same number.

    Raises: NoSuchDraft, Incomplete, Barred, NotAllowed, SessionEnded.
    """
    for _ in range(_TRIES):
        found = whole_application(viewer, service)
        if found is None or found[0].draft is None or found[0].draft.id != draft_id:
            return _sent(viewer, draft_id)
        application, civil_id, key = found
        assert application.draft is not None
        form, papers = _complete(application, filled(application))
        try:
            return _open(viewer, application.draft, form, papers, civil_id, key)
        except _DraftChanged:
            continue
    raise NotAllowed("The draft changes at this moment. Look again.")


def forget_left_drafts(now: datetime | None = None) -> int:
    """Forget drafts that nobody touched for their time; return how many."""
    with acting("masar_system") as cursor:
        cursor.execute("delete from cases_draft where changed_at < %s::timestamptz", [(now or clock.now()) - KEPT_FOR])
        return int(cursor.rowcount)


def _complete(application: Application, draft: Draft) -> tuple[dict[str, Any], Papers]:
    """Return the form and the papers as they are sent. Raises: Barred, Incomplete."""
    document, asked = draft.definition.document, application.papers
    if barred := bar(document, application.facts):
        raise Barred(barred)
    schema = document["form"]["schema"]
    form = pruned(schema, draft.answers)
    lacking = {f"{PAPER}{id_}": "missing" for id_ in missing(draft.papers, asked)}
    if wrong := faults(schema, form) | lacking:
        raise Incomplete(wrong)
    return form, handed_in(draft.papers, asked)


def _open(viewer: Viewer, draft: Draft, form: Mapping[str, Any], papers: Papers, civil_id: str, key: bytes) -> int:
    """Record the opening and forget the draft in one transaction. Raises: NotAllowed, _DraftChanged."""
    data = {
        "service": draft.definition.id,
        "version": draft.definition.version,
        "agency_ref": f"masar-{draft.id.hex}",
        "civil_id": civil_id,
        "form": form,
    }
    data |= {"papers": told(papers)} if papers else {}
    event = self_event(0, "opened", _once(draft.id), clock.now(), data)
    keep_said = partial(remember_said, person_id=viewer.person_id, key=key, draft=draft, form=form)
    finish = partial(_finish, viewer, draft, papers, keep_said)
    item = record(person_actor(viewer.person_id), [event], alongside=finish)[0]
    if item.status not in ("accepted", "duplicate") or item.number is None:
        raise NotAllowed((item.problem or {}).get("detail", ""))
    return item.number


def _finish(
    viewer: Viewer,
    draft: Draft,
    papers: Papers,
    keep_said: Callable[[CursorWrapper], None],
    cursor: CursorWrapper,
    chunk: Chunk,
) -> None:
    take(cursor, "masar_citizen", person=viewer.person_id)
    item = chunk.items[0]
    if sent_off(cursor, viewer, draft, papers, item.number):
        keep_said(cursor)
    elif item.status == "accepted":
        raise _DraftChanged


def _sent(viewer: Viewer, draft_id: UUID) -> int:
    """Return the number of the request that a draft became. Raises: NoSuchDraft."""
    event_id = self_event(0, "opened", _once(draft_id), clock.now(), {})["id"]
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        cursor.execute(
            "select r.number from cases_seen s"
            " join cases_request r on r.id = s.request_id and r.person_id = s.person_id"
            " where s.source = %s and s.event_id = %s and s.person_id = %s::bigint",
            [SELF, event_id, viewer.person_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise NoSuchDraft
    return int(row[0])


def _once(draft_id: UUID) -> str:
    return f"apply|{draft_id.hex}"


def _begun(cursor: CursorWrapper, viewer: Viewer, service: str, key: bytes) -> Draft:
    """Begin the draft of an application. Raises: NotFound."""
    return begun(cursor, viewer, service, _in_force(service), key)


def _in_force(service: str) -> int:
    snapshot = catalogue()
    row = snapshot.current(service, snapshot.today())
    if row is None or not _takes_applications(snapshot.definitions[row]):
        raise NotFound
    return row


def _takes_applications(definition: Definition) -> bool:
    return definition.kind == "service" and "form" in definition.document
