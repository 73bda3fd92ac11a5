"""What known facts answer, and what of a person's answers is kept for the next time."""

from __future__ import annotations

from typing import Any

import pytest

from demo.tests.catalogue import definitions
from masar.catalogue.rules.known import behind, given, lasting, sources_of

LICENCE = dict(definitions()["kw.moi.gdt.renew-driving-licence"].document)
BIRTH = dict(definitions()["kw.moh.birth-certificate"].document)
LASTS = {"person.is_citizen", "person.address", "person.phone"}


def test_a_known_fact_answers_the_question_that_is_filled_from_it() -> None:
    assert given(LICENCE, {"licence.number": "12345678"}, {}) == {"licence_number": "12345678"}
    assert given(LICENCE, {"licence.number": "12345678"}, {"licence_number": "87654321"}) == {}
    assert given(LICENCE, {"licence.number": "no number"}, {}) == {}
    assert given({"facts": []}, {"licence.number": "12345678"}, {}) == {}


def test_only_what_is_required_is_answered_in_the_persons_place() -> None:
    address = {"person.address": "السالمية"}
    assert given(LICENCE, address, {"delivery": "kiosk"}) == {}
    assert given(LICENCE, address, {"delivery": "post"}) == {"address": "السالمية"}


@pytest.mark.parametrize("as_fact", [True, False])
def test_what_is_kept_says_something_lasting_of_the_person_in_every_service(as_fact: bool) -> None:
    """All that could be said in all services; what is kept of it may be written into any other request."""
    kept: set[str] = set()
    for definition in definitions().values():
        document = definition.document
        fields = document.get("form", {}).get("schema", {}).get("properties", {})
        facts: dict[str, Any] = {fact["id"]: "x" for fact in document.get("facts", ())} if as_fact else {}
        kept |= lasting(document, facts, {} if as_fact else dict.fromkeys(fields, "x")).keys()
    assert kept == (LASTS if as_fact else LASTS - {"person.is_citizen"})


def test_the_number_of_a_childs_birth_notice_is_of_one_request() -> None:
    assert "birth.notice_number" in sources_of(BIRTH)
    assert lasting(BIRTH, {"birth.notice_number": "1"}, {"notice": "1"}) == {}


def test_what_a_fact_is_worth_keeping_for_is_for_the_definition_to_say() -> None:
    def kept(source: str, missing: str) -> bool:
        fact = {"id": "a.b", "source": source, "type": "text", "missing": missing}
        return lasting({"facts": [fact]}, {"a.b": "x", "c.d": "x"}, {}) == {"a.b": "x"}

    assert kept("masar", "ask")
    assert not any(kept(*one) for one in (("masar", "allow"), ("masar", "refuse"), ("kw.moh", "ask")))


def test_nothing_is_kept_of_what_was_not_said() -> None:
    assert lasting(LICENCE, {}, {"address": None}) == {}
    assert lasting(LICENCE, {"person.address": None}, {"address": "الجهراء"}) == {"person.address": "الجهراء"}


def test_a_condition_names_the_facts_that_it_looks_at() -> None:
    assert behind(LICENCE, "no-unpaid-fines") == {"fines.unpaid_fils"}
    assert behind(LICENCE, "nothing") == frozenset()
