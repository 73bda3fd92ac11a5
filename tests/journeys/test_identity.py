"""Journeys of coming in by a national identity: a pretended telephone; npm `oidc-provider` by push and by its page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from conftest import new_civil_id
from masar.config.answering import free_port
from tests.identity.counterpart import SECRET, Provider, needs_provider, provider_running
from tests.journeys.browsing import LANGUAGES, Visits
from tests.journeys.browsing import Person as Somebody
from tests.journeys.test_doors import TYPED, Newcomer
from tests.running import Server, running

ACR = "urn:masar:acr:hawyti-push"


def ask(page: Page, language: str, civil_id: str, name: str = "demo") -> str:
    """Have an identity ask a telephone; return the code that the page shows."""
    page.goto(f"/{language}/login/?next=/{language}/archive/")
    page.fill(f"[aria-labelledby=by-{name}] [name=login]", civil_id)
    page.click(f"[aria-labelledby=by-{name}] form button")
    page.wait_for_url(re.compile("/login/identity/wait/$"))
    return page.locator("[data-binding]").inner_text().strip()


def take_phone(visits: Visits, language: str, civil_id: str) -> Page:
    phone = visits.stranger(java_script_enabled=False)
    phone.goto(f"/{language}/phone/")
    phone.fill("[name=of]", civil_id)
    phone.click("main form button")
    return phone


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
def test_the_telephone_confirms_and_the_page_goes_on_by_itself(
    javascript: bool, language: str, visits: Visits, newcomer: Newcomer
) -> None:
    person: Somebody = newcomer(language)
    page = visits.stranger(java_script_enabled=javascript)
    code = ask(page, language, person.civil_id.translate(TYPED[language]))
    phone = take_phone(visits, language, person.civil_id)
    expect(phone.locator("[name=chosen]")).to_have_count(4)
    phone.click(f"[name=chosen][value='{code}']")
    page.wait_for_url(re.compile(rf"^[^?]+/{language}/archive/$"))
    page.goto(f"/{language}/account/")
    expect(page.locator("h1")).to_contain_text(person.name)


@pytest.mark.parametrize("answer", ["no", "another code"])
def test_the_telephone_refuses_and_nobody_is_in(answer: str, visits: Visits, newcomer: Newcomer) -> None:
    person: Somebody = newcomer("en")
    page = visits.stranger(java_script_enabled=False)
    code = ask(page, "en", person.civil_id)
    phone = take_phone(visits, "en", person.civil_id)
    wrong = phone.locator(f"[name=chosen]:not([value=no]):not([value='{code}'])").first
    (phone.locator("[value=no]") if answer == "no" else wrong).click()
    expect(page.locator("#errors")).to_contain_text("not confirmed", timeout=10_000)
    page.goto("/en/requests/")
    expect(page).to_have_url(re.compile("/login/"))


def test_a_telephone_is_not_asked_without_end(visits: Visits, newcomer: Newcomer) -> None:
    person: Somebody = newcomer("en")
    page = visits.stranger(java_script_enabled=False)
    for _ in range(5):
        ask(page, "en", person.civil_id)
    page.goto("/en/login/")
    page.fill("[aria-labelledby=by-demo] [name=login]", person.civil_id)
    page.click("[aria-labelledby=by-demo] form button")
    expect(page.locator("#errors")).to_contain_text("too often")


def test_a_number_that_is_none_is_told_beside_its_field(visits: Visits) -> None:
    page = visits.stranger(java_script_enabled=False)
    page.goto("/en/login/")
    page.fill("[aria-labelledby=by-demo] [name=login]", "12")
    page.click("[aria-labelledby=by-demo] form button")
    expect(page.locator("[aria-labelledby=by-demo] .fault")).to_contain_text("12 digits")


@pytest.fixture(scope="module")
def theirs(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Provider]]:
    """A Masar that offers the provider of others, by its page and by push."""
    folder, port = tmp_path_factory.mktemp("theirs"), free_port()
    back = f"http://127.0.0.1:{port}/identity/back"
    with provider_running(folder / "provider.log", RETURN=back) as provider:
        (folder / "secret").write_text(SECRET)
        known = {"issuer": provider.url, "secret_file": "secret"}
        title = {"ar": "الهوية", "en": "Identity", "ur": "شناخت"}
        by_page = known | {"client_id": "masar", "redirect_uri": back}
        offered = {
            "page": {"adapter": "oidc", "title": title, "acr": ACR, "settings": by_page},
            "push": {"adapter": "ciba", "title": title, "acr": ACR, "settings": known | {"client_id": "masar-push"}},
        }
        file = folder / "identities.json"
        file.write_text(json.dumps(offered))
        with running(folder / "web.log", PORT=str(port), MASAR_EID=str(file)) as server:
            yield server, provider


def known_to(provider: Provider, name: str) -> str:
    civil_id = new_civil_id()
    provider.do("known", people={civil_id: {"civil_id": civil_id, "name": name}})
    provider.do("person", acr=ACR, amr=["hwk"], login=civil_id, refuses=False, age=0)
    return civil_id


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_new_comes_in_by_the_page_of_an_identity(
    language: str, visits: Visits, theirs: tuple[Server, Provider]
) -> None:
    server, provider = theirs
    known_to(provider, "مريم الجديدة")
    page = visits.stranger(base_url=server.url, java_script_enabled=False)
    page.goto(f"/{language}/login/?next=/{language}/account/")
    page.click("[aria-labelledby=by-page] a.btn")
    page.wait_for_url(re.compile(rf"^[^?]+/{language}/account/$"))
    expect(page.locator("h1")).to_contain_text("مريم الجديدة")
    returned = f"{server.url}/identity/back?code=again&state=again"
    other = visits.stranger(base_url=server.url)
    other.goto(returned)
    expect(other).to_have_url(re.compile("/login/"))


@pytest.mark.parametrize("weaker", [{"acr": "urn:masar:acr:password-totp"}, {"age": 3600}], ids=["acr", "age"])
def test_whoever_was_confirmed_too_weakly_or_long_ago_stays_outside(
    weaker: dict[str, object], visits: Visits, theirs: tuple[Server, Provider]
) -> None:
    server, provider = theirs
    known_to(provider, "مريم")
    provider.do("person", **weaker)
    page = visits.stranger(base_url=server.url)
    page.goto("/en/login/")
    page.click("[aria-labelledby=by-page] a.btn")
    expect(page.locator("#errors")).to_contain_text("not confirmed")
    page.goto("/en/requests/")
    expect(page).to_have_url(re.compile("/login/"))


def test_whoever_refuses_at_the_page_of_an_identity_is_told(visits: Visits, theirs: tuple[Server, Provider]) -> None:
    server, provider = theirs
    known_to(provider, "مريم")
    provider.do("person", refuses=True)
    page = visits.stranger(base_url=server.url)
    page.goto("/en/login/")
    page.click("[aria-labelledby=by-page] a.btn")
    expect(page.locator("#errors")).to_contain_text("not confirmed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_push_of_an_identity_is_approved_and_the_page_goes_on(
    language: str, visits: Visits, theirs: tuple[Server, Provider]
) -> None:
    server, provider = theirs
    civil_id = known_to(provider, "سعاد الجديدة")
    page = visits.stranger(base_url=server.url, java_script_enabled=False)
    code = ask(page, language, civil_id, "push")
    waits = [one for one in provider.do("waiting") if one["of"] == civil_id]
    assert [one["shown"] for one in waits] == [code]
    provider.do("approve", id=waits[0]["id"])
    page.wait_for_url(re.compile(rf"^[^?]+/{language}/archive/$"), timeout=20_000)


def test_a_push_of_an_identity_is_denied(visits: Visits, theirs: tuple[Server, Provider]) -> None:
    server, provider = theirs
    civil_id = known_to(provider, "سعاد")
    page = visits.stranger(base_url=server.url, java_script_enabled=False)
    ask(page, "en", civil_id, "push")
    provider.do("deny", id=next(one["id"] for one in provider.do("waiting") if one["of"] == civil_id))
    expect(page.locator("#errors")).to_contain_text("not confirmed", timeout=20_000)


def test_the_log_names_nobody(theirs: tuple[Server, Provider]) -> None:
    server, _ = theirs
    text = Path(server.log).read_text(errors="replace")
    assert not re.search(r"\b[23]\d{11}\b", text)


for _test in (
    test_somebody_new_comes_in_by_the_page_of_an_identity,
    test_whoever_was_confirmed_too_weakly_or_long_ago_stays_outside,
    test_whoever_refuses_at_the_page_of_an_identity_is_told,
    test_a_push_of_an_identity_is_approved_and_the_page_goes_on,
    test_a_push_of_an_identity_is_denied,
    test_the_log_names_nobody,
):
    for _mark in needs_provider:
        _mark(_test)
