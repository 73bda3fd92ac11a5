"""A declared form on one page: what only a condition asks for, what was typed, what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masar.catalogue.rules.form import faults
from masar.portal.presenters.forms import fields_of, values_of
from masar.portal.tests.rendering import look

FORM: Mapping[str, Any] = {
    "schema": {
        "type": "object",
        "additionalProperties": False,
        "required": ["delivery", "on"],
        "properties": {
            "delivery": {"type": "string", "enum": ["kiosk", "post"]},
            "address": {"type": "string", "maxLength": 30},
            "on": {"type": "string", "format": "date"},
            "days": {"type": "integer", "minimum": 1, "maximum": 9},
        },
        "if": {"properties": {"delivery": {"const": "post"}}},
        "then": {"required": ["address"]},
    },
    "words": {"days.error": {"en": "One to nine days."}},
}
DAY = {"on.day": ["٢٧"], "on.month": ["11"], "on.year": ["2026"]}


def read(**given: list[str]) -> tuple[dict[str, Any], dict[str, str]]:
    fields = fields_of(look("en"), FORM, {**DAY, **given})
    return values_of(fields), {one.name: one.error for one in fields if one.error}


def test_before_anything_is_given_every_question_is_there_without_a_fault() -> None:
    fields = fields_of(look("en"), FORM)
    assert [(one.name, one.kind, one.required) for one in fields] == [
        ("delivery", "radios", True), ("address", "text", False), ("on", "date", True), ("days", "number", False),
    ]  # fmt: skip
    assert not any(one.error or one.texts for one in fields)


def test_what_a_condition_asks_for_is_missed_only_where_it_holds() -> None:
    assert read(delivery=["kiosk"])[1] == {}
    assert list(read(delivery=["post"])[1]) == ["address"]


def test_what_was_typed_where_it_does_not_apply_is_left_out_and_the_form_is_right() -> None:
    values, wrong = read(delivery=["kiosk"], address=["الجهراء"], days=["٣"])
    assert values == {"delivery": "kiosk", "on": "2026-11-27", "days": 3}
    assert wrong == {}
    assert faults(FORM["schema"], values) == {}


def test_a_fault_is_said_in_the_words_of_the_form_and_what_was_typed_stays() -> None:
    fields = {one.name: one for one in fields_of(look("en"), FORM, {**DAY, "delivery": ["kiosk"], "days": ["99"]})}
    assert (fields["days"].error, fields["days"].texts, fields["days"].answer) == ("One to nine days.", ("99",), None)
    assert fields["on"].texts == ("٢٧", "11", "2026")
