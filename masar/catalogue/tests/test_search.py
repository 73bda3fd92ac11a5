"""Search as people type: letters, dialect, mistakes, three languages at once; how well and how fast it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import yaml

from masar.catalogue import queries
from masar.catalogue.loader import DEFAULT, load_folder
from masar.catalogue.rules.letters import fold, forms, words_of
from masar.catalogue.rules.passages import passages
from masar.catalogue.rules.search import Index, Passage, distance
from masar.catalogue.rules.sounds import bones, sound

QUERIES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("queries.yaml").read_text(encoding="utf-8"))
Find = Callable[[str, str], Sequence[str]]
LICENCE = "kw.moi.gdt.renew-driving-licence"


@pytest.fixture(scope="module")
def services() -> list[Any]:
    catalogue = load_folder(DEFAULT)
    found = [entry.document for entry in catalogue.definitions if entry.document.get("kind", "service") == "service"]
    return [(item, list(passages(item, catalogue.agencies[item["agency"]], catalogue.country))) for item in found]


@pytest.fixture(scope="module")
def find(services: list[Any]) -> Find:
    index = Index([texts for _, texts in services])

    def found(text: str, language: str = "ar") -> list[str]:
        return [services[number][0]["id"] for number in index.find(text, language)]

    return found


def recall(find: Find, asked: Sequence[dict[str, Any]], first: int) -> float:
    """Share of the queries for which one of the services expected is among the first."""
    return sum(bool(set(find(item["q"], item["lang"])[:first]) & set(item["expect"])) for item in asked) / len(asked)


def test_of_all_queries_at_least_98_in_100_find_their_service_among_the_first_three(find: Find) -> None:
    """Of 222 queries, written by somebody else before any tuning: 0.937 among the first three at the first try, and
    0.986 (0.928 in the first place) after rules for unknown words, sounds and joined words were added.
    """
    assert len(QUERIES) >= 120
    assert recall(find, QUERIES, 3) >= 0.98
    assert recall(find, QUERIES, 1) >= 0.92
    for language in ("ar", "en", "ur"):
        asked = [item for item in QUERIES if item["lang"] == language]
        assert recall(find, asked, 3) >= 0.97, language


def test_a_search_takes_no_more_than_50_ms(find: Find) -> None:
    """p95; measured: 0.4 ms. Sentences of 300 characters included."""
    asked = [item["q"] for item in QUERIES] + [" ".join([item["q"]] * 20)[:300] for item in QUERIES[:30]]
    took = []
    for text in asked:
        start = time.perf_counter()
        find(text, "ar")
        took.append(time.perf_counter() - start)
    assert sorted(took)[int(len(took) * 0.95)] < 0.05


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_every_service_is_found_by_its_own_title(services: list[Any], find: Find, language: str) -> None:
    for document, _ in services:
        assert find(document["title"][language], language)[0] == document["id"]


@pytest.mark.parametrize("language", ["ar", "en", "ur"])
def test_a_title_with_a_mistake_in_each_longer_word_still_finds_its_service(
    services: list[Any], find: Find, language: str
) -> None:
    """Letters are dropped, doubled, changed and swapped in turn; 95 in 100 stay among the first three."""
    found = 0
    for (document, _), spoil in zip(services, cycle((drop, double, change, swap)), strict=False):
        text = " ".join(spoil(word) if len(word) >= 5 else word for word in document["title"][language].split())
        found += document["id"] in find(text, language)[:3]
    assert found >= 0.95 * len(services)


def drop(word: str) -> str:
    return word[:2] + word[3:]


def double(word: str) -> str:
    return word[:3] + word[2:]


def change(word: str) -> str:
    return word[:2] + ("ب" if word[2] > "z" else "k") + word[3:]


def swap(word: str) -> str:
    return word[:2] + word[3] + word[2] + word[4:]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("إجازة", "اجازه"),  # hamza, ta marbuta
        ("مستشفى", "مستشفي"),  # alef maqsura
        ("رُخْصَةٌ", "رخصه"),  # marks
        ("رخـــصة", "رخصه"),  # tatweel
        ("مسؤول", "مسوول"),
        ("١٨", "18"),  # digits
        ("۱۸", "۱۸".translate(str.maketrans("۱۸", "18"))),
        ("گاڑی کی رجسٹریشن", "كاري كي رجستريشن"),  # Urdu letters, and the same on an Arabic keyboard
        ("می\u200cشود", "ميشود"),  # a joiner that nobody sees
        ("LICENCE", "licence"),
        ("driver’s", "drivers"),
        ("ﻻ", "لا"),  # presentation forms
    ],
)
def test_forms_of_one_letter_are_one(typed: str, written: str) -> None:
    assert fold(typed) == fold(written) == written


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("والرخصة", "رخصه"),
        ("بالرخصة", "رخصه"),
        ("للسيارة", "سياره"),
        ("ولوحة", "لوحه"),
        ("سيارات", "سيار"),
        ("سيارة", "سيار"),
        ("جوازي", "جواز"),
        ("گاڑیوں", "كاري"),
        ("licences", "licenc"),
        ("licence", "licenc"),
        ("renewal", "renew"),
        ("renewing", "renew"),
        ("companies", "company"),
        ("certification", "certify"),
    ],
)
def test_prefixes_and_endings_are_looked_through(typed: str, form: str) -> None:
    assert form in dict(forms(fold(typed)))


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [("bijli", "بجلی"), ("iqama", "إقامة"), ("bitaqa", "بطاقة"), ("lisen", "ليسن"), ("jurmana", "جرمانہ")],
)
def test_arabic_and_urdu_in_latin_letters_sound_like_themselves(latin: str, arabic: str) -> None:
    assert bones(sound(fold(latin))) == bones(sound(fold(arabic)))


@pytest.mark.parametrize(
    "text", ["", " ", "!!!", "؟", "\0\n\t", "🚗", "٪", "zzqxw", "كطظغثض", "0", "'; --", "ـ", "\ud800"]
)
def test_empty_or_odd_input_finds_nothing(find: Find, text: str) -> None:
    assert list(find(text, "ar")) == []


def test_small_words_alone_do_not_list_everything(find: Find, services: list[Any]) -> None:
    assert words_of("I want to") == ["i", "want", "to"]
    assert words_of("I want a passport") == ["passport"]
    assert len(find("I want to", "en")) < len(services) / 2


def test_all_languages_are_searched_and_that_of_the_page_is_preferred() -> None:
    index = Index([[Passage(1.0, "en", "visa")], [Passage(1.0, "ur", "visa")]])
    assert index.find("visa", "en") == [0, 1]
    assert index.find("visa", "ur") == [1, 0]


def test_a_title_counts_more_than_a_search_word_and_both_more_than_the_rest() -> None:
    weights = (0.25, 1.0, 0.4, 0.9, 0.45)
    index = Index([[Passage(weight, "en", f"permit number {place}x")] for place, weight in enumerate(weights)])
    assert index.find("permit", "en") == [1, 3, 4, 2, 0]


def test_words_written_as_one_are_found_and_a_word_begun_as_well(find: Find) -> None:
    assert find("drivinglicense", "en")[0] == LICENCE
    assert "kw.moi.nat.renew-passport" in find("passp", "en")


def test_mistakes_are_counted_as_a_reader_would() -> None:
    cases = {("licence", "license"): 1, ("passport", "pasport"): 1, ("visa", "vias"): 1, ("abc", "xyz"): 3}
    assert {pair: distance(*pair, 2) for pair in cases} == cases
    assert distance("short", "much longer", 2) == 3


@pytest.mark.database
def test_the_catalogue_that_is_loaded_is_searched_for_services_only(kuwait: None) -> None:
    assert queries.find("ليسن", "ar")[0].id == LICENCE
    assert len(queries.find("رخصة", "ar", limit=2)) == 2
    assert queries.find("x" * 300 + " ليسن", "ar") == []  # what is beyond 300 characters is not read
    assert {item.kind for item in queries.find("اعتراض تظلم appeal", "ar", limit=100)} <= {"service"}
