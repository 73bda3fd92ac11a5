"""What every answer carries, as a browser behind a proxy with TLS sees it: policies, no strangers, safe cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from conftest import new_civil_id
from masar.people.actions import introduce
from tests.running import Server, running

PASSWORD = "a sentence that only tests know"
PROXIED = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "Origin": "https://masar.example"}
PAGES = (
    "/ar/",
    "/en/login/",
    "/ur/services/",
    "/ar/privacy/",
    "/en/nowhere/",
    "/ar/track/",
    "/sw.js",
)
MACHINES = ("/api/v1/services", "/api/v1/requests", "/api/v1/me/requests", "/api/v1/nothing")


@pytest.fixture(scope="module")
def public(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Masar as it stands behind a proxy on this machine that speaks TLS."""
    with running(tmp_path_factory.mktemp("public") / "web.log", MASAR_URL="https://masar.example") as server:
        yield server


@pytest.fixture
def browser(public: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=public.url, headers=PROXIED) as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, str]:
    said = answer.headers["Content-Security-Policy"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in said.split(";"))}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_lets_nothing_foreign_in_and_is_framed_by_nobody(path: str, browser: httpx.Client) -> None:
    answer = browser.get(path)
    told = policy(answer)
    assert told["default-src"] == told["object-src"] == told["base-uri"] == told["frame-ancestors"] == "'none'"
    assert (told["script-src"], told["style-src"], told["form-action"]) == ("'self'", "'self'", "'self'")
    assert "unsafe" not in str(told)
    assert not re.search(r"https?:", str({name: rest for name, rest in told.items() if name != "connect-src"}))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert "charset=utf-8" in answer.headers["Content-Type"] or "json" in answer.headers["Content-Type"]


@pytest.mark.parametrize("path", MACHINES)
def test_an_answer_to_a_machine_is_no_page_for_anybody(path: str, browser: httpx.Client) -> None:
    answer = browser.get(path)
    assert policy(answer) == {"default-src": "'none'", "frame-ancestors": "'none'"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", [*PAGES, *MACHINES])
def test_browsers_are_told_to_come_by_tls_for_a_year(path: str, browser: httpx.Client) -> None:
    assert browser.get(path).headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_every_cookie_stays_with_us(browser: httpx.Client) -> None:
    civil_id = new_civil_id()
    introduce(civil_id, "نورة", "en", PASSWORD)
    set_: dict[str, str] = {}

    def taken(answer: httpx.Response) -> httpx.Response:
        for cookie in answer.headers.get_list("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            set_[name] = rest
            browser.cookies.set(name, rest.partition(";")[0], domain="127.0.0.1")  # the way from the proxy is no TLS
        return answer

    def send(path: str, **data: str) -> httpx.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', taken(browser.get(path)).text)
        assert token
        return taken(browser.post(path, data=data | {"csrfmiddlewaretoken": token[1]}))

    assert send("/en/preferences/", all="1", language="en", digits="latn").status_code == 303
    assert send("/en/login/", login=civil_id, password=PASSWORD).headers["Location"] == "/en/login/second/"
    code = re.search(r"data-code><bdi[^>]*>([^<]+)<", browser.get("/en/login/second/").text)
    assert code
    assert send("/en/login/second/", way="message", code=code[1], trust="true").headers["Location"] == "/en/"
    assert {"masar", "csrftoken", "masar-look", "masar-device", "django_language"} <= set(set_)
    for name, said in set_.items():
        assert "Secure" in said, name
        assert "HttpOnly" in said, name
        assert re.search(r"SameSite=(Lax|Strict)", said), name
        assert "Domain" not in said, name


def test_a_word_of_the_scheme_counts_only_of_a_proxy_that_is_trusted(
    kuwait: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = tmp_path_factory.mktemp("untrusting") / "web.log"
    with running(log, MASAR_URL="https://masar.example", MASAR_PROXIES="") as server:
        answer = httpx.get(f"{server.url}/ar/", headers=PROXIED)
    assert "Strict-Transport-Security" not in answer.headers, "Django speaks of TLS only where it believes in it"


def test_nothing_is_answered_to_trace(public: Server) -> None:
    for path in ("/ar/", "/healthz", "/api/v1/services"):
        assert httpx.request("TRACE", f"{public.url}{path}").status_code == 405, path
