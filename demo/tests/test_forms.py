"""Every form that the demonstration fills in is one that a person could have sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from demo.conditions import UNKNOWN, skips_of, value_of
from demo.forms import fill
from demo.services import Service
from demo.tests.catalogue import definitions, services
from masar.cases.rules.path import skipped
from masar.kernel.ids import civil_id_digits, is_real_civil_id

ON = date(2026, 11, 24)
TRIES = 25


def schemas(service: Service) -> list[Mapping[str, Any]]:
    """The service's own form, and those of its questions."""
    return [schema for schema in (service.schema, *(step.schema for step in service.steps.values())) if schema]


@pytest.mark.parametrize("service", services(), ids=lambda service: service.id)
def test_a_form_is_valid_whatever_is_chosen(service: Service) -> None:
    for schema in schemas(service):
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for number in range(TRIES):
            form = fill(schema, Random(number), ON, "فهد ناصر")
            assert list(validator.iter_errors(form)) == [], (schema, form)


@pytest.mark.parametrize("service", services(), ids=lambda service: service.id)
def test_a_form_holds_no_number_of_somebody_real(service: Service) -> None:
    for schema in schemas(service):
        for number in range(TRIES):
            texts = [text for text in fill(schema, Random(number), ON).values() if isinstance(text, str)]
            assert not [text for text in texts if civil_id_digits(text) and is_real_civil_id(text)]
            assert all(text[2:4] == "00" for text in texts if text.startswith("KW") and len(text) == 30)


@pytest.mark.parametrize("service", services(), ids=lambda service: service.id)
def test_the_steps_that_a_form_rules_out_are_those_that_masar_rules_out(service: Service) -> None:
    for number in range(TRIES):
        form = fill(service.schema, Random(number), ON)
        assert sorted(skips_of(service, form)) == sorted(skipped(definitions()[service.id], form))


def test_a_form_is_the_same_for_the_same_chance() -> None:
    schema = next(service.schema for service in services() if service.id == "kw.km.building-permit")
    assert fill(schema, Random(5), ON) == fill(schema, Random(5), ON) != fill(schema, Random(6), ON)


def test_a_condition_has_a_third_answer() -> None:
    rule = {"or": [{"==": [{"var": "form.delivery"}, "home"]}, {"!": {"var": "person.is_citizen"}}]}
    assert value_of(rule, {"delivery": "home"}) is True
    assert value_of(rule, {"delivery": "kiosk"}) is UNKNOWN
    assert value_of({"in": [{"var": "form.a"}, ["x", "y"]]}, {"a": "z"}) is False
