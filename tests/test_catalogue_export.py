"""The register for machines: JSON with everything public, and JSON-LD that conforms to the shapes of CPSV-AP.

The shapes are not part of Masar: MASAR_SHARED_DATA names the folder that holds cpsv-ap/ (usual: ../shared/data).
"""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS, RDF

from masar.catalogue.loader import DEFAULT, Catalogue, load_folder
from masar.catalogue.rules import cpsv
from masar.catalogue.rules.register import register
from tests.running import ROOT

# rdflib says this of its own parser.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
DATA = Path(os.environ.get("MASAR_SHARED_DATA", ROOT.parent / "shared" / "data"))
CPSV, CV = Namespace("http://purl.org/vocab/cpsv#"), Namespace("http://data.europa.eu/m8g/")
LICENCE = "kw.moi.gdt.renew-driving-licence"


@pytest.fixture(scope="module")
def kuwait_files() -> Catalogue:
    return load_folder(DEFAULT)


@pytest.fixture(scope="module")
def services(kuwait_files: Catalogue) -> list[Any]:
    documents = [entry.document for entry in kuwait_files.definitions]
    return [item for item in documents if item.get("kind", "service") == "service"]


@pytest.fixture(scope="module")
def graph(kuwait_files: Catalogue, services: list[Any]) -> Graph:
    document = cpsv.catalogue(kuwait_files.country, kuwait_files.agencies.values(), services)
    return Graph().parse(data=json.dumps(document), format="json-ld")


def shapes() -> Graph:
    """Return the shapes, or skip in words."""
    path = DATA / "cpsv-ap" / "cpsv-ap-SHACL.ttl"
    if not path.exists():
        pytest.skip(f"SHAPES OF CPSV-AP MISSING: {path}; set MASAR_SHARED_DATA to the folder that holds cpsv-ap/")
    return Graph().parse(path)


def validate(graph: Graph) -> tuple[bool, str]:
    conforms, _, text = pyshacl.validate(graph, shacl_graph=shapes(), inference="none", advanced=False)
    return conforms, text


@pytest.mark.data
def test_the_register_conforms_to_the_shapes_of_cpsv_ap(graph: Graph) -> None:
    conforms, text = validate(graph)
    assert conforms, text[:3000]


@pytest.mark.data
def test_the_shapes_would_find_a_service_without_its_authority(graph: Graph) -> None:
    spoilt = Graph()
    spoilt += graph
    service = next(spoilt.subjects(RDF.type, CPSV.PublicService))
    spoilt.remove((service, CV.hasCompetentAuthority, None))
    conforms, text = validate(spoilt)
    assert not conforms
    assert "hasCompetentAuthority" in text


def test_every_service_stands_in_the_graph_with_its_words_money_time_and_papers(
    graph: Graph, services: list[Any]
) -> None:
    found = set(graph.subjects(RDF.type, CPSV.PublicService))
    assert len(found) == len(services) >= 50
    (licence,) = (node for node in found if str(node).endswith(LICENCE))
    assert {title.language for title in graph.objects(licence, DCTERMS.title)} == {"ar", "en", "ur"}
    values = {Decimal(str(graph.value(cost, CV.hasValue))) for cost in graph.objects(licence, CV.hasCost)}
    assert values == {10, 2}
    assert str(graph.value(licence, CV.processingTime)) == "P5D"
    assert len(set(graph.objects(licence, CPSV.hasInput))) == 1
    assert str(graph.value(licence, CV.hasCompetentAuthority)) == "urn:masar:agency:kw.moi.gdt"


def test_no_link_of_the_graph_leads_nowhere(graph: Graph) -> None:
    """Every URN that something points at is itself described."""
    named = {str(node) for node in graph.objects() if str(node).startswith("urn:masar:") and ":term:" not in str(node)}
    kinds = {str(node) for node in graph.subjects(RDF.type, None)}
    assert {name for name in named if name not in kinds} == set()


def test_the_register_in_json_writes_money_with_three_places_and_leaves_out_what_is_internal(
    kuwait_files: Catalogue, services: list[Any]
) -> None:
    country, agencies = kuwait_files.country, kuwait_files.agencies.values()
    text = json.dumps(register(country, agencies, services), ensure_ascii=False)
    found = {item["id"]: item for item in json.loads(text)["services"]}
    assert set(found) == {item["id"] for item in services}
    assert [(fee["amount"], fee["currency"]) for fee in found[LICENCE]["fees"]] == [("10.000", "KWD"), ("2.000", "KWD")]
    for document in services:
        written = [Decimal(fee["amount"]) * 1000 for fee in found[document["id"]]["fees"]]
        assert written == [fee["fils"] for fee in document.get("fees", ())]
    assert not {"account", "fils"} & {key for item in found.values() for fee in item["fees"] for key in fee}
    assert not {"masar", "search"} & {key for item in found.values() for key in item}
    assert found[LICENCE]["promise"] == {"within": "P5D", "clock": "working"}
    assert {"steps", "path", "outcomes", "reasons", "documents", "eligibility", "form"} <= set(found[LICENCE])


@pytest.mark.database
def test_what_is_loaded_is_what_is_exported(kuwait: None, services: list[Any]) -> None:
    from masar.catalogue.queries import register_json, register_jsonld

    wanted = {item["id"] for item in services}
    assert wanted <= {item["id"] for item in register_json()["services"]}
    nodes = register_jsonld()["@graph"]
    assert {f"urn:masar:service:{name}" for name in wanted} <= {node["@id"] for node in nodes}
    assert register_json() is register_json()  # written once for a catalogue and a day
