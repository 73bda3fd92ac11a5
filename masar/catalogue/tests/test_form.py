"""Declared forms: what is asked, how texts are read, and that all is judged as JSON Schema judges it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from demo.forms import fill
from demo.tests.catalogue import definitions
from masar.catalogue.rules.answers import read, written
from masar.catalogue.rules.form import ask_of, asks, faults, pruned

ON = date(2026, 11, 24)
LICENCE = "kw.moi.gdt.renew-driving-licence"
QUICK = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@cache
def schemas() -> list[Mapping[str, Any]]:
    """Every form of the catalogue: of services and of their tasks."""
    found = []
    for definition in definitions().values():
        forms = [definition.document.get("form"), *(s.task.form for s in definition.steps.values() if s.task)]
        found += [form["schema"] for form in forms if form]
    return found


def licence() -> Mapping[str, Any]:
    schema: Mapping[str, Any] = definitions()[LICENCE].document["form"]["schema"]
    return schema


def is_valid(schema: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    checker = Draft202012Validator.FORMAT_CHECKER
    return bool(Draft202012Validator(schema, format_checker=checker).is_valid(values))


def asked(values: Mapping[str, Any], schema: Mapping[str, Any] | None = None) -> list[str]:
    return [ask.name for ask in asks(schema or licence(), values)]


def test_every_form_reads_back_what_somebody_answered() -> None:
    for schema in schemas():
        for number in range(6):
            values = fill(schema, Random(number), ON, "فهد ناصر")
            assert faults(schema, values) == {}
            for name, value in values.items():
                ask = ask_of(name, schema["properties"][name], required=True)
                assert read(ask, written(ask, value)) == (value, None), (name, value)


def test_every_form_keeps_answers_that_apply_and_its_questions_are_answered() -> None:
    for schema in schemas():
        for number in range(6):
            values = pruned(schema, fill(schema, Random(number), ON))
            assert is_valid(schema, values)
            assert {ask.name for ask in asks(schema, values) if ask.required} <= values.keys()


def spoiled(rule: Mapping[str, Any]) -> list[Any]:
    """Values that a rule refuses, one for each thing that it says."""
    return [
        value
        for value in (None, 10**16, -1, "", "؟", "x" * 5000, "2026-02-30", True, False, ["x"], {}, 1.5)
        if not is_valid(rule, value)  # type: ignore[arg-type]
    ]


@QUICK
@given(st.data())
def test_a_spoiled_answer_is_refused_at_its_own_question(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(schemas()))
    values = fill(schema, Random(data.draw(st.integers(0, 999))), ON)
    name = data.draw(st.sampled_from(sorted(schema["properties"])))
    wrong = {**values, name: data.draw(st.sampled_from(spoiled(schema["properties"][name])))}
    assert name in faults(schema, wrong)


@QUICK
@given(st.data())
def test_a_form_is_right_exactly_where_json_schema_takes_it(data: st.DataObject) -> None:
    schema = data.draw(st.sampled_from(schemas()))
    values = fill(schema, Random(data.draw(st.integers(0, 999))), ON)
    names = st.sampled_from([*sorted(schema["properties"]), "no-such-question"])
    for name in data.draw(st.lists(names, max_size=3)):
        values.pop(name, None)
        if data.draw(st.booleans()):
            rule = schema["properties"].get(name, {})
            values[name] = data.draw(st.sampled_from([*rule.get("enum", ()), True, 5, "12345678", "x" * 400, None]))
    found = faults(schema, values)
    assert (found == {}) == is_valid(schema, values)
    assert found.keys() <= {*schema["properties"], *values}


def test_a_question_that_a_condition_requires_is_asked_where_it_holds() -> None:
    assert "address" not in asked({})
    assert "address" not in asked({"delivery": "kiosk"})
    assert "address" in asked({"delivery": "post"})
    assert {ask.name: ask.required for ask in asks(licence(), {"delivery": "post"})}["address"]


def test_conditions_may_be_many_and_have_another_way() -> None:
    when = {"if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}
    also = {"if": {"properties": {"b": {"const": "y"}}, "required": ["b"]}, "then": {"required": ["d"]}}
    schema = {"required": ["a"], "properties": {name: {"type": "string"} for name in "abcd"}, "allOf": [when, also]}
    assert asked({}, schema) == ["a"]
    assert asked({"a": "x"}, schema) == ["a", "b"]
    assert asked({"a": "x", "b": "y"}, schema) == ["a", "b", "d"]
    assert asked({"a": "z"}, schema) == ["a", "c"]
    assert pruned(schema, {"a": "z", "b": "y", "c": "1", "d": "2"}) == {"a": "z", "c": "1"}


def test_what_a_part_of_the_form_requires_is_required() -> None:
    schema = {"properties": {"a": {"type": "string"}}, "allOf": [{"required": ["a"]}]}
    assert faults(schema, {}) == {"a": "missing"}
    assert faults(schema, {"a": "x"}) == {}


def test_an_answer_that_no_longer_applies_is_left_out() -> None:
    said = {"delivery": "kiosk", "address": "somewhere", "unknown": 1, "declaration": None}
    assert pruned(licence(), said) == {"delivery": "kiosk"}


@pytest.mark.parametrize(
    ("rule", "given_texts", "value", "code"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 2000}, ["١٬٥٠٠"], 1500, None),
        ({"type": "integer", "minimum": 1, "maximum": 20}, ["۱۲"], 12, None),
        ({"type": "integer", "minimum": 1, "maximum": 20}, ["21"], None, "range"),
        ({"type": "integer"}, ["many"], None, "number"),
        ({"type": "string", "format": "date"}, ["١", "2", "۲۰۲۶"], "2026-02-01", None),
        ({"type": "string", "format": "date"}, ["2026-02-01"], "2026-02-01", None),
        ({"type": "string", "format": "date"}, ["29", "2", "2027"], None, "date"),
        ({"type": "string", "format": "date"}, ["", "2", "2027"], None, "date"),
        ({"type": "string", "format": "date"}, ["", "", ""], None, "missing"),
        ({"type": "string", "pattern": "^[0-9]{8}$"}, [" ٩٩٩٩ ١٢٣٤ "], "99991234", None),
        ({"type": "string", "pattern": "^KW[0-9]{4}$"}, ["kw 00-12"], "KW0012", None),
        ({"type": "string", "pattern": "^[0-9]{8}$"}, ["1"], None, "pattern"),
        ({"type": "string", "maxLength": 3}, ["abcd"], None, "long"),
        ({"type": "string", "maxLength": 9, "minLength": 3}, ["ab"], None, "short"),
        ({"type": "string", "maxLength": 9}, ["a\r\nb\x00"], "a\nb", None),
        ({"type": "string", "enum": ["a"]}, ["b"], None, "choose"),
        ({"type": "string", "enum": ["a"]}, [], None, "choose"),
        ({"enum": [1, 2]}, ["2"], 2, None),
        ({"type": "boolean"}, ["false"], False, None),
        ({"type": "boolean"}, ["perhaps"], None, "choose"),
        ({"const": True}, ["true"], True, None),
        ({"const": True}, [], None, "tick"),
        ({"const": True}, ["false"], None, "tick"),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, ["a", "b"], ["a", "b"], None),
        ({"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 1}, ["a", "b"], None, "choose"),
        ({"type": "array", "items": {"type": "string"}}, ["a\r\n\r\nb"], ["a", "b"], None),
    ],
)  # fmt: skip
def test_texts_are_read_as_people_write_them(
    rule: Mapping[str, Any], given_texts: list[str], value: Any, code: str | None
) -> None:
    assert read(ask_of("q", rule, required=True), given_texts) == (value, code)


def test_nothing_said_is_no_fault_of_an_optional_question() -> None:
    for rule in ({"type": "string", "maxLength": 9}, {"enum": ["a"]}, {"type": "integer"}, {"type": "boolean"}):
        assert read(ask_of("q", rule, required=False), [" "]) == (None, None)


@given(st.text(max_size=40), st.sampled_from([{"type": "integer"}, {"format": "date"}, {"pattern": "^[0-9]{2,}$"}]))
def test_no_text_breaks_the_reading(text: str, rule: dict[str, Any]) -> None:
    ask = ask_of("q", {"type": "string", **rule}, required=True)
    value, code = read(ask, [text])
    assert (value is None) != (code is None)
    if value is not None:
        assert read(ask, written(ask, value)) == (value, None)
