"""What stands around the pages: static files, manifest, service worker, the pages of logging in."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory

from masar.portal.look import LANGUAGES
from masar.portal.shelf import address_of, by_address
from masar.portal.views import server_error
from masar.portal.views.safety import password_faults


@pytest.fixture
def web() -> Client:
    return Client()


@pytest.mark.parametrize(
    "asked", [("ar,en;q=0.5", "/ar/"), ("en-GB", "/en/"), ("ur", "/ur/"), ("fr", "/ar/"), ("", "/ar/")]
)
def test_the_doorstep_leads_to_a_language_that_we_have(web: Client, asked: tuple[str, str]) -> None:
    response = web.get("/", headers={"accept-language": asked[0]})
    assert (response.status_code, response["Location"]) == (302, asked[1])


def test_a_static_file_keeps_its_name_for_ever_and_comes_packed(web: Client) -> None:
    response = web.get(address_of("masar.css"), headers={"accept-encoding": "gzip, br"})
    assert response.status_code == 200
    assert response["Content-Encoding"] == "gzip"
    assert "immutable" in response["Cache-Control"]
    assert web.get("/static/masar.css").status_code == 404
    assert web.get("/static/../models.py").status_code == 404


def test_the_style_sheet_names_files_that_are_there() -> None:
    sheet = by_address()[address_of("masar.css")].body.decode()
    named = re.findall(r"url\(([^)]+)\)", sheet)
    assert len(named) >= 8
    assert set(named) <= set(by_address())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_names_icons_that_are_there(web: Client, language: str) -> None:
    response = web.get(f"/manifest-{language}.webmanifest")
    manifest = response.json()
    assert (manifest["lang"], manifest["start_url"]) == (language, f"/{language}/")
    assert {icon["src"] for icon in manifest["icons"]} <= set(by_address())
    assert web.get("/manifest-fr.webmanifest").status_code == 404


def test_the_service_worker_may_serve_the_whole_site_and_is_never_stale(web: Client) -> None:
    response = web.get("/sw.js")
    assert response["Service-Worker-Allowed"] == "/"
    assert response["Cache-Control"] == "no-cache"
    named = re.findall(r"/static/[\w./-]+", response.content.decode())
    assert set(named) - {"/static/"} <= set(by_address())


def test_signing_out_empties_what_the_browser_keeps(web: Client) -> None:
    assert web.get("/ar/signed-out/")["Clear-Site-Data"] == '"cache", "storage"'


def test_a_stranger_is_led_to_log_in_and_back(web: Client) -> None:
    response = web.get("/en/requests/?f=late")
    assert response["Location"] == "/en/login/?next=%2Fen%2Frequests%2F%3Ff%3Dlate"


def test_a_stranger_keeps_preferences_in_a_cookie(web: Client) -> None:
    response = web.post("/ar/preferences/", {"all": "1", "language": "ur", "digits": "arab", "simple": "1"})
    assert (response.status_code, response["Location"]) == (303, "/ur/preferences/?done=saved")
    assert 'data-mode="simple"' in web.get("/ur/about/").content.decode()
    assert web.get("/")["Location"] == "/ur/"


def test_simple_mode_is_one_press_from_any_page_and_leads_back_to_it(web: Client) -> None:
    response = web.post("/ar/preferences/", {"simple": "1", "next": "/ar/about/"})
    assert (response.status_code, response["Location"]) == (303, "/ar/about/")
    assert web.post("/ar/preferences/", {"simple": "0", "next": "https://elsewhere.example/"})["Location"] == "/ar/"


def test_looking_changes_nothing(web: Client) -> None:
    assert "masar-look" not in web.get("/ar/preferences/?simple=1").cookies
    assert web.get("/ar/requests/48291730652/answer/").status_code == 302


def test_a_form_without_its_token_is_refused_with_a_page_that_helps() -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/en/preferences/", {"simple": "1"})
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()


def test_a_missing_page_says_what_to_do(web: Client) -> None:
    response = web.get("/en/nowhere/")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_logging_in_asks_for_the_civil_id_in_its_language(language: str, web: Client) -> None:
    text = web.get(f"/{language}/login/?next=/{language}/requests/").content.decode()
    assert f'lang="{language}"' in text
    assert 'inputmode="numeric"' in text
    assert 'autocomplete="current-password"' in text
    assert f'name="next" value="/{language}/requests/"' in text
    if language != "en":
        words = re.findall(
            r"[A-Za-z]{2,}",
            re.sub(r"<head>.*?</head>|<code.*?</code>|<svg.*?</svg>|<[^>]+>", " ", text, flags=re.DOTALL).replace(
                "English", ""
            ),
        )
        assert words == []


def test_the_page_of_components_is_only_for_demonstrations(web: Client, settings: object) -> None:
    assert web.get("/ar/_components/").status_code == 200
    settings.DEMONSTRATION = False  # type: ignore[attr-defined]
    assert web.get("/ar/_components/").status_code == 404


def test_the_page_of_last_resort_needs_nothing() -> None:
    bare = RequestFactory().get("/ar/")
    del bare.META["SERVER_NAME"]
    bare.COOKIES = None  # type: ignore[assignment]
    response = server_error(bare)
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "password",
    ["730915264860", "كلمة سر بالعربية", "اپنا پاس ورڈ لکھیں", "🐪🐪🐪🐪🐪 🐪🐪🐪🐪🐪", "x" * 64, " \t spaces \t "],
)
def test_any_characters_may_make_a_password(password: str) -> None:
    assert password_faults(password, password) == {}


@pytest.mark.parametrize("password", ["short", "password123", "1234567890"])
def test_a_short_or_a_common_password_is_refused(password: str) -> None:
    assert set(password_faults(password, password)) == {"new"}
