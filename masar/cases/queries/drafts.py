"""Drafts as they are stored, and everything that the pages of an application ask for: ONE statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from masar.cases.rules.drafts import Draft, Paper
from masar.cases.rules.known import joined
from masar.catalogue.queries import Definition, PaperAsk, catalogue, papers
from masar.catalogue.rules.form import pruned
from masar.catalogue.rules.known import given, sources_of
from masar.kernel import clock
from masar.kernel.crypto import CannotOpen, open_sealed, seal
from masar.kernel.database import read_as_person
from masar.people.queries import (
    FACTS,
    FACTS_OF_PERSON,
    PROFILE,
    Fact,
    Profile,
    SessionEnded,
    Viewer,
    facts_of,
    open_person,
    person_key,
    person_on_page,
    profile_of,
)

DRAFT = "d.id, d.definition_id, d.sealed, d.made_at, d.changed_at"
_PAGE = f"""
select {PROFILE}, s.alive, {DRAFT}, {FACTS}
{person_on_page("$2")}
  left join lateral (select * from cases_draft d where d.person_id = z.pid and d.subject = $3) d on true
  {FACTS_OF_PERSON}
"""  # noqa: S608 - the parts are ours, values are parameters


@dataclass(frozen=True)
class Application:
    """What the pages of an application know: the definition to fill in, the draft, and the facts known.

    `known` are the facts that were there before, with who told them; `facts` are the values that count.
    """

    profile: Profile
    definition: Definition
    draft: Draft | None
    facts: Mapping[str, Any]
    known: Mapping[str, Fact] = field(default_factory=dict)

    @cached_property
    def given(self) -> dict[str, Any]:
        """The answers that known facts give, where the draft says nothing."""
        return given(self.definition.document, self.facts, self.draft.answers if self.draft else {})

    @cached_property
    def answers(self) -> dict[str, Any]:
        """All answers so far: those of the draft, and those that known facts give."""
        return {**self.given, **(self.draft.answers if self.draft else {})}

    @property
    def code(self) -> str:
        """The draft's name in a form: each page says which draft it belongs to. Empty where there is none."""
        return self.draft.id.hex if self.draft else ""

    @cached_property
    def papers(self) -> list[PaperAsk]:
        """The papers that are asked for, after what is known and answered so far."""
        document = self.definition.document
        answers = pruned(document["form"]["schema"], self.answers) if self.draft else {}
        return papers(document, self.facts, answers)

    def with_draft(self, draft: Draft) -> Application:
        """Return what the pages know once the draft has changed."""
        return replace(self, draft=draft, facts=joined(self.known, draft.facts))


class _Sealed(msgspec.Struct, omit_defaults=True):
    answers: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    papers: dict[str, list[Paper]] = {}
    token: str = ""


_read = msgspec.json.Decoder(_Sealed).decode


def my_application(viewer: Viewer, service: str) -> Application | None:
    """Return what the pages of an application know; None when there is no such service. Raises: SessionEnded."""
    found = whole_application(viewer, service)
    return found[0] if found else None


def whole_application(viewer: Viewer, service: str) -> tuple[Application, str, bytes] | None:
    """Return an application with the person's civil ID and key, for sending it. Raises: SessionEnded."""
    row = read_as_person(_PAGE, [viewer.person_id, viewer.session, service])
    if row is None or not row[12]:
        raise SessionEnded
    person_id, _, wrapped, kek = row[:4]
    key = person_key(person_id, bytes(wrapped), kek)
    draft = draft_of(row[13:18], person_id, key)
    snapshot = catalogue()
    current = snapshot.current(service, snapshot.today())
    definition = draft.definition if draft else snapshot.definitions[current] if current is not None else None
    if definition is None:
        return None
    known = facts_of(row[:4], row[18:22], sources_of(definition.document), clock.now(), snapshot.today())
    facts = joined(known, draft.facts if draft else {})
    found = Application(profile_of(row[:12]), definition, draft, facts, known)
    return found, open_person(*row[:4])["civil_id"], key


def draft_of(columns: Sequence[Any], person_id: int, key: bytes) -> Draft | None:
    """Open a draft of the columns that `DRAFT` names; None when there is none, or its key is gone."""
    id_, definition_id, sealed, made_at, changed_at = columns
    if id_ is None:
        return None
    try:
        inner = _read(open_sealed(key, bytes(sealed), "cases_draft", "sealed", id_.hex, person_id))
    except CannotOpen:
        return None
    definition = catalogue().definitions[definition_id]
    return Draft(id_, definition, made_at, changed_at, inner.answers, inner.facts, inner.papers, inner.token)


def sealed_draft(draft: Draft, person_id: int, key: bytes) -> bytes:
    """Seal what a draft holds."""
    files = {document: list(papers) for document, papers in draft.papers.items()}
    plain = msgspec.json.encode(_Sealed(dict(draft.answers), dict(draft.facts), files, draft.token))
    return seal(key, plain, "cases_draft", "sealed", draft.id.hex, person_id)
