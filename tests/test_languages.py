"""A fourth language is data: words for the catalogue, words for the pages, one line in country.yaml, and no code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from masar.catalogue.loader import DEFAULT, check_path, load_folder
from masar.catalogue.rules.check import read
from masar.catalogue.rules.checks.words import texts
from masar.catalogue.rules.languages import direction, letters, own_name
from tests.running import ROOT, Server, running

LICENCE, TITLE = "xf.moi.gdt.renew-driving-licence", "FR Renew a driving licence"
FOR_THE_PAGE = (
    "country.yaml", "calendars/kw-gov.yaml", "shared/common.yaml", "agencies/kw.moi.gdt.yaml",
    "services/kw.moi.gdt/appeal.yaml", "services/kw.moi.gdt/pay-fines.yaml",
    "services/kw.moi.gdt/renew-driving-licence.yaml",
)  # fmt: skip


def in_french(content: bytes) -> Any:
    """Return a document of the catalogue with French, made of the English, in every text."""
    value = read("x.yaml", content).value
    for _, text in texts(value):
        if isinstance(text, dict):
            text["fr"] = f"FR {text['en']}"
    if "languages" in value:
        value["languages"].append("fr")
    return value


def write(folder: Path, file: str, document: Any, *pairs: tuple[str, str]) -> None:
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=10_000)
    for old, new in pairs:
        text, file = text.replace(old, new), file.replace(old, new)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")


def test_the_whole_catalogue_takes_a_fourth_language(tmp_path: Path) -> None:
    for path in DEFAULT.rglob("*.yaml"):
        write(tmp_path, path.relative_to(DEFAULT).as_posix(), in_french(path.read_bytes()))
    assert check_path(tmp_path, publish=True) == []
    assert load_folder(tmp_path).country["languages"] == ["ar", "en", "ur", "fr"]


def test_the_check_asks_for_each_text_of_a_language_that_the_country_names(tmp_path: Path) -> None:
    for file in FOR_THE_PAGE:
        write(tmp_path, file, read(file, (DEFAULT / file).read_bytes()).value)
    write(tmp_path, "country.yaml", in_french((DEFAULT / "country.yaml").read_bytes()))
    found = [finding for finding in check_path(tmp_path) if finding.code == "text-missing"]
    assert len(found) > 100
    assert all("`fr`" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("language", "name", "way", "script"),
    [
        ("ar", "العربية", "rtl", "ARABIC"),
        ("en", "English", "ltr", "LATIN"),
        ("ur", "اردو", "rtl", "ARABIC"),
        ("fr", "Français", "ltr", "LATIN"),
        ("fa", "فارسی", "rtl", "ARABIC"),
        ("hi", "हिन्दी", "ltr", "DEVANAGARI"),
        ("fil", "Filipino", "ltr", "LATIN"),
    ],
)
def test_what_a_language_is_like_comes_from_locale_data(language: str, name: str, way: str, script: str) -> None:
    assert (own_name(language), direction(language), letters(language)) == (name, way, script)


@pytest.fixture(scope="module")
def four(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Masar of another country, with a small catalogue in four languages; beside Kuwait's, untouched."""
    from masar.catalogue.actions import load_path

    folder = tmp_path_factory.mktemp("four")
    for file in FOR_THE_PAGE:
        document = in_french((DEFAULT / file).read_bytes())
        if file == "country.yaml":
            document["id"] = "xf"
        write(folder, file, document, ("kw.", "xf."), ("kw-gov", "xf-gov"))
    words = folder / "locale" / "fr" / "LC_MESSAGES"
    words.mkdir(parents=True)
    with (ROOT / "masar/portal/locale/en/LC_MESSAGES/django.po").open("rb") as file:
        said = read_po(file, locale="fr")
    for message in said:
        message.string = tuple(f"FR {text}" for text in message.id) if message.pluralizable else f"FR {message.id}"
    said.header_comment = ""
    with (words / "django.mo").open("wb") as file:
        write_mo(file, said)
    load_path(folder)
    with running(folder / "web.log", MASAR_CATALOGUE=str(folder)) as server:
        yield server


@pytest.mark.database
def test_a_service_is_shown_in_a_fourth_language(four: Server) -> None:
    page = httpx.get(f"{four.url}/fr/services/{LICENCE}/")
    assert page.status_code == 200
    assert '<html lang="fr" dir="ltr"' in page.text
    assert f">{TITLE}</h1>" in page.text
    assert "FR Services" in page.text  # what is ours speaks it as well
    assert "Français" in httpx.get(f"{four.url}/ar/services/").text
    assert f'hreflang="fr" href="{four.url}/fr/services/{LICENCE}/"' in page.text


@pytest.mark.database
def test_a_fourth_language_is_searched_chosen_by_the_browser_and_installed(four: Server) -> None:
    found = httpx.get(f"{four.url}/fr/services/", params={"q": "driving licence"}).text
    assert TITLE in found
    assert httpx.get(f"{four.url}/", headers={"Accept-Language": "fr"}).headers["Location"] == "/fr/"
    assert httpx.get(f"{four.url}/manifest-fr.webmanifest").json()["dir"] == "ltr"
    register = httpx.get(f"{four.url}/services.json").json()
    assert register["country"]["languages"] == ["ar", "en", "ur", "fr"]
    assert {item["id"] for item in register["services"]} == {LICENCE, "xf.moi.gdt.pay-fines"}


@pytest.mark.database
def test_every_public_page_answers_in_a_fourth_language(four: Server) -> None:
    pages = ("", "services/", "services/changes/", "start/", "words/", "family/", "preferences/", "login/", "offline/")
    answers = {page: httpx.get(f"{four.url}/fr/{page}", follow_redirects=True) for page in pages}
    assert {page: answer.status_code for page, answer in answers.items()} == dict.fromkeys(pages, 200)
    assert all('<html lang="fr" dir="ltr"' in answer.text for answer in answers.values())
