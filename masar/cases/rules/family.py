"""What sub-requests mean to the request above them: who of them holds the ball, and when their result can be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from masar.cases.rules.clock import Holder
from masar.cases.rules.standing import Child
from masar.catalogue.rules.definition import Definition, Step


@dataclass(frozen=True, slots=True)
class ChildTurn:
    """One turn of one sub-request: who holds it from now on (None once closed), and "open" or how it ended."""

    child: Child
    holder: Holder | None
    state: str


def turns_of(children: Sequence[Child], opened_at: datetime) -> list[tuple[datetime, int, int, ChildTurn]]:
    """Return all turns as the fold sorts them: by instant, after the parent's own events, oldest sub-request first."""
    return [
        (max(at, opened_at), 1, number, ChildTurn(child, holder, state))
        for number, child in enumerate(sorted(children, key=lambda child: (child.opened_at, child.service, child.name)))
        for at, holder, state in child.turns
    ]


def waited_for(turns: Iterable[ChildTurn], step: Step, settled: Sequence[int]) -> list[ChildTurn]:
    """Return the turns of a step's sub-requests whose result was not drawn yet, the oldest first."""
    own = [turn for turn in turns if turn.child.service in step.children and turn.child.id not in settled]
    return sorted(
        own, key=lambda turn: (turn.child.opened_at, step.children.index(turn.child.service), turn.child.name)
    )


def verdict(turns: Sequence[ChildTurn], step: Step) -> bool | None:
    """Tell whether a step's sub-requests let the request go on: all or one ended well. None while that is open."""
    ended = {
        service: [t.state for t in turns if t.child.service == service and t.holder is None]
        for service in step.children
    }
    good = [any(state == "completed" for state in states) for states in ended.values()]
    if all(good) if step.join == "all" else any(good):
        return True
    is_refused = step.join == "all" and any("refused" in states for states in ended.values())
    waits = any(turn.holder is not None for turn in turns) or not all(ended.values())
    return False if is_refused or not waits else None


def onward(definition: Definition, step: Step, skips: Sequence[str] = ()) -> str | None:
    """Return the step after this one on the path, where the definition allows it; else the first allowed one.

    `skips`: steps that the form ruled out; nobody is led into them.
    """
    path = definition.path
    after = next(iter([p for p in path[path.index(step.id) + 1 :] if p not in skips] if step.id in path else ()), None)
    allowed = [place for place in step.next if place in definition.steps and place not in skips]
    return after if after in allowed else next(iter(allowed), None)
