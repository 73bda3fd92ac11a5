"""The empty file that an agency fills: headings, and in a workbook also what may stand beneath them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from masar.api.files.columns import COLUMNS, EVENTS, FORM, RESULTS, name_of
from masar.api.files.lexicon import Lexicon
from masar.api.files.results import write_csv, write_xlsx
from masar.api.files.table import MOST_COLUMNS, Value
from masar.catalogue.queries import Definition, catalogue

_LEFT_OUT = {*RESULTS, "parent"}


def template_file(agency: str, kind: str, language: str, service: str | None = None) -> bytes | None:
    """Write the template of an agency, or of one of its services; None when it has none of that name."""
    lexicon = Lexicon(agency, catalogue())
    services = [definition for definition in lexicon.own if service in (None, definition.id)]
    if not services:
        return None
    heads = _heads(services, language)
    if kind == "csv":
        return write_csv(iter([heads]))
    return write_xlsx([("Masar", iter([heads])), ("Names", _names(services, language))], language)


def _heads(services: Sequence[Definition], language: str) -> list[str]:
    fields = dict.fromkeys(field for definition in services for field in _questions(definition))
    heads = [name_of(COLUMNS, column, language) for column in COLUMNS if column not in _LEFT_OUT]
    return [*heads, *(f"{FORM}{field}" for field in fields)][:MOST_COLUMNS]


def _questions(definition: Definition) -> Sequence[str]:
    form = definition.document.get("form")
    return list(form["schema"]["properties"]) if form else []


def _names(services: Sequence[Definition], language: str) -> Iterator[Sequence[Value]]:
    """List what may stand in each column: its heading, the service, the id, its title."""
    yield [name_of(COLUMNS, column, language) for column in ("event", "service", "step", "name")]
    for short in EVENTS:
        yield [name_of(COLUMNS, "event", language), "", short, name_of(EVENTS, short, language)]
    for definition in services:
        yield [name_of(COLUMNS, "service", language), definition.id, definition.id, definition.title.get(language, "")]
        for column, titles in _places(definition).items():
            for id_, title in titles.items():
                yield [name_of(COLUMNS, column, language), definition.id, id_, title.get(language, "")]
        words = definition.document["form"]["words"] if "form" in definition.document else {}
        for field in _questions(definition):
            yield [f"{FORM}{field}", definition.id, field, words.get(field, {}).get(language, "")]


def _places(definition: Definition) -> dict[str, dict[str, dict[str, str]]]:
    return {
        "step": {step.id: dict(step.title) for step in definition.steps.values()},
        "outcome": {outcome.id: dict(outcome.title) for outcome in definition.outcomes.values()},
        "reason": {id_: dict(title) for id_, title in definition.reasons.items()},
    }
