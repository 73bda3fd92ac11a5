"""What is known goes out with what is sent, and what the person said of themselves is kept for the next time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.backends.utils import CursorWrapper

from masar.cases.queries.drafts import Application
from masar.cases.rules.drafts import Draft
from masar.catalogue.rules.known import lasting
from masar.people.actions import remember


def filled(found: Application) -> Draft:
    """Return the draft with the answers that known facts give."""
    assert found.draft is not None
    return replace(found.draft, answers=found.answers)


def remember_said(cursor: CursorWrapper, person_id: int, key: bytes, draft: Draft, form: Mapping[str, Any]) -> None:
    """Keep what the person themselves said in a draft that is sent, where it lasts; in the caller's transaction."""
    said = {name: value for name, value in form.items() if name in draft.answers}
    remember(cursor, person_id, key, lasting(draft.definition.document, draft.facts, said))
