"""Fills in a form as somebody would, from its schema: valid, plausible, and nobody's real number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from demo.persons import spoilt

Schema = Mapping[str, Any]
WORDS = Path(__file__).parent / "words" / "forms.yaml"
COMING = ("return", "leave", "travel", "arriv", "expiry", "start", "new_", "day", "until")  # dates that lie ahead
OPTIONAL = 0.35
_PART = re.compile(r"\[([^\]]+)\]|\(([^)]+)\)|\\?(.)")
_TIMES = re.compile(r"\{(\d+)(?:,(\d+))?\}|(\?)")


class CannotFill(ValueError):
    """A field whose schema asks for something that this generator does not know how to say."""


def fill(schema: Schema | None, chance: Random, on: date, name: str = "") -> dict[str, Any]:
    """Return answers that the schema takes. `on`: the day of asking; `name`: of the person who fills it in."""
    if schema is None:
        return {}
    fields: Mapping[str, Schema] = schema.get("properties", {})
    only_then = {field for rule in _rules(schema) for field in rule["then"].get("required", ())}
    wanted = set(schema.get("required", ()))
    said = {
        field: _value(field, shape, chance, on, name)
        for field, shape in fields.items()
        if field in wanted or (field not in only_then and chance.random() < OPTIONAL)
    }
    for rule in _rules(schema):
        if _holds(rule["if"], said):
            for field in rule["then"].get("required", ()):
                if field not in said:
                    said[field] = _value(field, fields[field], chance, on, name)
    return said


def _rules(schema: Schema) -> Iterator[Schema]:
    if "if" in schema:
        yield schema
    yield from schema.get("allOf", ())


def _holds(condition: Schema, said: Mapping[str, Any]) -> bool:
    """Tell whether a condition holds; a field that was left out meets it, as JSON Schema has it."""
    if any(field not in said for field in condition.get("required", ())):
        return False
    return all(
        field not in said or said[field] in shape.get("enum", [shape.get("const", said[field])])
        for field, shape in condition.get("properties", {}).items()
    )


def _value(field: str, shape: Schema, chance: Random, on: date, name: str) -> Any:
    if "const" in shape:
        return shape["const"]
    if "enum" in shape:
        return _choice(shape["enum"], chance)
    kind = shape.get("type")
    if kind == "boolean":
        return chance.random() < 0.5
    if kind == "integer":
        low, high = shape.get("minimum", 0), shape.get("maximum", 999)
        return low + int((high - low) * chance.random() ** 3)
    if kind == "string":
        return _text(field, shape, chance, on, name)
    raise CannotFill(f"{field}: {shape}")


def _choice(values: list[Any], chance: Random) -> Any:
    """Choose, the first answers more often: forms name the usual case first."""
    return values[min(int(len(values) * chance.random() ** 1.5), len(values) - 1)]


def _text(field: str, shape: Schema, chance: Random, on: date, name: str) -> str:
    if shape.get("format") == "date":
        return _day(field, chance, on).isoformat()
    if "pattern" in shape:
        return _patterned(field, shape["pattern"], chance, on)
    longest, shortest = shape.get("maxLength", 300), shape.get("minLength", 0)
    fitting = [text for text in (*([name] if "name" in field else ()), *_words(field)) if shortest <= len(text)]
    text: str = chance.choice([text for text in fitting if len(text) <= longest] or ["نعم"])
    return text.ljust(shortest, "…")


def _day(field: str, chance: Random, on: date) -> date:
    if "return" in field:
        return on + timedelta(days=chance.randint(61, 90))  # after any leaving
    ahead = any(part in field for part in COMING)
    return on + timedelta(days=chance.randint(5, 60)) if ahead else on - timedelta(days=chance.randint(20, 9_000))


def _patterned(field: str, pattern: str, chance: Random, on: date) -> str:
    """Return a text of a pattern; numbers that could be somebody's are made such that they are nobody's."""
    if pattern in ("^[23][0-9]{11}$", "^[0-9]{12}$"):
        return spoilt(on - timedelta(days=chance.randint(300, 25_000)), chance.randint(0, 8_999))
    if pattern.startswith("^(19|20)") or pattern.startswith("^20[0-9]{2}-"):
        return _day(field, chance, on).isoformat()
    fitting = [text for text in _words("latin") if re.search(pattern, text)]
    if fitting:
        return chance.choice(fitting)
    text = "".join(_made(pattern.strip("^$"), chance))
    if text.startswith("KW"):
        return "KW00" + text[4:]  # check digits that no account number has
    return "0" + text[1:] if "phone" in field else text


def _made(pattern: str, chance: Random) -> Iterator[str]:
    at = 0
    while at < len(pattern):
        part = _PART.match(pattern, at)
        if part is None:
            raise CannotFill(pattern)
        times = _TIMES.match(pattern, part.end())
        at = times.end() if times else part.end()
        for _ in range(_count(times, chance)):
            yield _one(part, chance)


def _count(times: re.Match[str] | None, chance: Random) -> int:
    if times is None:
        return 1
    if times[3]:
        return chance.randint(0, 1)
    return chance.randint(int(times[1]), min(int(times[2] or times[1]), int(times[1]) + 4))


def _one(part: re.Match[str], chance: Random) -> str:
    if part[1]:
        return chance.choice(_letters(part[1]))
    if part[2]:
        return "".join(_made(chance.choice(part[2].split("|")), chance))
    return str(part[3])


@cache
def _letters(inside: str) -> str:
    """Return the characters of a class such as `A-Z0-9`."""
    found = re.sub(r"(\w)-(\w)", lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), inside)
    return "".join(character for character in found if character.isalnum()) or found


@cache
def _words(field: str) -> tuple[str, ...]:
    """Return texts for a field: its own, those of a field whose name is part of its name, or the general ones."""
    known = _known()
    fitting = [name for name in known if name in field]
    return known[max(fitting, key=len)] if fitting else known["general"]


@cache
def _known() -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(texts) for name, texts in yaml.safe_load(WORDS.read_text(encoding="utf-8")).items()}
