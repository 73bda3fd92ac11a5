"""Numbers, dates and plurals, in three languages."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from markupsafe import Markup

from masar.portal import words
from masar.portal.look import Look, look_of_cookie
from masar.portal.sample import NOW
from masar.portal.tests.rendering import look
from masar.portal.words import stopped

PORTAL = Path(words.__file__).parent
ROOT = PORTAL.parent.parent


def catalogue_of(language: str):
    with (PORTAL / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory):
    target = tmp_path_factory.mktemp("words") / "masar.pot"
    babel = [
        sys.executable,
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        str(PORTAL / "locale" / "babel.cfg"),
    ]
    subprocess.run(
        [*babel, "-k", "gettext_noop", "-k", "ngettext_lazy:1,2", "-o", str(target), "masar"], cwd=ROOT, check=True
    )
    with target.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", ["ar", "ur", "en"])
def test_every_sentence_is_translated_and_none_is_left_over(language: str, template) -> None:
    catalogue = catalogue_of(language)
    wanted, known = (
        {message.id for message in template if message.id},
        {message.id for message in catalogue if message.id},
    )
    assert wanted - known == set()
    assert known - wanted == set()
    for message in catalogue:
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert not message.fuzzy
        assert all(texts), message.id


@pytest.mark.parametrize("language", ["ar", "ur"])
def test_a_translation_keeps_the_placeholders_and_the_marks(language: str) -> None:
    import re

    def parts(text: str) -> list[str]:
        return sorted(re.findall(r"%\(\w+\)[sd]|%d|</?\w+>", text))

    for message in catalogue_of(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            lost = set(parts(ids[-1])) - set(parts(text)) - {"%(num)s"}
            assert not lost, (message.id, text)
            assert set(parts(text)) <= set(parts(ids[-1]))


def test_arabic_counts_in_six_forms() -> None:
    said = {0: "قبل 0 يوم", 1: "قبل يوم واحد", 2: "قبل يومين", 3: "قبل 3 أيام", 11: "قبل 11 يوما", 100: "قبل 100 يوم"}
    with translation.override("ar"):
        for n, text in said.items():
            form = translation.ngettext("%(num)s day ago", "%(num)s days ago", n) % {"num": n}
            assert form == text


def test_a_day_is_written_in_each_language() -> None:
    on = datetime(2026, 11, 15, 7, 0, tzinfo=UTC)
    for language, text in {"ar": "الأحد 15 نوفمبر", "en": "Sunday 15 November", "ur": "اتوار 15 نومبر"}.items():
        assert words.day(look(language), on) == f'<time datetime="2026-11-15">{text}</time>'.replace(
            " نو", "\N{NO-BREAK SPACE}نو"
        ).replace(" Nov", "\N{NO-BREAK SPACE}Nov")


def test_a_day_is_that_of_kuwait_and_a_far_one_has_its_year() -> None:
    late_evening = datetime(2026, 11, 15, 22, 0, tzinfo=UTC)
    assert "16\N{NO-BREAK SPACE}November" in words.day(look("en"), late_evening)
    assert "16\N{NO-BREAK SPACE}November 2027" in words.day(look("en"), late_evening + timedelta(days=365))


def test_hijri_stands_beside_gregorian_once_wished() -> None:
    text = words.day(look("ar", hijri=True, digits="arab"), datetime(2026, 11, 15, 7, 0, tzinfo=UTC))
    assert "الأحد ١٥\N{NO-BREAK SPACE}نوفمبر" in text
    assert "(٥ جمادى الآخرة ١٤٤٨ هـ)" in text


def test_digits_follow_the_language() -> None:
    assert words.digits(look("ar", digits="arab"), 470) == "٤٧٠"
    assert words.digits(look("ur", digits="arab"), 470) == "۴۷۰"
    assert words.digits(look("en", digits="arab"), 470) == "470"
    assert words.digits(look("ar"), 470) == "470"


def test_how_long_ago_is_said_in_the_largest_unit() -> None:
    with translation.override("en"):
        at = look("en")
        assert words.ago(at, NOW - timedelta(seconds=20)) == "just now"
        assert words.ago(at, NOW - timedelta(minutes=5)) == "5 minutes ago"
        assert words.ago(at, NOW - timedelta(hours=3)) == "3 hours ago"
        assert words.ago(at, NOW - timedelta(hours=20)) == "yesterday"
        assert words.ago(at, NOW - timedelta(days=6)) == "6 days ago"


def test_words_of_an_agency_cannot_bring_markup() -> None:
    assert words.said(look("ar"), "<b>hi</b>") == '<span dir="auto">&lt;b&gt;hi&lt;/b&gt;</span>'
    assert words.phrase("%(a)s", a="<script>") == "&lt;script&gt;"


def test_the_cookie_of_preferences_is_read_back_and_nonsense_is_not() -> None:
    wished = Look("ar", "arab", True, True, False)
    read = look_of_cookie("ar", wished.cookie())
    assert (read.digits, read.hijri, read.simple, read.nastaliq) == ("arab", True, True, False)
    odd = look_of_cookie("ar", "digits=x&simple=maybe&;;;")
    assert (odd.digits, odd.simple) == ("latn", False)


def test_a_sentence_that_asks_gets_no_full_stop_behind_it() -> None:
    assert stopped(Look("ar"), Markup("طلبك الآن عندك: <b>إلى أي حساب نحوّل؟</b>")).endswith("؟</b>")
    assert stopped(Look("ar"), Markup("طلبك الآن عندك: <b>سداد الرسوم</b>")).endswith("</b>.")
    assert stopped(Look("ur"), Markup("<b>فیس کی ادائیگی</b>")).endswith("</b>۔")
