"""Every page, in every language and mode: well-formed, in its language, under a strict policy, within its budget."""

from __future__ import annotations

import gzip
import re
from html.parser import HTMLParser

import pytest

from masar.portal.look import LANGUAGES
from masar.portal.shelf import shelf
from masar.portal.tests.rendering import MODES, html, pages, request
from masar.portal.views import trouble

VOID = {"meta", "link", "input", "br", "img", "hr"}
KB = 1024
every_page = pytest.mark.parametrize("name", pages())


class Shape(HTMLParser):
    """Finds elements that are not closed, doubled ids, references to nothing, and inline styles and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.wanted: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.faults += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"inline {tag}")
        self.ids += [given["id"]] if given.get("id") else []
        for name in ("for", "aria-labelledby"):
            self.wanted |= set((given.get(name) or "").split())
        if (given.get("href") or "").startswith("#"):
            self.wanted.add(str(given["href"])[1:])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


def faults_of(text: str, *, several: bool = False) -> list[str]:
    shape = Shape()
    shape.feed(text)
    doubled = sorted({f"id {id_} twice" for id_ in shape.ids if shape.ids.count(id_) > 1}) if not several else []
    lost = sorted(f"#{id_} is nowhere" for id_ in shape.wanted - set(shape.ids) - {""}) if not several else []
    return shape.faults + doubled + lost + [f"<{tag}> stays open" for tag in shape.open]


@every_page
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_and_has_nothing_inline(name: str, language: str) -> None:
    for mode in MODES.values():
        assert faults_of(html(name, language, **mode), several=name == "components") == []


@every_page
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_says_its_language_its_direction_and_its_siblings(name: str, language: str) -> None:
    text = html(name, language)
    direction = "ltr" if language == "en" else "rtl"
    assert f'<html lang="{language}" dir="{direction}"' in text
    assert text.count('rel="alternate"') == len(LANGUAGES)
    assert 'class="skip" href="#main"' in text
    assert '<main id="main"' in text
    assert len(re.findall(r"<h1[ >]", text)) == 1


@every_page
def test_a_page_in_arabic_or_urdu_holds_no_english_sentence(name: str) -> None:
    for language in ("ar", "ur"):
        text = re.sub(r"<svg.*?</svg>|<head>.*?</head>|<[^>]+>", " ", html(name, language), flags=re.DOTALL)
        words = re.findall(r"[A-Za-z]{2,}", text.replace("English", ""))
        assert words == []


@every_page
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_view_of_a_page_keeps_the_budget(name: str, language: str) -> None:
    assert len(gzip.compress(html(name, language).encode())) <= 10 * KB


@pytest.mark.parametrize("language", LANGUAGES)
def test_style_script_and_fonts_keep_the_budget(language: str) -> None:
    files = shelf()
    names = ("ur-400", "ur-700", "lu-400", "lu-700") if language == "ur" else ("ar-400", "ar-700", "la-400", "la-700")
    fonts = [f"fonts/masar-{name}.woff2" for name in names]
    assert len(files["masar.css"].packed or b"") <= 10 * KB
    assert len(files["masar.js"].packed or b"") <= 5 * KB
    assert sum(len(files[name].body) for name in fonts) <= 39 * KB  # and what answers carry around them


def test_the_style_sheet_knows_no_side() -> None:
    sheet = shelf()["masar.css"].body.decode()
    assert re.findall(r"\b(?:left|right)\b", sheet) == []
    assert re.findall(r"(?:margin|padding|border)-(?:top|bottom)", sheet) == []


def test_a_page_uses_only_icons_that_it_carries() -> None:
    for name in pages():
        text = html(name, "ar")
        used = set(re.findall(r'<use href="#([\w-]+)"', text))
        assert used <= set(re.findall(r'<symbol id="([\w-]+)"', text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_simple_mode_says_less_and_puts_the_need_first(language: str) -> None:
    usual, simple = html("home", language), html("home", language, simple=True)
    assert usual.count('<a class="btn"') == 3
    assert simple.count('<a class="btn"') == 1
    assert 'data-mode="simple"' in simple
    assert len(simple) < len(usual)
    page = html("request-needs-you", language, simple=True)
    assert page.index('id="need"') < page.index('class="path"')
    assert page.index("<details") < page.index('class="path"')


def test_what_was_typed_is_kept_and_each_fault_leads_to_its_field() -> None:
    text = html("wrong-answer", "ar")
    assert ">محفوظ</textarea>" in text
    assert text.count('href="#f-taken"') == 1
    assert 'aria-invalid="true"' in text
    assert 'id="f-taken-error"' in text


def test_a_request_number_reads_from_one_side_and_never_wraps() -> None:
    for language in LANGUAGES:
        assert re.search(r'<bdi class="ltr num" dir="ltr">\d{4}-\d{3}-\d{4}</bdi>', html("request-late", language))


def test_arabic_digits_are_everywhere_once_wished() -> None:
    for language in ("ar", "ur"):
        text = html("request-late", language, digits="arab")
        visible = re.sub(r"<svg.*?</svg>|<head>.*?</head>|<[^>]+>", " ", text, flags=re.DOTALL)
        assert re.findall(r"[0-9]+", visible) == []
    assert re.search(r"[0-9]", re.sub(r"<[^>]+>", " ", html("request-late", "en", digits="arab")))


def test_a_silent_agency_is_never_shown_as_in_progress() -> None:
    text = html("request-silent", "en")
    assert "In progress" not in re.sub(
        r'<section class="stack" aria-labelledby="parent">.*?</section>', "", text, flags=re.DOTALL
    )
    assert "We cannot say whether it goes on" in text


def test_amber_belongs_to_what_needs_the_citizen() -> None:
    for name in ("late", "silent", "in-progress", "submitted", "completed", "refused", "withdrawn", "expired"):
        text = html(f"request-{name}", "ar")
        assert "is-act" not in text
        assert 'class="need"' not in text


def test_demonstration_is_said_on_every_page_and_beside_unverified_values() -> None:
    assert all('class="ribbon"' in html(name, "ar") for name in pages())
    assert "Demonstration value" in html("request-submitted", "en")
    assert "Demonstration value" not in html("request-late", "en")


def test_a_part_of_a_page_is_its_title_its_main_and_its_icons() -> None:
    from django.utils import translation

    from masar.portal.tests.rendering import request

    asked = request("ar")
    asked.META["HTTP_X_MASAR_FRAGMENT"] = "main"
    with translation.override("ar"):
        text = pages()["home"](asked).content.decode()
    assert "<header" not in text
    assert "<title>(3) " in text
    assert '<main id="main"' in text
    assert '<symbol id="warn"' in text
    assert faults_of(text) == []


@pytest.mark.parametrize(("method", "is_live"), [("GET", True), ("POST", False)])
def test_a_page_is_live_unless_it_answers_what_was_sent(method: str, is_live: bool) -> None:
    asked = request("en")
    asked.method = method
    assert (b'name="masar-live"' in trouble.csrf_failure(asked).content) == is_live
