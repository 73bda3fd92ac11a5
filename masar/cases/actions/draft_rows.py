"""How drafts are taken from their table and put back, inside a transaction as the person whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from masar.cases.queries.drafts import DRAFT, draft_of, sealed_draft
from masar.cases.rules.drafts import Draft, Paper
from masar.catalogue.queries import catalogue
from masar.files.actions import drop_papers, hand_in, hold_papers
from masar.kernel import clock
from masar.kernel.ids import new_row_id
from masar.people.queries import Viewer

Papers = Mapping[str, Sequence[Paper]]


def locked(cursor: CursorWrapper, viewer: Viewer, subject: str, key: bytes) -> Draft | None:
    """Read a draft that nobody else changes until the transaction ends; None when there is none."""
    cursor.execute(
        f"select {DRAFT} from cases_draft d where d.person_id = %s::bigint and d.subject = %s for update",  # noqa: S608
        [viewer.person_id, subject],
    )
    row = cursor.fetchone()
    return draft_of(row, viewer.person_id, key) if row else None


def begun(cursor: CursorWrapper, viewer: Viewer, subject: str, definition: int, key: bytes, token: str = "") -> Draft:
    """Begin a draft of a row of the catalogue; where another page begins it at the same moment, take theirs."""
    now = clock.now()
    draft = Draft(new_row_id(), catalogue().definitions[definition], now, now, token=token)
    cursor.execute(
        "insert into cases_draft (id, person_id, definition_id, subject, sealed, made_at, changed_at)"
        " values (%s::uuid, %s::bigint, %s::int, %s, %s::bytea, %s::timestamptz, %s::timestamptz)"
        " on conflict (person_id, subject) do nothing",
        [draft.id, viewer.person_id, definition, subject, sealed_draft(draft, viewer.person_id, key), now, now],
    )
    return locked(cursor, viewer, subject, key) or draft


def put(cursor: CursorWrapper, viewer: Viewer, draft: Draft, key: bytes) -> Draft:
    """Put a draft back as it is now; its papers stay as long as it does. Return it."""
    cursor.execute(
        "update cases_draft set sealed = %s::bytea, changed_at = greatest(clock_timestamp(), changed_at"
        " + interval '1 microsecond') where person_id = %s::bigint and id = %s::uuid",
        [sealed_draft(draft, viewer.person_id, key), viewer.person_id, draft.id],
    )
    if ids := _ids(draft.papers):
        hold_papers(cursor, viewer.person_id, ids)
    return draft


def let_go(cursor: CursorWrapper, viewer: Viewer, draft: Draft) -> None:
    """Forget a draft with its papers."""
    drop_papers(cursor, viewer.person_id, _ids(draft.papers))
    _delete(cursor, viewer, draft)


def sent_off(cursor: CursorWrapper, viewer: Viewer, draft: Draft, papers: Papers, number: int | None) -> bool:
    """Forget a draft that has become an event; its `papers` now belong to the request, the others go.

    Return False, having changed nothing, when it is no longer as it was read.
    """
    if not _delete(cursor, viewer, draft):
        return False
    ids = _ids(papers)
    hand_in(cursor, viewer.person_id, ids)
    documents = [document for document, files in papers.items() for _ in files]
    cursor.execute(
        "insert into cases_paper (paper_id, person_id, request_id, document)"
        " select u.id, r.person_id, r.id, u.document from cases_request r,"
        " unnest(%s::uuid[], %s::text[]) u(id, document)"
        " where r.person_id = %s::bigint and r.number = %s::bigint",
        [ids, documents, viewer.person_id, number],
    )
    drop_papers(cursor, viewer.person_id, [id_ for id_ in _ids(draft.papers) if id_ not in ids])
    return True


def _delete(cursor: CursorWrapper, viewer: Viewer, draft: Draft) -> bool:
    cursor.execute(
        "delete from cases_draft where person_id = %s::bigint and id = %s::uuid and changed_at = %s::timestamptz",
        [viewer.person_id, draft.id, draft.changed_at],
    )
    return bool(cursor.rowcount)


def _ids(papers: Papers) -> list[UUID]:
    return [paper.id for files in papers.values() for paper in files]
