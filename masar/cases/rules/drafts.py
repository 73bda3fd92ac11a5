"""A draft: what a person has filled in, and not sent yet, of an application or of the answer to a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from masar.catalogue.rules.definition import Definition
from masar.catalogue.rules.eligibility import PaperAsk

KEPT_FOR = timedelta(days=90)
LONGEST = 4000
PAPER = "paper."  # before the id of a document, among the names of what is asked
MOST_PAPERS = 5  # files for one paper that is asked for: its pages, its two sides


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of a person: `size` in bytes, `digest` of its content, so that the same file sent twice is told."""

    id: UUID
    name: str
    media_type: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far: answers by field of the form, what the person said of facts that nobody told, papers.

    `papers` are by the id of the document that is asked for. `token` names the question that an answer is for; it is
    empty in an application.
    """

    id: UUID
    definition: Definition
    made_at: datetime
    changed_at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    papers: Mapping[str, Sequence[Paper]] = field(default_factory=dict)
    token: str = ""

    @property
    def ends_at(self) -> datetime:
        """When the draft is forgotten, unless it is changed before."""
        return self.changed_at + KEPT_FOR

    def changed(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
        """Return the draft with answers and facts added; None takes one away."""
        return replace(self, answers=_joined(self.answers, answers), facts=_joined(self.facts, facts))

    def with_paper(self, document: str, paper: Paper) -> Draft:
        """Return the draft with one more file for a document."""
        return replace(self, papers={**self.papers, document: [*self.papers.get(document, ()), paper]})

    def without_paper(self, document: str, id: UUID) -> Draft:
        """Return the draft without a file."""
        rest = [paper for paper in self.papers.get(document, ()) if paper.id != id]
        return replace(self, papers=_joined(self.papers, {document: rest or None}))

    def copy_of(self, document: str, digest: str) -> Paper | None:
        """Return the file of a document that has this very content."""
        return next((paper for paper in self.papers.get(document, ()) if paper.digest == digest), None)


def handed_in(papers: Mapping[str, Sequence[Paper]], asked: Sequence[PaperAsk]) -> dict[str, Sequence[Paper]]:
    """Return the papers that are asked for; what an answer has ruled out since is left behind."""
    return {ask.id: papers[ask.id] for ask in asked if papers.get(ask.id)}


def missing(papers: Mapping[str, Sequence[Paper]], asked: Sequence[PaperAsk]) -> list[str]:
    """Return the ids of required documents for which there is no file."""
    return [ask.id for ask in asked if ask.required and not papers.get(ask.id)]


def told(papers: Mapping[str, Sequence[Paper]]) -> list[dict[str, Any]]:
    """Return papers as an event tells them."""
    return [
        {"document": document, "id": paper.id.hex, "name": paper.name, "type": paper.media_type, "size": paper.size}
        for document, files in papers.items()
        for paper in files
    ]


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}
