"""Applying: keep what a person fills in, discard it, send it. What is sent is one request, however often pressed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.cases.actions.chunk import Chunk
from masar.cases.actions.errors import Barred, Incomplete, NoSuchDraft, NotAllowed, NotFound, TooLong
from masar.cases.actions.items import person_actor
from masar.cases.actions.known import filled, remember_said
from masar.cases.actions.record import record, self_event
from masar.cases.queries.drafts import DRAFT, draft_of, sealed_draft, whole_application
from masar.cases.rules.drafts import KEPT_FOR, LONGEST, Draft
from masar.cases.rules.events import SELF
from masar.catalogue.queries import Definition, catalogue
from masar.catalogue.rules.eligibility import bar
from masar.catalogue.rules.form import faults, pruned
from masar.kernel import clock
from masar.kernel.database import acting, take
from masar.kernel.ids import new_row_id
from masar.people.queries import SessionEnded, Viewer, person_key

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
        key = _key(cursor, viewer)
        draft = _locked(cursor, viewer, service, key) or _begun(cursor, viewer, service, key)
        changed = draft.changed(answers, facts or {})
        cursor.execute(
            "update cases_draft set sealed = %s::bytea, changed_at = greatest(clock_timestamp(), changed_at"
            " + interval '1 microsecond') where person_id = %s::bigint and id = %s::uuid",
            [sealed_draft(changed, viewer.person_id, key), viewer.person_id, draft.id],
        )
    return changed


def discard(viewer: Viewer, service: str) -> None:
    """Forget the person's draft of a service; a second press finds it forgotten. Raises: SessionEnded."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        _key(cursor, viewer)
        cursor.execute(
            "delete from cases_draft where person_id = %s::bigint and service = %s",
            [viewer.person_id, service],
        )


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
        form = _complete(filled(application), application.facts)
        try:
            return _open(viewer, application.draft, form, civil_id, key)
        except _DraftChanged:
            continue
    raise NotAllowed("The draft changes at this moment. Look again.")


def forget_left_drafts(now: datetime | None = None) -> int:
    """Forget drafts that nobody touched for their time; return how many."""
    with acting("masar_system") as cursor:
        cursor.execute("delete from cases_draft where changed_at < %s::timestamptz", [(now or clock.now()) - KEPT_FOR])
        return int(cursor.rowcount)


def _complete(draft: Draft, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form as it is sent. Raises: Barred, Incomplete."""
    document = draft.definition.document
    if barred := bar(document, facts):
        raise Barred(barred)
    schema = document["form"]["schema"]
    form = pruned(schema, draft.answers)
    if wrong := faults(schema, form):
        raise Incomplete(wrong)
    return form


def _open(viewer: Viewer, draft: Draft, form: Mapping[str, Any], civil_id: str, key: bytes) -> int:
    """Record the opening and forget the draft in one transaction. Raises: NotAllowed, _DraftChanged."""
    data = {
        "service": draft.definition.id,
        "version": draft.definition.version,
        "agency_ref": f"masar-{draft.id.hex}",
        "civil_id": civil_id,
        "form": form,
    }
    event = self_event(0, "opened", _once(draft.id), clock.now(), data)
    item = record(person_actor(viewer.person_id), [event], alongside=partial(_finish, viewer, draft, form, key))[0]
    if item.status not in ("accepted", "duplicate") or item.number is None:
        raise NotAllowed((item.problem or {}).get("detail", ""))
    return item.number


def _finish(
    viewer: Viewer, draft: Draft, form: Mapping[str, Any], key: bytes, cursor: CursorWrapper, chunk: Chunk
) -> None:
    take(cursor, "masar_citizen", person=viewer.person_id)
    cursor.execute(
        "delete from cases_draft where person_id = %s::bigint and id = %s::uuid and changed_at = %s::timestamptz",
        [viewer.person_id, draft.id, draft.changed_at],
    )
    if not cursor.rowcount and chunk.items[0].status == "accepted":
        raise _DraftChanged
    if cursor.rowcount:
        remember_said(cursor, viewer.person_id, key, draft, form)


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


def _key(cursor: CursorWrapper, viewer: Viewer) -> bytes:
    """Return the person's key. Raises: SessionEnded when the log-in was ended."""
    cursor.execute(
        "select k.wrapped, k.kek from people_person_key k join people_session s on s.person_id = k.person_id"
        " where k.person_id = %s::bigint and s.id = %s::uuid and s.ended_at is null",
        [viewer.person_id, viewer.session],
    )
    row = cursor.fetchone()
    if row is None:
        raise SessionEnded
    return person_key(viewer.person_id, bytes(row[0]), row[1])


def _locked(cursor: CursorWrapper, viewer: Viewer, service: str, key: bytes) -> Draft | None:
    cursor.execute(
        f"select {DRAFT} from cases_draft d where d.person_id = %s::bigint and d.service = %s for update",  # noqa: S608
        [viewer.person_id, service],
    )
    row = cursor.fetchone()
    return draft_of(row, viewer.person_id, key) if row else None


def _begun(cursor: CursorWrapper, viewer: Viewer, service: str, key: bytes) -> Draft:
    """Begin a draft; where another page begins it at the same moment, theirs is taken. Raises: NotFound."""
    row, now = _in_force(service), clock.now()
    draft = Draft(new_row_id(), catalogue().definitions[row], now, now)
    cursor.execute(
        "insert into cases_draft (id, person_id, definition_id, service, sealed, made_at, changed_at)"
        " values (%s::uuid, %s::bigint, %s::int, %s, %s::bytea, %s::timestamptz, %s::timestamptz)"
        " on conflict (person_id, service) do nothing",
        [draft.id, viewer.person_id, row, service, sealed_draft(draft, viewer.person_id, key), now, now],
    )
    return _locked(cursor, viewer, service, key) or draft


def _in_force(service: str) -> int:
    snapshot = catalogue()
    row = snapshot.current(service, snapshot.today())
    if row is None or not _takes_applications(snapshot.definitions[row]):
        raise NotFound
    return row


def _takes_applications(definition: Definition) -> bool:
    return definition.kind == "service" and "form" in definition.document
