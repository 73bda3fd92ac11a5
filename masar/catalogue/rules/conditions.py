"""Conditions: a small subset of JsonLogic over facts, with a third answer for facts that nobody knows yet.

Source: https://jsonlogic.com, cut down to `== != < <= > >= and or ! in var + -`; differences are in docs/adr/0002.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

Rule = Any  # what JSON can say: one {operator: arguments}, or a literal
Path = tuple[str | int, ...]

_ARITY: dict[str, tuple[int, int]] = {
    "==": (2, 2),
    "!=": (2, 2),
    "<": (2, 3),
    "<=": (2, 3),
    ">": (2, 2),
    ">=": (2, 2),
    "and": (1, 99),
    "or": (1, 99),
    "!": (1, 1),
    "in": (2, 2),
    "var": (1, 2),
    "+": (1, 99),
    "-": (1, 2),
}
OPERATORS = frozenset(_ARITY)


class NotACondition(ValueError):
    """The rule uses something outside the subset, or compares what cannot be compared."""


def evaluate(rule: Rule, facts: Mapping[str, Any]) -> Any:
    """Answer `rule` from `facts`: a value, or None where a fact that it needs is not known.

    `facts` may be flat (`{"form.delivery": …}`) or nested. `and` and `or` follow Kleene: a known answer that no
    missing fact could change is given, so None means exactly that more must be known.

    Raises: NotACondition.
    """
    if not isinstance(rule, Mapping):
        return _literal(rule, facts)
    operator, arguments = _split(rule)
    if operator == "var":
        return _look_up(arguments, facts)
    if operator in ("and", "or"):
        return _junction(operator, (evaluate(item, facts) for item in arguments))
    values = [evaluate(item, facts) for item in arguments]
    if any(value is None for value in values):
        return None
    return _STRICT[operator](values)


def variables(rule: Rule) -> frozenset[str]:
    """Name every fact that the rule may look at. Raises: NotACondition."""
    return frozenset(_walk(rule))


def problems(rule: Rule, at: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield (path inside the rule, what to mend) for everything outside the subset."""
    if isinstance(rule, Mapping):
        yield from _problems_of_operation(rule, at)
    elif isinstance(rule, list):
        for index, item in enumerate(rule):
            yield from problems(item, (*at, index))
    elif rule is None or isinstance(rule, float):
        yield at, "write an integer, a text or true/false: null and decimals are not compared"


def _problems_of_operation(rule: Mapping[str, Any], at: Path) -> Iterator[tuple[Path, str]]:
    try:
        operator, arguments = _split(rule)
    except NotACondition as refusal:
        yield at, str(refusal)
        return
    if operator == "var":
        return
    listed = isinstance(rule[operator], list)
    for index, item in enumerate(arguments):
        yield from problems(item, (*at, operator, index) if listed else (*at, operator))


def _split(rule: Mapping[str, Any]) -> tuple[str, list[Any]]:
    if len(rule) != 1:
        raise NotACondition("a condition has exactly one operator: join two with `and`")
    operator, arguments = next(iter(rule.items()))
    if operator not in _ARITY:
        raise NotACondition(f"the operator `{operator}` is not allowed: use {' '.join(_ARITY)}")
    arguments = arguments if isinstance(arguments, list) else [arguments]
    least, most = _ARITY[operator]
    if not least <= len(arguments) <= most:
        raise NotACondition(f"`{operator}` takes {least} to {most} arguments, not {len(arguments)}")
    if operator == "var" and not (isinstance(arguments[0], str) and arguments[0]):
        raise NotACondition("`var` takes the name of a fact, such as form.delivery")
    return operator, arguments


def _walk(rule: Rule) -> Iterator[str]:
    if isinstance(rule, list):
        for item in rule:
            yield from _walk(item)
    elif isinstance(rule, Mapping):
        operator, arguments = _split(rule)
        if operator == "var":
            yield arguments[0]
        else:
            yield from _walk(arguments)


def _literal(value: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        items = [evaluate(item, facts) for item in value]
        return None if any(item is None for item in items) else items
    if isinstance(value, str | int):
        return value
    raise NotACondition(f"{value!r} is not an integer, a text or true/false")


def _look_up(arguments: list[Any], facts: Mapping[str, Any]) -> Any:
    name = arguments[0]
    found: Any = facts.get(name)
    if found is None:
        found = facts
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found if found is not None or len(arguments) == 1 else arguments[1]


def _junction(operator: str, values: Iterator[Any]) -> bool | None:
    deciding = operator == "or"
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif not isinstance(value, bool):
            raise NotACondition(f"`{operator}` joins conditions; {value!r} is not true or false")
        elif value is deciding:
            return deciding
    return None if unknown else not deciding


def _equal(values: list[Any]) -> bool:
    left, right = values
    return type(left) is type(right) and bool(left == right)


def _ordered(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], bool]:
    def ordered(values: list[Any]) -> bool:
        kinds = {type(value) for value in values}
        if kinds not in ({int}, {str}):
            raise NotACondition(f"`{name}` compares integers with integers or texts with texts, not {values!r}")
        return all(compare(left, right) for left, right in pairwise(values))

    return ordered


def _not(values: list[Any]) -> bool:
    if not isinstance(values[0], bool):
        raise NotACondition(f"`!` turns true and false; {values[0]!r} is neither")
    return not values[0]


def _contains(values: list[Any]) -> bool:
    item, container = values
    if isinstance(container, list):
        return any(_equal([item, other]) for other in container)
    if isinstance(container, str) and isinstance(item, str):
        return item in container
    raise NotACondition(f"`in` looks into a list or a text, not {container!r}")


def _integers(name: str, values: list[Any]) -> list[int]:
    if any(type(value) is not int for value in values):
        raise NotACondition(f"`{name}` counts with integers, not {values!r}")
    return values


def _minus(values: list[Any]) -> int:
    numbers = _integers("-", values)
    return -numbers[0] if len(numbers) == 1 else numbers[0] - numbers[1]


_STRICT: dict[str, Callable[[list[Any]], Any]] = {
    "==": _equal,
    "!=": lambda values: not _equal(values),
    "<": _ordered("<", lambda a, b: a < b),
    "<=": _ordered("<=", lambda a, b: a <= b),
    ">": _ordered(">", lambda a, b: a > b),
    ">=": _ordered(">=", lambda a, b: a >= b),
    "!": _not,
    "in": _contains,
    "+": lambda values: sum(_integers("+", values)),
    "-": _minus,
}
