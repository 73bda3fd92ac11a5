"""Drafts as they are stored, and everything that the pages of an application ask for: ONE statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from masar.cases.rules.drafts import Draft, Paper, service_subject
from masar.catalogue.queries import Definition, catalogue
from masar.kernel.crypto import CannotOpen, open_sealed, seal
from masar.kernel.database import read_as_person
from masar.people.queries import PROFILE, Profile, SessionEnded, Viewer, open_person, person_key, profile_of

DRAFT = "d.id, d.definition_id, d.subject, d.sealed, d.made_at, d.changed_at"
_PAGE = f"""
select {PROFILE}, s.alive, {DRAFT}
  from (select set_config('masar.person', $1::text, true)::bigint pid offset 0) z
  cross join lateral (select * from people_person p where p.id = z.pid) p
  left join lateral (select * from people_person_key k where k.person_id = z.pid) k on true
  cross join lateral (select exists (
      select from people_session s where s.person_id = z.pid and s.id = $2 and s.ended_at is null) alive) s
  left join lateral (select * from cases_draft d where d.person_id = z.pid and d.subject = $3) d on true
"""  # noqa: S608 - the parts are ours, values are parameters


@dataclass(frozen=True, slots=True)
class Application:
    """What the pages of an application know: the definition to fill in, the draft, and the facts known."""

    profile: Profile
    definition: Definition
    draft: Draft | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """An unfinished application, in a list."""

    definition: Definition
    made_at: datetime
    changed_at: datetime


class _Sealed(msgspec.Struct, omit_defaults=True):
    answers: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    papers: dict[str, list[tuple[str, str, str, int]]] = {}


_read = msgspec.json.Decoder(_Sealed).decode


def my_application(viewer: Viewer, service: str) -> Application | None:
    """Return what the pages of an application know; None when there is no such service. Raises: SessionEnded."""
    found = whole_application(viewer, service)
    return found[0] if found else None


def whole_application(viewer: Viewer, service: str) -> tuple[Application, str, bytes] | None:
    """Return an application with the person's civil ID and key, for sending it. Raises: SessionEnded."""
    row = read_as_person(_PAGE, [viewer.person_id, viewer.session, service_subject(service)])
    if row is None or not row[12]:
        raise SessionEnded
    person_id, _, wrapped, kek = row[:4]
    key = person_key(person_id, bytes(wrapped), kek)
    draft = draft_of(row[13:19], person_id, key)
    snapshot = catalogue()
    current = snapshot.current(service, snapshot.today())
    definition = draft.definition if draft else snapshot.definitions[current] if current is not None else None
    if definition is None:
        return None
    facts = dict(draft.facts) if draft else {}
    return Application(profile_of(row[:12]), definition, draft, facts), open_person(*row[:4])["civil_id"], key


def draft_of(columns: Sequence[Any], person_id: int, key: bytes) -> Draft | None:
    """Open a draft of the columns that `DRAFT` names; None when there is none, or its key is gone."""
    id_, definition_id, subject, sealed, made_at, changed_at = columns
    if id_ is None:
        return None
    id_ = id_ if isinstance(id_, UUID) else UUID(str(id_))
    try:
        inner = _read(open_sealed(key, bytes(sealed), "cases_draft", "sealed", id_.hex, person_id))
    except CannotOpen:
        return None
    papers = {document: tuple(Paper(*one) for one in some) for document, some in inner.papers.items()}
    definition = catalogue().definitions[definition_id]
    return Draft(id_, subject, definition, made_at, changed_at, inner.answers, inner.facts, papers)


def sealed_draft(draft: Draft, person_id: int, key: bytes) -> bytes:
    """Seal what a draft holds."""
    papers = {
        document: [(one.id, one.name, one.media_type, one.size) for one in some]
        for document, some in draft.papers.items()
    }
    plain = msgspec.json.encode(_Sealed(dict(draft.answers), dict(draft.facts), papers))
    return seal(key, plain, "cases_draft", "sealed", draft.id.hex, person_id)
