"""Shared steps, outcomes and reasons: a definition names one with `use`, and what it writes itself wins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from masar.catalogue.rules.checks.source import Finding, Loaded, Mark, Path, listed

LISTS = ("steps", "outcomes", "reasons")
Shelf = Mapping[tuple[str, str], tuple[Loaded, Path]]  # (list, id) -> where the template stands


def templates(shared: Iterator[Loaded]) -> Shelf:
    """Collect every template of the shared files by list and id."""
    return {
        (kind, item["id"]): (loaded, path)
        for loaded in shared
        for kind in LISTS
        for path, item in listed(loaded, kind)
        if isinstance(item, Mapping) and isinstance(item.get("id"), str)
    }


def resolve(loaded: Loaded, shelf: Shelf) -> tuple[Loaded, list[Finding]]:
    """Write the templates into a definition, each line still pointing at the file where it was written.

    Merging is by whole keys: a key that the definition gives replaces the template's.
    """
    if not isinstance(loaded.value, Mapping):
        return loaded, []
    document = dict(loaded.value)
    marks = dict(loaded.marks)
    findings: list[Finding] = []
    for kind in LISTS:
        if not isinstance(document.get(kind), list):
            continue
        document[kind] = list(document[kind])
        for path, item in listed(loaded, kind):
            if isinstance(item, Mapping) and "use" in item:
                found = shelf.get((kind, str(item["use"])))
                if found is None:
                    message = f"no shared file has `{item['use']}` under `{kind}`: write it there, or remove `use`"
                    findings.append(loaded.finding((*path, "use"), "unknown-template", message))
                document[kind][path[-1]] = _merged(item, path, found, marks)
    return replace(loaded, value=document, marks=marks), findings


def _merged(
    item: Mapping[str, Any], path: Path, found: tuple[Loaded, Path] | None, marks: dict[Path, Mark]
) -> dict[str, Any]:
    own = {key: value for key, value in item.items() if key != "use"}
    if found is None:
        return own
    source, above = found
    template = source.value[above[0]][above[1]]
    inherited = {key for key in template if key not in own}
    for place, mark in source.marks.items():
        below = place[len(above) :]
        if below and place[: len(above)] == above and below[0] in inherited:
            marks[(*path, *below)] = mark
    return {**template, **own}
