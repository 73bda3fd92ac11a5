"""The register in the European vocabulary of public services: JSON-LD that conforms to the shapes of CPSV-AP 3.2.

Source: https://semiceu.github.io/CPSV-AP/releases/3.2.0/. Names are URNs, so that they hold at any address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from masar.kernel.money import shown

Document = Mapping[str, Any]
Node = dict[str, Any]

_NOTHING: tuple[Any, ...] = (None, [], {})
_LANGUAGE, _LINK = {"@container": "@language"}, {"@type": "@id"}
_TEXTS = ("dct:title", "dct:description", "skos:prefLabel", "dcat:keyword")
_LINKS = (
    "adms:status", "cpsv:follows", "cpsv:hasInput", "cpsv:produces", "cv:currency", "cv:hasChannel",
    "cv:hasCompetentAuthority", "cv:hasCost", "cv:hasRelatedService", "cv:holdsRequirement", "cv:isGroupedBy",
    "cv:ownedBy", "cv:thematicArea", "dct:audience", "dct:isPartOf", "dct:hasPart", "dct:language", "dct:publisher",
    "dct:requires", "dct:spatial", "dct:type",
)  # fmt: skip
CONTEXT: Mapping[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "masar": "urn:masar:term:",
    "org": "http://www.w3.org/ns/org#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    **dict.fromkeys(_TEXTS, _LANGUAGE),
    **dict.fromkeys(_LINKS, _LINK),
    "cv:hasValue": {"@type": "xsd:double"},
    "cv:processingTime": {"@type": "xsd:duration"},
    "dct:issued": {"@type": "xsd:date"},
}


def catalogue(country: Document, agencies: Iterable[Document], services: Sequence[Document]) -> dict[str, Any]:
    """Write the whole register: a data set, agencies, life events, the names used, and each service with its parts."""
    graph = [_register(country, services), _location(country), *_agencies(country, agencies)]
    graph += _events(country, services)
    graph += _concepts(country, services)
    for document in services:
        graph += _service(document, country)
    return {"@context": CONTEXT, "@graph": graph}


def _urn(*parts: str) -> str:
    return ":".join(("urn:masar", *parts))


def _node(kind: str | list[str], identity: str, **more: Any) -> Node:
    named = {
        key.replace("__", ":"): value
        for key, value in more.items()
        if value is not None and value != [] and value != {}
    }
    return {"@id": identity, "@type": kind, "dct:identifier": identity} | named


def _register(country: Document, services: Sequence[Document]) -> Node:
    words = country.get("register") or {"title": country["title"], "summary": country["title"]}
    return _node(
        "dcat:Dataset",
        _urn("register", country["id"]),
        dct__title=words["title"],
        dct__description=words["summary"],
        dct__publisher=_urn("country", country["id"]),
        dct__hasPart=[_urn("service", item["id"]) for item in services],
    )


def _location(country: Document) -> Node:
    """The country: where the services are given, and who publishes the register."""
    kinds = ["dct:Location", "foaf:Agent"]
    return _node(kinds, _urn("country", country["id"]), dct__title=country["title"])


def _agencies(country: Document, agencies: Iterable[Document]) -> Iterator[Node]:
    for item in agencies:
        yield _node(
            ["cv:PublicOrganisation", "org:Organization", "foaf:Agent"],
            _urn("agency", item["id"]),
            skos__prefLabel=item["title"],
            dct__title=item["title"],
            dct__spatial=_urn("country", country["id"]),
        )


def _events(country: Document, services: Sequence[Document]) -> Iterator[Node]:
    for item in country.get("life_events", ()):
        related = [
            _urn("service", service["id"]) for service in services if item["id"] in service.get("life_events", ())
        ]
        if related:
            kinds = ["cv:LifeEvent", "cv:Event"]
            identity = _urn("life-event", item["id"])
            yield _node(kinds, identity, dct__title=item["title"], cv__hasRelatedService=related)


def _concepts(country: Document, services: Sequence[Document]) -> Iterator[Node]:
    """The names that services point at: sectors, audiences, channels, statuses, the currency; and the languages."""
    for item in country["sectors"]:
        yield _node("skos:Concept", _urn("sector", item["id"]), skos__prefLabel=item["title"])
    for kind, key in (("audience", "audience"), ("channel-type", "channels")):
        for name in sorted({name for service in services for name in service[key]}):
            yield _node("skos:Concept", _urn(kind, name))
    for name in sorted({service["status"] for service in services}):
        yield _node("skos:Concept", _urn("status", name))
    yield _node("skos:Concept", _currency(country))
    for language in country["languages"]:
        yield {"@id": _language(language), "@type": "dct:LinguisticSystem"}


def _currency(country: Document) -> str:
    return f"http://publications.europa.eu/resource/authority/currency/{country['currency']}"


def _language(code: str) -> str:
    return f"http://id.loc.gov/vocabulary/iso639-1/{code}"


def _service(document: Document, country: Document) -> Iterator[Node]:
    own = _urn("service", document["id"])
    parts = {
        "cv:hasChannel": list(_channels(document, own)),
        "cv:hasCost": [_cost(item, own, country) for item in document.get("fees", ())],
        "cpsv:hasInput": [_input(item, own) for item in document.get("documents", ())],
        "cv:holdsRequirement": [_requirement(item, own) for item in document.get("eligibility", ())],
        "cpsv:produces": list(_outputs(document, own)),
    }
    promise = document.get("promise", {})
    yield _node(
        "cpsv:PublicService",
        own,
        dct__title=document["title"],
        dct__description=document["summary"],
        dcat__keyword={language: words for language, words in document.get("search", {}).items() if words},
        dct__language=[_language(code) for code in country["languages"]],
        dct__spatial=_urn("country", country["id"]),
        dct__isPartOf=_urn("register", country["id"]),
        dct__issued=document["effective_from"],
        dct__audience=[_urn("audience", name) for name in document["audience"]],
        cv__hasCompetentAuthority=_urn("agency", document["agency"]),
        cv__thematicArea=_urn("sector", document["sector"]),
        cv__isGroupedBy=[_urn("life-event", name) for name in document.get("life_events", ())],
        cv__processingTime=promise.get("within"),
        masar__clock=promise.get("clock"),
        masar__version=document["version"],
        masar__verified=document["verified"],
        adms__status=_urn("status", document["status"]),
        dct__requires=sorted(
            {_urn("service", item["remedy"]["service"]) for item in document.get("eligibility", ()) if "remedy" in item}
        ),
        **{key: [node["@id"] for node in nodes] for key, nodes in parts.items()},
    )
    for nodes in parts.values():
        yield from nodes


def _channels(document: Document, own: str) -> Iterator[Node]:
    for name in document["channels"]:
        authority = _urn("agency", document["agency"])
        kind = _urn("channel-type", name)
        yield _node("cv:Channel", f"{own}:channel:{name}", dct__type=kind, cv__ownedBy=authority)


def _cost(item: Document, own: str, country: Document) -> Node:
    return _node(
        "cv:Cost",
        f"{own}:fee:{item['id']}",
        dct__description=item["title"],
        cv__hasValue=shown(item["fils"]),
        cv__currency=_currency(country),
        masar__conditional=True if "when" in item else None,
    )


def _input(item: Document, own: str) -> Node:
    identity = f"{own}:document:{item['id']}"
    return _node("cv:Evidence", identity, dct__title=item["title"], dct__description=item.get("hint"))


def _requirement(item: Document, own: str) -> Node:
    return _node("cv:Requirement", f"{own}:condition:{item['id']}", dct__title=item["message"])


def _outputs(document: Document, own: str) -> Iterator[Node]:
    for outcome in document["outcomes"]:
        if "title" in outcome.get("issues", {}):
            yield _node("cv:Output", f"{own}:output:{outcome['id']}", dct__title=outcome["issues"]["title"])
