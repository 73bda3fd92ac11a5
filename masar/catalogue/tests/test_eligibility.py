"""Who may apply, what is asked for it and what is known already."""

from __future__ import annotations

from typing import Any

import pytest

from demo.tests.catalogue import definitions
from masar.catalogue.rules.eligibility import bar, checks, facts_asked, papers, prefill

TITLE = {"en": "A text"}


def document(service: str) -> dict[str, Any]:
    return dict(definitions()[service].document)


LICENCE = document("kw.moi.gdt.renew-driving-licence")
CARD = document("kw.paci.civil-id-card")


def test_the_first_condition_that_fails_bars_and_names_its_remedy() -> None:
    barred = bar(LICENCE, {"licence.days_to_expiry": 12, "fines.unpaid_fils": 5000})
    assert barred is not None
    assert (barred.id, barred.remedy) == ("no-unpaid-fines", "kw.moi.gdt.pay-fines")
    first = bar(LICENCE, {"licence.days_to_expiry": 300, "fines.unpaid_fils": 5000})
    assert first is not None
    assert (first.id, first.remedy) == ("window", None)


def test_what_nobody_knows_lets_pass() -> None:
    assert bar(LICENCE, {}) is None
    assert [answer for _, answer in checks(LICENCE, {"fines.unpaid_fils": 0})] == [None, True]


@pytest.mark.parametrize("missing", ["allow", "ask", "refuse"])
def test_only_a_fact_that_must_be_known_bars_by_being_unknown(missing: str) -> None:
    fact = {"id": "a.b", "source": "masar", "type": "integer", "missing": missing, "title": TITLE}
    rule = {"id": "enough", "rule": {">": [{"var": "a.b"}, 3]}, "message": TITLE}
    one = {"facts": [fact], "eligibility": [rule]}
    assert (bar(one, {}) is not None) == (missing == "refuse")
    assert bar(one, {"a.b": 4}) is None
    assert bar(one, {"a.b": 3}) is not None


def test_a_fact_of_the_wrong_type_is_one_that_nobody_knows() -> None:
    assert bar(LICENCE, {"licence.days_to_expiry": "soon"}) is None


def test_a_person_is_asked_for_what_a_condition_needs_and_nobody_told() -> None:
    assert [one.id for one in facts_asked(CARD, {})] == ["person.is_citizen"]
    assert facts_asked(CARD, {"person.is_citizen": False}) == []
    (one,) = facts_asked(CARD, {})
    assert (one.ask.name, one.ask.kind, one.ask.required) == ("person.is_citizen", "yes-no", True)


def test_nobody_is_asked_twice_for_what_a_field_of_the_form_asks() -> None:
    for definition in definitions().values():
        fields = definition.document.get("form", {}).get("schema", {}).get("properties", {})
        filled = {rule.get("x-prefill") for rule in fields.values()}
        assert filled.isdisjoint(one.id for one in facts_asked(definition.document, {}))


def test_every_fact_that_is_asked_for_has_words() -> None:
    assert all(one.title for each in definitions().values() for one in facts_asked(each.document, {}))


def test_a_paper_is_asked_for_where_its_condition_holds() -> None:
    def required(facts: dict[str, Any], values: dict[str, Any]) -> dict[str, bool]:
        return {paper.id: paper.required for paper in papers(CARD, facts, values)}

    assert required({"person.age": 40}, {"request": "renewal"}) == {"photo": True}
    assert required({"person.age": 12}, {"request": "first"}) == {"photo": True, "birth-certificate": True}
    assert required({}, {"request": "first"}) == {"photo": False, "birth-certificate": False}
    assert required({"person.age": 4}, {}) == {"birth-certificate": False}


def test_a_paper_that_may_be_left_out_says_so() -> None:
    found = papers(document("kw.epa.report"), {}, {})
    assert [(paper.id, paper.required) for paper in found] == [("picture", False)]
    assert all(paper.max_bytes and paper.accept for paper in found)


def test_known_facts_answer_where_they_fit() -> None:
    assert prefill(LICENCE, {"licence.number": "1234567"}) == {"licence_number": "1234567"}
    assert prefill(LICENCE, {"licence.number": "no number"}) == {}
    assert prefill(LICENCE, {"licence.number": 1234567}) == {}
    assert prefill(LICENCE, {}) == {}
