"""Papers of what is being filled in: attach a file, take it away. Files are cleaned outside a transaction."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from masar.cases.actions.draft_rows import locked, put
from masar.cases.actions.errors import NoSuchDraft, TooManyPapers
from masar.cases.queries.drafts import my_application
from masar.cases.rules.drafts import MOST_PAPERS, Draft, Paper
from masar.catalogue.queries import PaperAsk
from masar.files.actions import clean, drop_papers, keep_paper
from masar.kernel.database import acting
from masar.people.queries import Viewer, key_of


def attach(viewer: Viewer, service: str, draft_id: UUID, document: str, data: bytes, name: str) -> Draft:
    """Attach a file to a paper that an application asks for; the same file again is attached once.

    Raises: NoSuchDraft when that draft stands no more or does not ask for it, TooManyPapers, NotAPaper, SessionEnded.
    """
    found = my_application(viewer, service)
    ask = next((ask for ask in found.papers if ask.id == document), None) if found else None
    if ask is None:
        raise NoSuchDraft
    return attached(viewer, service, draft_id, ask, data, name)


def attached(viewer: Viewer, subject: str, draft_id: UUID, ask: PaperAsk, data: bytes, name: str) -> Draft:
    """Attach a file to a draft that asks for it. Raises: as `attach`."""
    paper = clean(data, ask.accept, ask.max_bytes)
    digest = sha256(paper.content).hexdigest()[:32]
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        key = key_of(cursor, viewer)
        draft = locked(cursor, viewer, subject, key)
        if draft is None or draft.id != draft_id:
            raise NoSuchDraft
        if draft.copy_of(ask.id, digest):
            return draft
        if len(draft.papers.get(ask.id, ())) >= MOST_PAPERS:
            raise TooManyPapers(most=MOST_PAPERS)
        kept = keep_paper(cursor, viewer.person_id, key, paper, name)
        one = Paper(kept.id, kept.name, kept.media_type, kept.size, digest)
        return put(cursor, viewer, draft.with_paper(ask.id, one), key)


def detach(viewer: Viewer, subject: str, draft_id: UUID, document: str, paper: UUID) -> Draft:
    """Take a file away; a second press finds it taken. Raises: NoSuchDraft, SessionEnded."""
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        key = key_of(cursor, viewer)
        draft = locked(cursor, viewer, subject, key)
        if draft is None or draft.id != draft_id:
            raise NoSuchDraft
        if any(one.id == paper for one in draft.papers.get(document, ())):
            drop_papers(cursor, viewer.person_id, [paper])
            draft = put(cursor, viewer, draft.without_paper(document, paper), key)
        return draft
