"""The catalogue that is shipped: without errors, complete in three languages, its services fit for the rooms above."""

from __future__ import annotations

import json
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from masar.catalogue.loader import DEFAULT, Catalogue, CatalogueInvalid, check_path, digest, load_folder
from masar.catalogue.rules.checks.words import texts
from masar.catalogue.rules.conditions import evaluate
from masar.catalogue.rules.definition import TERMINAL, Definition, parse

AGENCIES = (
    "moi.gdt moi.res moi.nat moi.ce paci pahw kcb moh moe mohe ku pam km mew mosa pada epa moinfo "
    "moj moci pifss csc cait kff"
)
STATES = {"completed", "refused", "withdrawn", "expired"}


@pytest.fixture(scope="module")
def kuwait() -> Catalogue:
    return load_folder(DEFAULT)


@pytest.fixture(scope="module")
def services(kuwait: Catalogue) -> dict[str, Definition]:
    return {entry.document["id"].removeprefix("kw."): parse(entry.document) for entry in kuwait.definitions}


def test_nothing_is_missing_that_publishing_would_ask_for() -> None:
    assert check_path(DEFAULT, publish=True) == []


def test_each_agency_with_services_has_two_to_four_branches_all_marked_as_samples(
    kuwait: Catalogue, services: dict[str, Definition]
) -> None:
    regions = {item["id"] for item in kuwait.country["regions"]}
    assert len(regions) == 6
    for agency in {service.agency for service in services.values() if service.kind == "service"}:
        branches = kuwait.agencies[agency]["branches"]
        assert 2 <= len(branches) <= 4, agency
        assert {branch["sample"] for branch in branches} == {True}
    assert regions == {
        item["governorate"] for agency in kuwait.agencies.values() for item in agency.get("branches", ())
    }


def test_the_whole_folder_is_read_and_checked_within_two_seconds() -> None:
    start = time.process_time()
    load_folder(DEFAULT)
    assert time.process_time() - start < 2


def test_all_agencies_and_services_are_there(kuwait: Catalogue, services: dict[str, Definition]) -> None:
    assert set(kuwait.agencies) == {f"kw.{name}" for name in AGENCIES.split()}
    kinds = Counter(service.kind for service in services.values())
    assert kinds["service"] >= 50
    assert {name for service in services.values() for name in service.life_events} <= {
        item["id"] for item in kuwait.country["life_events"]
    }
    assert set(kuwait.calendars) == {"kw-gov"}


def test_every_text_is_in_arabic_english_and_urdu_and_none_is_a_copy_of_another(kuwait: Catalogue) -> None:
    documents = [kuwait.country, *kuwait.agencies.values(), *(entry.document for entry in kuwait.definitions)]
    found = [(path, text) for document in documents for path, text in texts(document)]
    assert len(found) > 250
    for path, text in found:
        assert list(text) == ["ar", "en", "ur"], path
        assert len({text["ar"], text["en"]}) == 2, path


def test_urdu_is_not_arabic_left_standing(kuwait: Catalogue) -> None:
    """Sentences of some length differ, and Urdu ones do not use the Arabic forms of kaf and ya."""
    for entry in kuwait.definitions:
        for path, text in texts(entry.document):
            assert len(text["ar"]) < 20 or text["ar"] != text["ur"], path
            assert not set(text["ur"]) & set("كيىة"), (entry.file, path, text["ur"])
            assert not set(text["ar"]) & set("کیےہھٹڈڑںگ"), (entry.file, path, text["ar"])


def test_every_step_says_in_a_sentence_what_happens_in_it(services: dict[str, Definition]) -> None:
    for service in services.values():
        for step in service.steps.values():
            assert step.help["en"].endswith("."), (service.id, step.id)
            assert step.help["ur"].endswith("۔"), (service.id, step.id)


def test_nothing_is_called_official_that_nobody_confirmed(services: dict[str, Definition]) -> None:
    assert not [service.id for service in services.values() if service.verified]


def test_terminal_states_stand_only_in_outcomes(services: dict[str, Definition]) -> None:
    assert STATES == TERMINAL
    for service in services.values():
        assert {outcome.state for outcome in service.outcomes.values()} <= TERMINAL
        assert not {step.state for step in service.steps.values()} & TERMINAL


def walk(service: Definition, facts: dict[str, Any]) -> list[str]:
    """The coming steps of a fresh request: the path without the steps whose condition is known to fail."""
    rules = {step.id: step.when for step in service.steps.values() if step.when}
    return [place for place in service.path if place not in rules or evaluate(rules[place], facts) is not False]


@pytest.mark.parametrize(
    ("service", "facts", "unseen"),
    [
        ("moi.gdt.renew-driving-licence", {"form": {"delivery": "kiosk"}}, {"posting"}),
        ("moi.gdt.renew-driving-licence", {"form": {"delivery": "post"}}, {"collect"}),
        ("moi.gdt.renew-driving-licence", {}, set()),
        ("paci.civil-id-card", {"person.is_citizen": True, "form": {"delivery": "kiosk"}}, {"fee", "delivery"}),
        ("paci.civil-id-card", {"person.is_citizen": True, "form": {"delivery": "home"}}, {"collect"}),
        ("paci.civil-id-card", {"person.is_citizen": False, "form": {"delivery": "kiosk"}}, {"delivery"}),
    ],
)
def test_coming_steps_follow_the_answers_and_can_all_be_walked(
    services: dict[str, Definition], service: str, facts: dict[str, Any], unseen: set[str]
) -> None:
    definition = services[service]
    places = walk(definition, facts)
    assert set(definition.path) - set(places) == unseen
    if facts:
        assert all(later in definition.allowed_from(place) for place, later in pairwise(places))


def fees(document: Any, facts: dict[str, Any]) -> int:
    return sum(fee["fils"] for fee in document["fees"] if "when" not in fee or evaluate(fee["when"], facts) is True)


def test_a_citizen_who_collects_the_card_pays_nothing_and_a_resident_at_home_seven_dinars(
    services: dict[str, Definition],
) -> None:
    card = services["paci.civil-id-card"].document
    assert fees(card, {"person.is_citizen": True, "form": {"delivery": "kiosk"}}) == 0
    assert fees(card, {"person.is_citizen": False, "form": {"delivery": "home"}}) == 7000


def test_the_building_permit_is_handed_to_justice_and_comes_back(services: dict[str, Definition]) -> None:
    step = services["km.building-permit"].steps["ownership"]
    assert (step.holder, step.agency, step.returns_to) == ("other-agency", "kw.moj", "technical-review")


def test_the_building_permit_opens_two_checks_that_must_both_succeed(services: dict[str, Definition]) -> None:
    step = services["km.building-permit"].steps["checks"]
    assert step.children == ("kw.kff.fire-safety-check", "kw.mew.electricity-check")
    assert (step.join, step.on_refused) == ("all", "corrections")
    for child in step.children:
        outcomes = services[child.removeprefix("kw.")].outcomes
        assert {outcomes["approved"].state, outcomes["refused"].state} == {"completed", "refused"}


def test_a_refusal_can_be_appealed_and_a_successful_appeal_reopens_a_step(services: dict[str, Definition]) -> None:
    for name in ("moi.gdt.renew-driving-licence", "km.building-permit"):
        appeal = services[name].outcomes["refused"].appeal
        assert appeal is not None
        assert appeal.reopens in services[name].steps
        assert services[appeal.service.removeprefix("kw.")].document["kind"] == "appeal"


@pytest.mark.parametrize(
    ("service", "answers", "ok"),
    [
        ("moi.gdt.renew-driving-licence", {"licence_number": "123456", "delivery": "kiosk", "declaration": True}, True),
        ("moi.gdt.renew-driving-licence", {"licence_number": "123456", "delivery": "post", "declaration": True}, False),
        ("moi.gdt.renew-driving-licence", {"licence_number": "12", "delivery": "kiosk", "declaration": True}, False),
        ("paci.civil-id-card", {"request": "renewal", "delivery": "kiosk", "declaration": True}, True),
        ("paci.civil-id-card", {"request": "replacement", "delivery": "kiosk", "declaration": True}, False),
        ("paci.civil-id-card", {"request": "first", "delivery": "home", "declaration": True}, False),
        ("paci.civil-id-card", {"request": "first", "delivery": "kiosk", "declaration": False}, False),
    ],
)
def test_forms_take_whole_answers_only(
    services: dict[str, Definition], service: str, answers: dict[str, Any], ok: bool
) -> None:
    assert Draft202012Validator(services[service].document["form"]["schema"]).is_valid(answers) is ok


def test_a_definition_carries_its_templates_and_its_calendar(kuwait: Catalogue) -> None:
    for entry in kuwait.definitions:
        assert '"use"' not in json.dumps(entry.document)
        assert entry.document["calendar"] == "kw-gov"
        assert entry.digest == digest(json.loads(json.dumps(entry.document)))


def test_a_digest_does_not_depend_on_order_but_on_every_word(kuwait: Catalogue) -> None:
    document = kuwait.definitions[0].document
    turned = dict(reversed(document.items()))
    assert digest(turned) == kuwait.definitions[0].digest
    assert digest({**document, "version": 2}) != kuwait.definitions[0].digest


def test_a_catalogue_with_errors_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "check.yaml"
    text = (DEFAULT / "services/kw.kff/fire-safety-check.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("fire-safety-check", "smoke-check"), encoding="utf-8")
    assert [entry.file for entry in load_folder(tmp_path).definitions] == ["check.yaml"]
    file.write_text(text.replace("team: prevention", "team: nobody"), encoding="utf-8")
    with pytest.raises(CatalogueInvalid) as refusal:
        load_folder(tmp_path)
    assert {finding.file for finding in refusal.value.findings} == {"check.yaml"}
