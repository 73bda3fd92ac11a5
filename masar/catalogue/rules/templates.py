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
    """Write the templates into a definition. What is wrong in one is told at the `use`, and where it was written.

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
                own = {key: value for key, value in item.items() if key != "use"}
                document[kind][path[-1]] = {**_template(found), **own}
                marks.update(_marks(loaded.mark((*path, "use")), path, found, own))
    return replace(loaded, value=document, marks=marks), findings


def _template(found: tuple[Loaded, Path] | None) -> Mapping[str, Any]:
    if found is None:
        return {}
    source, (kind, index) = found
    template: Mapping[str, Any] = source.value[kind][index]
    return template


def _marks(
    use: Mark, path: Path, found: tuple[Loaded, Path] | None, own: Mapping[str, Any]
) -> Iterator[tuple[Path, Mark]]:
    """Where the inherited nodes stand: at the `use`, with the place of origin; a plain id needs no origin."""
    if found is None:
        return
    source, above = found
    for place, mark in source.marks.items():
        below = place[len(above) :]
        if below and place[: len(above)] == above and below[0] not in own:
            origin = "" if below == ("id",) else f"{mark.file}:{mark.line}"
            yield (*path, *below), Mark(use.file, use.line, origin)
