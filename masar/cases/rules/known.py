"""What counts where several said something: an agency, the civil ID, the draft, the person at an earlier time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masar.people.rules import AGE, OWN, Fact


def is_fixed(fact: Fact, name: str) -> bool:
    """Tell whether a person's word does not change a fact: an agency told it, or their civil ID says it."""
    return fact.source != OWN or name == AGE


def joined(known: Mapping[str, Fact], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each fact: what is fixed, then what the draft says, then what the person said before."""
    before = {name: fact.value for name, fact in known.items()}
    fixed = {name: fact.value for name, fact in known.items() if is_fixed(fact, name)}
    return {**before, **said, **fixed}
