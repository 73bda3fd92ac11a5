"""A draft: what a person has filled in and not sent yet, of an application or of an answer to a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from masar.catalogue.rules.definition import Definition

KEPT_FOR = timedelta(days=90)
MOST_PAPERS = 5  # of one document
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that was attached; `size` in bytes."""

    id: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far. `subject` is `service:<id>` or `task:<number>:<question>`; papers by document."""

    id: UUID
    subject: str
    definition: Definition
    made_at: datetime
    changed_at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    papers: Mapping[str, tuple[Paper, ...]] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        """When the draft is forgotten, unless it is changed before."""
        return self.changed_at + KEPT_FOR

    def with_answers(self, answers: Mapping[str, Any], facts: Mapping[str, Any], forget: Iterable[str]) -> Draft:
        """Return the draft with answers and facts added, and the named answers forgotten."""
        gone = frozenset(forget)
        kept = {name: value for name, value in {**self.answers, **answers}.items() if name not in gone}
        return replace(self, answers=kept, facts={**self.facts, **facts})

    def with_paper(self, document: str, paper: Paper) -> Draft:
        """Return the draft with a paper more; the same one twice stands once."""
        there = self.papers.get(document, ())
        if any(one.id == paper.id for one in there):
            return self
        return replace(self, papers={**self.papers, document: (*there, paper)})

    def without_paper(self, document: str, id_: str) -> Draft:
        """Return the draft without a paper."""
        left = tuple(one for one in self.papers.get(document, ()) if one.id != id_)
        others = {name: papers for name, papers in self.papers.items() if name != document}
        return replace(self, papers={**others, document: left} if left else others)

    def handed_in(self, documents: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Return the papers as an event carries them; of the documents named, or of all."""
        wanted = list(self.papers if documents is None else documents)
        return [
            {"document": document, "id": one.id, "name": one.name, "type": one.media_type, "size": one.size}
            for document in wanted
            for one in self.papers.get(document, ())
        ]


def service_subject(service: str) -> str:
    """Return the subject of the draft of an application."""
    return f"service:{service}"


def task_subject(number: int, token: str) -> str:
    """Return the subject of the draft of an answer to the question that `token` names."""
    return f"task:{number}:{token}"
