"""What a service is found by, and how much each of its texts weighs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from masar.catalogue.rules.definition import Text
from masar.catalogue.rules.search import Passage

TITLE, SEARCH, SECTION, SUMMARY, DETAIL = 1.0, 0.9, 0.45, 0.4, 0.25


def passages(document: Mapping[str, Any], agency: Mapping[str, Any], country: Mapping[str, Any]) -> Iterator[Passage]:
    """Yield the texts by which people find a service, in every language, each with its weight."""
    yield from _texts(TITLE, [document["title"]])
    for language, words in document.get("search", {}).items():
        yield from (Passage(SEARCH, language, word) for word in words)
    yield from _texts(SECTION, _sections(document, agency, country))
    yield from _texts(SUMMARY, [document["summary"]])
    yield from _texts(DETAIL, _details(document))


def _sections(document: Mapping[str, Any], agency: Mapping[str, Any], country: Mapping[str, Any]) -> Iterator[Text]:
    named = {document["sector"], *document.get("life_events", ())}
    for item in (*country.get("sectors", ()), *country.get("life_events", ())):
        if item["id"] in named:
            yield item["title"]
    yield agency["title"]
    yield agency["short_title"]


def _details(document: Mapping[str, Any]) -> Iterator[Text]:
    for key in ("documents", "fees", "steps"):
        yield from (item["title"] for item in document.get(key, ()))
    for outcome in document["outcomes"]:
        if "title" in outcome.get("issues", {}):
            yield outcome["issues"]["title"]


def _texts(weight: float, texts: Iterable[Text]) -> Iterator[Passage]:
    for text in texts:
        yield from (Passage(weight, language, sentence) for language, sentence in text.items())
