"""What an agency's rows may name, by id or by title in any language: services, steps, outcomes, reasons, agencies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from masar.api.files.columns import folded
from masar.api.files.table import Value
from masar.api.files.values import NotRead, as_text
from masar.catalogue.queries import Definition, Snapshot, Text
from masar.kernel.ids import ascii_digits

_YES = frozenset(map(folded, ("true", "yes", "1", "x", "نعم", "صح", "ہاں", "جی ہاں", "✓", "✔")))
_NO = frozenset(map(folded, ("false", "no", "0", "لا", "خطأ", "نہیں", "جی نہیں")))
_Titles = Mapping[str, frozenset[str]]


class Lexicon:
    """The catalogue at one moment, as one agency speaks of it."""

    def __init__(self, agency: str, snapshot: Snapshot) -> None:
        today = snapshot.today()
        rows = (snapshot.current(service, today) for service in snapshot.published)
        everything = [snapshot.definitions[row] for row in rows if row is not None]
        self.own = sorted((d for d in everything if d.agency == agency), key=lambda d: d.id)
        self.agencies = _titled(_agency_titles(snapshot))
        self._services = {definition.id: definition for definition in everything}
        self._titles = _titled((d.id, d.title) for d in self.own)
        self._places: dict[tuple[str, str], _Titles] = {}
        self._form: dict[tuple[str, str], Draft202012Validator] = {}

    def service(self, text: str) -> str:
        """Return the id of a service; what is neither known id nor title is passed on. Raises: NotRead."""
        return text if text in self._services else _one(self._titles, text) or text

    def agency(self, text: str) -> str:
        """Return the id of an agency, as `service` does. Raises: NotRead."""
        return _one(self.agencies, text) or text

    def place(self, kind: str, text: str, service: str | None) -> str:
        """Return the id of a step, outcome or reason; without a service, among all of the agency. Raises: NotRead."""
        key = (kind, service if service in self._services else "")
        if key not in self._places:
            among = [self._services[key[1]]] if key[1] else self.own
            self._places[key] = _titled(title for d in among for title in _of_kind(d, kind))
        return text if _is_id(text) else _one(self._places[key], text) or _unknown(kind, self._places[key], key[1])

    def answer(self, service: str, field: str, value: Value) -> Any:
        """Return a form's answer as its schema has it. Raises: NotRead. A form that is not known takes texts."""
        definition = self._services.get(service)
        form = definition.document.get("form") if definition else None
        if form is None:
            return as_text(value)
        schema = form["schema"]["properties"].get(field)
        if schema is None:
            raise NotRead("form-field")
        read = _typed(schema, value, {key: t for key, t in form["words"].items() if key.startswith(f"{field}.")})
        judge = self._form.setdefault((service, field), Draft202012Validator(schema))
        if not judge.is_valid(read):
            raise (
                NotRead("form-value", known=", ".join(map(str, schema["enum"])))
                if "enum" in schema
                else NotRead("form-other")
            )
        return read


def _titled(titles: Iterable[tuple[str, Text]]) -> _Titles:
    found: dict[str, set[str]] = {}
    for id_, title in titles:
        for name in (id_, *title.values()):
            found.setdefault(folded(name), set()).add(id_)
    return {name: frozenset(ids) for name, ids in found.items()}


def _agency_titles(snapshot: Snapshot) -> Iterator[tuple[str, Text]]:
    for id_, document in snapshot.agencies.items():
        yield id_, document["title"]
        yield id_, document.get("short_title", {})


def _of_kind(definition: Definition, kind: str) -> Iterator[tuple[str, Text]]:
    if kind == "reason":
        yield from definition.reasons.items()
    else:
        places = definition.steps if kind == "step" else definition.outcomes
        yield from ((id_, place.title) for id_, place in places.items())


def _one(titles: _Titles, text: str) -> str | None:
    found = titles.get(folded(text), frozenset())
    if len(found) > 1:
        raise NotRead("ambiguous")
    return next(iter(found), None)


def _unknown(kind: str, titles: _Titles, service: str) -> str:
    known = ", ".join(sorted({id_ for ids in titles.values() for id_ in ids})) if service else ""
    raise NotRead(f"unknown-{kind}" if known else "unknown-place", known=known)


@lru_cache(maxsize=4096)
def _is_id(text: str) -> bool:
    return text.isascii() and text == text.lower() and " " not in text


def _typed(schema: Mapping[str, Any], value: Value, words: Mapping[str, Text]) -> Any:
    text = as_text(value)
    is_yes_or_no = schema.get("type") == "boolean" or isinstance(schema.get("const"), bool)
    if is_yes_or_no:
        return True if folded(text) in _YES else False if folded(text) in _NO else text
    digits = ascii_digits(text)
    if schema.get("type") == "integer":
        return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) < 17 else text
    if "enum" in schema and text not in schema["enum"]:
        said = {folded(t): key.rpartition(".")[2] for key, title in words.items() for t in title.values()}
        return said.get(folded(text), digits)
    if schema.get("format") == "date" and len(text) > 10:
        return text[:10]
    return digits if digits.isdecimal() else text
