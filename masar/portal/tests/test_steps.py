"""First steps: the introduction, words, help in the family, the tour, and the ribbon of a demonstration everywhere."""

from __future__ import annotations

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from markupsafe import escape

from masar.portal.demonstration import people
from masar.portal.glossary import FIVE_SIGNS, GLOSSARY, order_of, terms, word
from masar.portal.look import LANGUAGES
from masar.portal.presenters.standing import STANDINGS
from masar.portal.presenters.steps import panels_of, start_page
from masar.portal.tests.rendering import html, look, request
from masar.portal.tests.test_pages import faults_of
from masar.portal.views import trouble

ADDRESSES = ("start", "words", "family")
PUBLIC = ("", "about/", "login/", "preferences/", "offline/", "signed-out/", *(f"{name}/" for name in ADDRESSES))
each_language = pytest.mark.parametrize("language", LANGUAGES)


def plain(text: str) -> str:
    return re.sub(r"<svg.*?</svg>|<head>.*?</head>|<[^>]+>", " ", text, flags=re.DOTALL)


@each_language
@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("simple", [False, True])
def test_first_steps_are_whole_and_small(name: str, language: str, simple: bool) -> None:
    text = html(name, language, simple=simple)
    assert faults_of(text) == []
    assert len(gzip.compress(text.encode())) <= 10 * 1024
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", text)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@each_language
def test_the_introduction_has_six_pictures_and_ways_between_them(language: str) -> None:
    text = html("start", language)
    assert text.count('<li class="card pad panel') == text.count('class="pic scene') == 6
    assert re.findall(r'rel="next" href="([^"]+)"', text) == [f"?step={n}#step-{n}" for n in range(2, 7)]
    assert re.findall(r'rel="prev" href="([^"]+)"', text) == [f"?step={n}#step-{n}" for n in range(1, 6)]


def test_the_address_names_the_picture_and_nonsense_means_the_first() -> None:
    said = {
        wanted: start_page(look("en"), wanted).step for wanted in ("", "3", "6", "7", "0", "-1", "x", "٣", "9" * 99)
    }
    assert said == {"": 1, "3": 3, "6": 6, "7": 1, "0": 1, "-1": 1, "x": 1, "٣": 1, "9" * 99: 1}


@each_language
def test_simple_mode_says_less_in_each_picture(language: str) -> None:
    with translation.override(language):
        usual, simple = panels_of(look(language)), panels_of(look(language, simple=True))
    for long, short in zip(usual, simple, strict=True):
        assert len(short.words) == 1
        assert len(short.words[0]) < sum(map(len, long.words))


@each_language
def test_nobody_is_ever_to_tell_a_password(language: str) -> None:
    with translation.override(language):
        said = " ".join(panels_of(look(language))[-1].words)
    with translation.override(language):
        named = translation.gettext("Password")
    stem = {"ar": "كلمة", "en": "password", "ur": "پاس ورڈ"}[language]
    assert stem in said
    assert stem in named.casefold()


@each_language
def test_words_stand_in_the_alphabet_of_their_language(language: str) -> None:
    with translation.override(language):
        titles = [title for _, title, _ in terms(look(language))]
    orders = [order_of(title, language) for title in titles]
    assert orders == sorted(orders)
    assert len(titles) == len(set(titles)) == len(GLOSSARY)


def test_arabic_words_are_ordered_without_their_article_and_urdu_ones_by_urdu_letters() -> None:
    assert order_of("الأرشيف", "ar") == order_of("ارشيف", "ar")
    assert sorted(["ٹکٹ", "پتہ", "تاخیر", "بات"], key=lambda w: order_of(w, "ur")) == ["بات", "پتہ", "تاخیر", "ٹکٹ"]
    assert sorted(["یاد", "ہاں", "وقت"], key=lambda w: order_of(w, "ur")) == ["وقت", "ہاں", "یاد"]


@each_language
def test_every_badge_is_explained_and_every_explanation_is_short(language: str) -> None:
    assert set(STANDINGS) <= set(GLOSSARY)
    assert set(FIVE_SIGNS) <= set(STANDINGS)
    with translation.override(language):
        for term in GLOSSARY.values():
            sentences = re.findall(r"[.۔]", term.text())
            assert 1 <= len(sentences) <= 3, term.text()
            assert len(term.text()) <= 200


@each_language
def test_a_word_opens_its_own_explanation_without_a_script(language: str) -> None:
    with translation.override(language):
        text = word(look(language), "promise", "<b>")
        assert GLOSSARY["promise"].text() in text
    assert text.startswith('<details class="word"><summary>')
    assert "&lt;b&gt;" in text
    assert "onclick" not in text


@pytest.mark.parametrize(
    ("name", "explained"),
    [
        ("request-in-progress", {"in-progress", "promise", "working-days", "step", "request-number", "freshness"}),
        ("request-needs-you", {"needs-you", "clock-stopped"}),
        ("request-ready", {"ready"}),
        ("request-late", {"late"}),
        ("request-checks", {"sub-request", "hand-over"}),
        ("request-refused", {"refused", "appeal"}),
    ],
)
@each_language
def test_words_are_explained_where_they_occur(name: str, explained: set[str], language: str) -> None:
    text = html(name, language)
    with translation.override(language):
        found = {term for term in GLOSSARY if f"{escape(GLOSSARY[term].text())}</p></details>" in text}
    assert explained <= found


@each_language
def test_the_sheet_for_home_explains_the_five_signs_by_icon_and_word(language: str) -> None:
    sheet = html("family", language).partition('<section class="card pad sheet"')[2].partition("</section>")[0]
    with translation.override(language):
        for sign in FIVE_SIGNS:
            assert f'#{STANDINGS[sign].icon}"/></svg>{STANDINGS[sign].word()}</span></dt>' in sheet
    assert sheet.count("<li>") == 3


def test_a_list_says_what_its_own_badges_mean() -> None:
    text = html("archive", "en").partition("What the signs mean")[2]
    assert text.count("<dt>") == 4
    assert "Needs you" not in text.partition("</dl>")[0]


@pytest.mark.parametrize("tail", PUBLIC)
@each_language
def test_every_page_for_strangers_says_that_it_is_a_demonstration(tail: str, language: str) -> None:
    text = Client().get(f"/{language}/{tail}").content.decode()
    with translation.override(language):
        assert f"<b>{translation.gettext('Demonstration')}</b>" in text


@each_language
def test_pages_of_trouble_say_that_this_is_a_demonstration(language: str) -> None:
    web = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answers = {
        404: web.get(f"/{language}/nothing/"),
        403: web.post(f"/{language}/login/", {"login": "1"}),
        302: web.get(f"/{language}/requests/", follow=True),
    }
    for status, answer in answers.items():
        assert answer.status_code in (status, 200)
        assert 'class="ribbon"' in answer.content.decode()
    for name in ("400", "403", "404", "500", "csrf"):
        assert 'class="ribbon"' in html(name, language)


def test_even_the_page_of_last_resort_says_that_all_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(trouble, "page", broken)
    with translation.override("en"):
        answer = trouble.server_error(request("en"))
    assert answer.status_code == 500
    assert "People and dates here are made up." in answer.content.decode()


@pytest.fixture
def shown_people(tmp_path: Path, settings) -> Path:
    settings.HOME = tmp_path
    (tmp_path / "run").mkdir()
    cast = [
        {"name": name, "civil_id": civil_id, "password": f"demo-{name}", "language": language}
        for name, civil_id, language in (
            ("نورة", "291031490010", "ar"),
            ("فيصل", "284110290021", "ar"),
            ("محمد اسلم", "281050390032", "ur"),
            ("Maria", "290082490043", "en"),
        )
    ]
    (tmp_path / "run" / "demo-people.json").write_text(json.dumps(cast), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("language", "second"), [("ar", "فيصل"), ("en", "Maria"), ("ur", "محمد اسلم")])
def test_a_demonstration_offers_two_persons_on_its_login_page(language: str, second: str, shown_people: Path) -> None:
    text = Client().get(f"/{language}/login/").content.decode()
    assert re.findall(r"<b><bdi>(.*?)</bdi></b>", text) == ["نورة", second]
    assert text.count('name="password" value="demo-') == 2
    assert f'name="next" value="/{language}/?tour=1"' in text
    assert faults_of(text) == []


def test_outside_a_demonstration_no_person_and_no_ribbon_is_ever_shown(shown_people: Path, settings) -> None:
    settings.DEMONSTRATION = False
    for language in LANGUAGES:
        assert people(language) == (), "the door itself gives nobody away, whatever a template asks"
        for tail in PUBLIC:
            text = Client().get(f"/{language}/{tail}").content.decode()
            assert "demo-" not in text
            assert "masar demo cast" not in text
            assert "tour=1" not in text
            assert 'class="ribbon"' not in text


def test_without_the_file_the_login_page_names_the_command(tmp_path: Path, settings) -> None:
    settings.HOME = tmp_path
    assert '<code dir="ltr">masar demo cast</code>' in Client().get("/en/login/").content.decode()


@each_language
def test_a_short_link_leads_to_first_steps_from_every_page(language: str) -> None:
    for name in ("home", "landing", "request-late", "404"):
        foot = html(name, language).partition("<footer")[2]
        assert all(f'href="/{language}/{address}/"' in foot for address in ADDRESSES)


def test_the_first_visit_is_offered_the_tour_and_the_second_is_not() -> None:
    from dataclasses import replace

    from masar.portal import sample
    from masar.portal.presenters.lists import home_page

    new = replace(sample.HOME, profile=replace(sample.PROFILE, previous_visit=None, last_visit=None))
    assert home_page(look("ar"), new).is_first
    assert not home_page(look("ar"), sample.HOME).is_first
