"""Conditions: what they answer, what they refuse, and that an answer never depends on what is not known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from masar.catalogue.rules.conditions import OPERATORS, NotACondition, evaluate, problems, variables

FACTS = {"n": 5, "word": "post", "yes": True, "no": False, "form": {"delivery": "home"}, "fines.unpaid_fils": 0}

TABLE: list[tuple[Any, Any]] = [
    ({"==": [{"var": "n"}, 5]}, True),
    ({"==": [{"var": "n"}, "5"]}, False),
    ({"==": [{"var": "yes"}, 1]}, False),
    ({"!=": [{"var": "n"}, 6]}, True),
    ({"!=": [{"var": "n"}, "5"]}, True),
    ({"<": [{"var": "n"}, 5]}, False),
    ({"<=": [{"var": "n"}, 5]}, True),
    ({">": [{"var": "n"}, 4]}, True),
    ({">=": [{"var": "n"}, 6]}, False),
    ({"<": [1, {"var": "n"}, 9]}, True),
    ({"<=": [1, {"var": "n"}, 4]}, False),
    ({"<": ["2026-01-31", "2026-02-01"]}, True),
    ({"and": [{"var": "yes"}, {"var": "no"}]}, False),
    ({"and": [{"var": "yes"}, {"var": "yes"}]}, True),
    ({"or": [{"var": "no"}, {"var": "yes"}]}, True),
    ({"or": [{"var": "no"}]}, False),
    ({"!": {"var": "no"}}, True),
    ({"!": [{"var": "yes"}]}, False),
    ({"in": [{"var": "word"}, ["post", "kiosk"]]}, True),
    ({"in": [5, ["5"]]}, False),
    ({"in": ["os", {"var": "word"}]}, True),
    ({"var": "form.delivery"}, "home"),
    ({"var": "fines.unpaid_fils"}, 0),
    ({"var": ["missing", 7]}, 7),
    ({"var": "missing"}, None),
    ({"var": "form.missing.deeper"}, None),
    ({"+": [{"var": "n"}, 2, 3]}, 10),
    ({"-": [{"var": "n"}, 2]}, 3),
    ({"-": {"var": "n"}}, -5),
    ({"==": [{"var": "missing"}, 1]}, None),
    ({"!": {"var": "missing"}}, None),
    ({"+": [{"var": "missing"}, 1]}, None),
    ({"in": ["a", [{"var": "missing"}]]}, None),
    ({"and": [{"var": "missing"}, {"var": "no"}]}, False),
    ({"and": [{"var": "missing"}, {"var": "yes"}]}, None),
    ({"or": [{"var": "missing"}, {"var": "yes"}]}, True),
    ({"or": [{"var": "missing"}, {"var": "no"}]}, None),
    (True, True),
    ([1, {"var": "n"}], [1, 5]),
]


@pytest.mark.parametrize(("rule", "answer"), TABLE, ids=[str(rule) for rule, _ in TABLE])
def test_each_operator_answers_as_the_table_says(rule: Any, answer: Any) -> None:
    found = evaluate(rule, FACTS)
    assert (found, type(found)) == (answer, type(answer))


def test_the_table_uses_every_operator() -> None:
    assert {next(iter(rule)) for rule, _ in TABLE if isinstance(rule, dict)} == OPERATORS


@pytest.mark.parametrize(
    "rule",
    [
        {"map": [[1], {"var": ""}]},
        {"if": [True, 1, 2]},
        {"==": [1]},
        {"==": [1, 2, 3]},
        {"!": [True, False]},
        {"var": ""},
        {"var": {"var": "n"}},
        {"==": [1, 1], "!=": [1, 2]},
        {},
        {"and": []},
        {"==": [1, 1.5]},
        {"==": [{"var": "n"}, None]},
        {"<": [{"var": "n"}, "6"]},
        {"<": [True, False]},
        {"and": [{"var": "n"}]},
        {"!": {"var": "n"}},
        {"+": [{"var": "word"}]},
        {"-": [{"var": "yes"}, 1]},
        {"in": [1, 5]},
    ],
    ids=str,
)
def test_what_is_outside_the_subset_is_refused(rule: Any) -> None:
    with pytest.raises(NotACondition):
        evaluate(rule, FACTS)


def test_problems_name_the_place_inside_the_rule() -> None:
    rule = {"and": [{"==": [{"var": "n"}, 1.5]}, {"!": {"merge": []}}, {"<": [1]}]}
    assert [path for path, _ in problems(rule)] == [("and", 0, "==", 1), ("and", 1, "!"), ("and", 2)]


def test_variables_are_found_at_any_depth() -> None:
    rule = {"or": [{"!": {"var": "a.b"}}, {"in": [{"var": ["c", 1]}, [{"var": "d"}, 2]]}, {"-": {"var": "e"}}]}
    assert variables(rule) == {"a.b", "c", "d", "e"}


NUMBERS = ("a", "b", "c")
TRUTHS = ("p", "q")


def sums() -> st.SearchStrategy[Any]:
    leaf = st.integers(-3, 3) | st.sampled_from([{"var": name} for name in NUMBERS])
    return st.recursive(
        leaf,
        lambda item: (
            st.builds(lambda x, y: {"+": [x, y]}, item, item) | st.builds(lambda x, y: {"-": [x, y]}, item, item)
        ),
        max_leaves=4,
    )


def rules() -> st.SearchStrategy[Any]:
    compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    leaf = (
        st.builds(lambda name, x, y: {name: [x, y]}, compare, sums(), sums())
        | st.builds(lambda x, items: {"in": [x, items]}, sums(), st.lists(st.integers(-3, 3), max_size=3))
        | st.sampled_from([{"var": name} for name in TRUTHS])
    )
    return st.recursive(
        leaf,
        lambda item: (
            st.builds(lambda items: {"and": items}, st.lists(item, min_size=1, max_size=3))
            | st.builds(lambda items: {"or": items}, st.lists(item, min_size=1, max_size=3))
            | st.builds(lambda x: {"!": x}, item)
        ),
        max_leaves=8,
    )


def as_python(rule: Any) -> str:
    """The rule written in Python's own operators: a second implementation to hold the first against."""
    if isinstance(rule, list):
        return "[" + ", ".join(map(as_python, rule)) + "]"
    if not isinstance(rule, dict):
        return repr(rule)
    operator, arguments = next(iter(rule.items()))
    if operator == "var":
        return str(arguments)
    if operator == "!":
        return f"(not {as_python(arguments)})"
    return "(" + f" {operator} ".join(map(as_python, arguments)) + ")"


def facts() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {**{name: st.integers(-3, 3) for name in NUMBERS}, **{name: st.booleans() for name in TRUTHS}}
    )


@given(rules(), facts())
def test_with_all_facts_known_a_rule_answers_as_python_does(rule: Any, known: dict[str, Any]) -> None:
    assert evaluate(rule, known) is bool(eval(as_python(rule), {}, known))


@given(rules(), facts(), st.sets(st.sampled_from(NUMBERS + TRUTHS)))
def test_an_answer_without_some_facts_stands_whatever_they_turn_out_to_be(
    rule: Any, known: dict[str, Any], hidden: set[str]
) -> None:
    early = evaluate(rule, {name: value for name, value in known.items() if name not in hidden})
    assert early is None or early is evaluate(rule, known)


@given(rules(), facts())
def test_only_the_variables_of_a_rule_matter(rule: Any, known: dict[str, Any]) -> None:
    needed = variables(rule)
    assert evaluate(rule, {name: known[name] for name in needed}) is evaluate(rule, known)
