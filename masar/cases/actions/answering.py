"""Answering what is asked, in more than one sitting: what was typed is kept, papers are attached."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from masar.cases.actions.draft_rows import begun, let_go, locked, put
from masar.cases.actions.errors import NotFound, NothingAsked, TooLong
from masar.cases.actions.papers import attached, detach
from masar.cases.queries import Question, Sheet, my_request
from masar.cases.rules.drafts import LONGEST, Draft
from masar.catalogue.queries import catalogue
from masar.kernel import clock
from masar.kernel.database import acting
from masar.people.queries import Viewer, key_of


def keep_answer(viewer: Viewer, number: int, token: str, words: Mapping[str, Any]) -> Draft:
    """Keep what was typed for a question; None takes one away.

    Raises: NotFound, NothingAsked, TooLong, SessionEnded.
    """
    if any(len(str(value)) > LONGEST for value in words.values()):
        raise TooLong(f"An answer has at most {LONGEST} characters.")
    return _keep(viewer, _asked(viewer, number, token)[0], token, words)


def _keep(viewer: Viewer, sheet: Sheet, token: str, words: Mapping[str, Any]) -> Draft:
    subject, definition = str(sheet.row.number), sheet.row.definition
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        key = key_of(cursor, viewer)
        draft = locked(cursor, viewer, subject, key)
        if draft is not None and draft.token != token:  # of a question that stands no more
            let_go(cursor, viewer, draft)
            draft = None
        row = catalogue().versions[definition.id, definition.version]
        draft = draft or begun(cursor, viewer, subject, row, key, token)
        return put(cursor, viewer, draft.changed(words, {}), key)


def attach_answer(viewer: Viewer, number: int, token: str, document: str, data: bytes, name: str) -> Draft:
    """Attach a file to a paper that a question asks for; the same file again is attached once.

    Raises: NotFound, NothingAsked, TooManyPapers, NotAPaper, SessionEnded.
    """
    sheet, question = _asked(viewer, number, token)
    ask = next((ask for ask in question.papers if ask.id == document), None)
    if ask is None:
        raise NothingAsked
    draft = _keep(viewer, sheet, token, {})
    return attached(viewer, str(number), draft.id, ask, data, name)


def detach_answer(viewer: Viewer, number: int, draft_id: UUID, document: str, paper: UUID) -> Draft:
    """Take a file away; a second press finds it taken. Raises: NoSuchDraft, SessionEnded."""
    return detach(viewer, str(number), draft_id, document, paper)


def _asked(viewer: Viewer, number: int, token: str) -> tuple[Sheet, Question]:
    found = my_request(viewer, number, clock.now())
    if found is None:
        raise NotFound
    sheet = found[1]
    if sheet.question is None or not sheet.may_answer or sheet.question.token != token:
        raise NothingAsked
    return sheet, sheet.question
