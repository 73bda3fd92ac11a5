"""A draft: what a person has filled in of an application and not sent yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from masar.catalogue.rules.definition import Definition

KEPT_FOR = timedelta(days=90)
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far: answers by field of the form, and what the person said of facts that nobody told."""

    id: UUID
    definition: Definition
    made_at: datetime
    changed_at: datetime
    answers: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ends_at(self) -> datetime:
        """When the draft is forgotten, unless it is changed before."""
        return self.changed_at + KEPT_FOR

    def changed(self, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> Draft:
        """Return the draft with answers and facts added; None takes one away."""
        return replace(self, answers=_joined(self.answers, answers), facts=_joined(self.facts, facts))


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**old, **new}.items() if value is not None}
