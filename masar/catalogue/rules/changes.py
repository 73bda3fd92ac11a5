"""What changed between two versions of a service, part by part, as the public reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from masar.catalogue.rules.definition import Definition, Text

Part = Literal[
    "title", "summary", "audience", "channels", "promise", "fees", "documents", "eligibility",
    "steps", "step-promises", "limits", "outcomes", "appeals", "reasons", "verified", "form",
]  # fmt: skip
Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise: `where` names it (a fee, a step …), the service's own title where it is the whole.

    `before` and `after` are as in the document: a text for title and summary, names for audience and channels, the
    fee (`fils`, `when`?, `title`), the promise (`within`, `clock`), the limit (`within`, `clock`, `then`), the appeal,
    the document, the condition's message, the step, the outcome, the reason; None on the side where there is none.
    """

    part: Part
    kind: Kind
    where: Text
    before: Any
    after: Any


def compare(old: Definition, new: Definition) -> list[Difference]:
    """List what differs between two versions, the most asked for first: money and time, then papers, then the way."""
    return [item for part, view in _VIEWS.items() for item in _differences(part, view(old), view(new))]


_Things = Mapping[str, tuple[Text, Any]]  # id -> its words and its value


def _differences(part: Part, old: _Things, new: _Things) -> Iterator[Difference]:
    for id_, (where, value) in new.items():
        if id_ not in old:
            yield Difference(part, "added", where, None, value)
        elif old[id_][1] != value:
            yield Difference(part, "changed", where, old[id_][1], value)
    for id_, (where, value) in old.items():
        if id_ not in new:
            yield Difference(part, "removed", where, value, None)


def _whole(key: str, usual: Any = None) -> Callable[[Definition], _Things]:
    """The service's own entry of this name; absent where it is not written."""

    def view(definition: Definition) -> _Things:
        value = definition.document.get(key, usual)
        return {} if value is None else {key: (definition.title, value)}

    return view


def _list(key: str, words: str = "title", *, but: Sequence[str] = ()) -> Callable[[Definition], _Things]:
    """Items of a list by id, without the keys that have a part of their own."""

    def view(definition: Definition) -> _Things:
        return {
            item["id"]: (item[words], {name: value for name, value in item.items() if name not in but})
            for item in definition.document.get(key, ())
        }

    return view


def _within(key: str, inner: str) -> Callable[[Definition], _Things]:
    """One entry of each item of a list, where the item has it."""

    def view(definition: Definition) -> _Things:
        items = definition.document.get(key, ())
        return {item["id"]: (item["title"], item[inner]) for item in items if inner in item}

    return view


_VIEWS: Mapping[Part, Callable[[Definition], _Things]] = {
    "fees": _list("fees", but=("account",)),
    "promise": _whole("promise"),
    "step-promises": _within("steps", "promise"),
    "limits": _within("steps", "limit"),
    "documents": _list("documents"),
    "eligibility": _list("eligibility", "message"),
    "steps": _list("steps", but=("promise", "limit", "team")),
    "outcomes": _list("outcomes", but=("appeal",)),
    "appeals": _within("outcomes", "appeal"),
    "reasons": _list("reasons"),
    "form": _whole("form"),
    "audience": _whole("audience"),
    "channels": _whole("channels"),
    "verified": _whole("verified"),
    "title": _whole("title"),
    "summary": _whole("summary"),
}
