"""Journeys of coming in: a second step chosen at the first log-in, passkeys, a lost phone, a trusted device, alerts."""

from __future__ import annotations

import base64
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from conftest import new_civil_id
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people.actions import civil_index, forget_ways, hand_out
from tests.journeys import axe
from tests.journeys.browsing import DESK, EASTERN, LANGUAGES, PHONE, URDU, Person, Visits, log_in
from tests.journeys.sending import needs_node

Newcomer = Callable[..., Person]
TYPED = {"ar": EASTERN, "ur": URDU, "en": {}}


@pytest.fixture
def fresh(newcomer: Newcomer) -> Newcomer:
    """Make a person with a password who never chose a second step."""

    def made(language: str = "ar") -> Person:
        person = newcomer(language)
        forget_ways(person.civil_id)
        return person

    return made


@contextmanager
def authenticator(page: Page) -> Iterator[Any]:
    """Give a page's browser a device that knows its person, as a phone with a fingerprint does."""
    link = page.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    link.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield link
    link.detach()


def named(visits: Visits, **device: Any) -> Page:
    """Open a page of somebody who comes by the name of the site: passkeys know no address of numbers."""
    return visits.stranger(base_url=visits.site.url.replace("127.0.0.1", "localhost"), **device)


def password_step(page: Page, language: str, person: Person) -> None:
    page.goto(f"/{language}/login/")
    page.fill("[name=login]", person.civil_id)
    page.fill("[name=password]", person.password)
    with page.expect_navigation():
        page.locator("form:has([name=password]) button").first.click()


def choose(page: Page, language: str, way: str) -> None:
    page.wait_for_url(re.compile(rf"/{language}/login/add/$"))
    page.locator(f"a[href$='/login/add/{way}/']").click()
    page.wait_for_url(re.compile(rf"/login/add/{way}/$"))


def keep_codes(page: Page) -> list[str]:
    """Read the codes for paper, and go on."""
    page.wait_for_url(re.compile(r"/login/codes/$"))
    expect(page.locator("ol.codes li")).to_have_count(10)
    codes = [re.sub(r"\s", "", text) for text in page.locator("ol.codes li").all_inner_texts()]
    with page.expect_navigation():
        page.locator("main form button").click()
    return codes


def secret_of(page: Page) -> bytes:
    """Read the secret of an app as somebody who types it."""
    typed = re.sub(r"\s", "", page.locator("ol.steps bdi").first.inner_text())
    return base64.b32decode(typed + "=" * (-len(typed) % 8))


def shown(secret: bytes, after: float = 0) -> str:
    """What the app shows, once it is not the code that was shown before `after`."""
    while time.time() // 30 <= after // 30:
        time.sleep(0.5)
    return TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode()


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "no-js"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_at_the_first_log_in_an_app_is_chosen_and_asked_for_ever_after(
    language: str, javascript: bool, visits: Visits, fresh: Newcomer
) -> None:
    person = fresh(language)
    page = visits.stranger(viewport=PHONE if javascript else DESK, java_script_enabled=javascript)
    page.goto(f"/{language}/requests/")
    password_step(page, language, person)
    page.goto(f"/{language}/requests/")
    expect(page).to_have_url(re.compile("/login/"))
    password_step(page, language, person)
    choose(page, language, "app")
    secret = secret_of(page)
    page.fill("[name=code]", "12")
    page.locator("main form button").click()
    expect(page.locator("#errors")).to_be_visible()
    assert secret_of(page) == secret
    used = time.time()
    page.fill("[name=code]", shown(secret).translate(TYPED[language]))
    page.locator("main form button").click()
    codes = keep_codes(page)
    page.wait_for_url(re.compile(rf"/{language}/$"))
    assert len(set(codes)) == 10

    second = visits.stranger(java_script_enabled=javascript)
    password_step(second, language, person)
    second.wait_for_url(re.compile("/login/second/$"))
    second.fill("[name=code]", shown(secret, used))
    second.locator("main form button").click()
    second.wait_for_url(re.compile(rf"/{language}/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_passkey_is_made_asked_for_and_lets_in_by_itself(language: str, visits: Visits, fresh: Newcomer) -> None:
    person = fresh(language)
    page = named(visits)
    with authenticator(page):
        password_step(page, language, person)
        choose(page, language, "passkey")
        page.locator("form[data-passkey=new] button").click()
        keep_codes(page)
        page.wait_for_url(re.compile(rf"/{language}/$"))

        page.goto(f"/{language}/logout/")
        page.locator("main form button").click()
        page.wait_for_url(re.compile("/signed-out/"))
        password_step(page, language, person)
        page.locator("form[data-passkey=known] button").click()
        page.wait_for_url(re.compile(rf"/{language}/$"))

        page.goto(f"/{language}/logout/")
        page.locator("main form button").click()
        page.goto(f"/{language}/login/?next=/{language}/archive/")
        page.locator("form[data-passkey=anybody] button").click()
        page.wait_for_url(re.compile(rf"^[^?]+/{language}/archive/$"))
    page.goto(f"/{language}/account/safety/")
    expect(page.locator("#where ~ .safe li")).to_have_count(1)


def test_a_passkey_of_nobody_is_refused_in_words(visits: Visits, fresh: Newcomer) -> None:
    person = fresh("en")
    page = named(visits)
    with authenticator(page):
        password_step(page, "en", person)
        choose(page, "en", "passkey")
        page.locator("form[data-passkey=new] button").click()
        keep_codes(page)
        forget_ways(person.civil_id)
        page.goto("/en/login/")
        page.locator("form[data-passkey=anybody] button").click()
        expect(page.locator("#errors")).to_contain_text("The passkey was not taken")
        page.goto("/ar/requests/")
        expect(page).to_have_url(re.compile("/ar/login/"))


def test_a_device_without_a_passkey_says_so_and_the_other_ways_stay(visits: Visits, newcomer: Newcomer) -> None:
    page = named(visits)
    page.goto("/en/login/")
    link = page.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": False}
    link.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"hasResidentKey": True}})
    page.locator("form[data-passkey=anybody] button").click()
    expect(page.locator("form[data-passkey=anybody] .fault")).to_be_visible()
    log_in(page, (person := newcomer("en")).civil_id, person.password)
    page.wait_for_url(re.compile(r"/en/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_phone_is_replaced_by_a_code_of_the_paper_and_a_new_way(
    language: str, visits: Visits, fresh: Newcomer
) -> None:
    person = fresh(language)
    page = visits.stranger(java_script_enabled=False)
    password_step(page, language, person)
    choose(page, language, "app")
    page.fill("[name=code]", shown(secret_of(page)))
    page.locator("main form button").click()
    codes = keep_codes(page)

    new = visits.stranger(java_script_enabled=False)
    password_step(new, language, person)
    new.locator("a[href$='?way=codes']").click()
    new.fill("[name=code]", codes[3].translate(TYPED[language]))
    new.locator("main form button").click()
    new.wait_for_url(re.compile(rf"/{language}/$"))
    new.goto(f"/{language}/account/safety/")
    new.locator("[name=add]").click()
    choose(new, language, "message")
    new.fill("[name=code]", new.locator("[data-code]").inner_text())
    new.locator("main form button").click()
    new.wait_for_url(re.compile("/account/safety/"))
    expect(new.locator("#ways ~ .safe li")).to_have_count(3)
    new.locator("#ways ~ .safe [name=remove]").first.click()
    new.wait_for_url(re.compile("done=removed"))
    expect(new.locator("#ways ~ .safe li")).to_have_count(2)
    new.locator("#ways ~ .safe [name=remove]").first.click()
    new.wait_for_url(re.compile("done=last-way"))
    expect(new.locator("#ways ~ .safe li")).to_have_count(2)

    again = visits.stranger()
    password_step(again, language, person)
    again.locator("a[href$='?way=codes']").click()
    again.fill("[name=code]", codes[3])
    again.locator("main form button").click()
    expect(again.locator("#errors")).to_be_visible()


def test_a_device_that_is_trusted_is_asked_for_the_password_alone(visits: Visits, newcomer: Newcomer) -> None:
    person = newcomer()
    page = visits.stranger()
    password_step(page, "ar", person)
    page.check("[name=trust]")
    page.fill("[name=code]", page.locator("[data-code]").inner_text())
    page.locator("main form button").click()
    page.wait_for_url(re.compile("/ar/$"))
    page.goto("/ar/logout/")
    page.locator("main form button").click()
    password_step(page, "ar", person)
    page.wait_for_url(re.compile("/ar/$"))
    page.goto("/ar/account/safety/")
    expect(page.locator("#trusted")).to_be_visible()
    page.locator("[name=others]").click()
    page.wait_for_url(re.compile("done=ended"))
    expect(page.locator("#trusted")).to_have_count(0)
    page.goto("/ar/logout/")
    page.locator("main form button").click()
    password_step(page, "ar", person)
    page.wait_for_url(re.compile("/login/second/"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_says_this_was_not_me_closes_all_other_log_ins(
    language: str, visits: Visits, newcomer: Newcomer
) -> None:
    person = newcomer(language)
    mine, thief = visits.stranger(), visits.stranger(java_script_enabled=False)
    for page in (mine, thief):
        page.goto(f"/{language}/login/")
        log_in(page, person.civil_id, person.password)
        page.wait_for_url(re.compile(rf"/{language}/$"))
    mine.goto(f"/{language}/account/safety/")
    expect(mine.locator("#where ~ .safe li")).to_have_count(2)
    mine.locator("[name=not-me]").first.click()
    mine.wait_for_url(re.compile("done=not-me"))
    expect(mine.locator("main .banner")).to_be_visible()
    expect(mine.locator("#where ~ .safe li")).to_have_count(1)
    thief.goto(f"/{language}/requests/")
    expect(thief).to_have_url(re.compile("/login/"))


def test_before_the_password_changes_one_proves_oneself_again_and_lands_where_one_was(
    visits: Visits, newcomer: Newcomer
) -> None:
    person = newcomer("en")
    page = visits.stranger(java_script_enabled=False)
    page.goto("/en/login/")
    log_in(page, person.civil_id, person.password)
    page.wait_for_url(re.compile(r"/en/$"))
    _let_the_proof_run_out(person)
    page.goto("/en/account/password/")
    page.wait_for_url(re.compile("/login/second/"))
    page.fill("[name=code]", page.locator("[data-code]").inner_text())
    page.locator("main form button").click()
    page.wait_for_url(re.compile("/account/password/"))
    for old, new, again in (
        (person.password, "short", "short"),
        (person.password, "password123", "password123"),
        ("not mine at all", "a quite long sentence", "a quite long sentence"),
        (person.password, "a quite long sentence", "a quite other sentence"),
    ):
        for name, text in (("old", old), ("new", new), ("again", again)):
            page.fill(f"[name={name}]", text)
        page.locator("main form button").click()
        expect(page.locator("#errors")).to_be_visible()
    for name, text in (("old", person.password), ("new", "a quite long sentence"), ("again", "a quite long sentence")):
        page.fill(f"[name={name}]", text)
    page.locator("main form button").click()
    page.wait_for_url(re.compile("done=password"))
    other = visits.stranger()
    other.goto("/en/login/")
    log_in(other, person.civil_id, "a quite long sentence")
    other.wait_for_url(re.compile(r"/en/$"))


def _let_the_proof_run_out(person: Person) -> None:
    with acting("masar_system") as cursor:
        cursor.execute("select id from people_person where civil_index = %s::bytea", [civil_index(person.civil_id)])
        id_ = cursor.fetchone()[0]
    with acting("masar_login", person=id_) as cursor:
        cursor.execute("update people_session set proved_at = now() - interval '6 minutes' where person_id = %s", [id_])


@pytest.mark.node
@needs_node
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_coming_in_breaks_a_rule_of_axe_or_is_wider_than_its_screen(
    width: int, language: str, visits: Visits, fresh: Newcomer
) -> None:
    person = fresh(language)
    page = named(visits, viewport={"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if width == 390 else "light")
    password_step(page, language, person)
    for tail in ("lost/", "first/"):
        page.goto(f"/{language}/login/{tail}")
        _is_sound(page, tail)
    for tail in ("add/", "add/passkey/", "add/message/", "add/app/"):
        page.goto(f"/{language}/login/{tail}")
        _is_sound(page, tail)
    page.fill("[name=code]", "1")
    page.locator("main form button").click()
    expect(page.locator("#errors")).to_be_visible()
    _is_sound(page, "wrong")
    page.fill("[name=code]", shown(secret_of(page)))
    page.locator("main form button").click()
    page.wait_for_url(re.compile("/login/codes/$"))
    _is_sound(page, "codes")
    keep_codes(page)
    for tail in ("account/safety/", "account/password/", "logout/"):
        page.goto(f"/{language}/{tail}")
        _is_sound(page, tail)
    page.locator("main form button").click()
    password_step(page, language, person)
    _is_sound(page, "second")
    page.goto(f"/{language}/login/second/?way=codes")
    _is_sound(page, "codes")


def _is_sound(page: Page, name: str) -> None:
    violations, incomplete, _ = axe.look(page)
    assert (violations, incomplete) == ([], []), name
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_comes_for_the_first_time_with_the_code_of_a_counter(language: str, visits: Visits) -> None:
    civil_id = new_civil_id()
    code = hand_out(civil_id, "مريم التجريبية", now(), demonstration=True)
    page = visits.stranger(java_script_enabled=language == "ar")
    page.goto(f"/{language}/login/")
    page.locator("a[href$='/login/first/']").click()
    page.wait_for_url(re.compile("/login/first/$"))
    page.fill("[name=login]", civil_id.translate(TYPED[language]))
    page.fill("[name=code]", "000000000000")
    page.locator("main form button").click()
    expect(page.locator("#errors")).to_be_visible()
    page.fill("[name=code]", f"{code[:4]} {code[4:8]} {code[8:]}".translate(TYPED[language]))
    page.locator("main form button").click()
    page.wait_for_url(re.compile("/login/new-password/$"))
    page.fill("[name=new]", "كلمة")
    page.fill("[name=again]", "كلمة")
    page.locator("main form button").click()
    expect(page.locator("#errors")).to_be_visible()
    page.fill("[name=new]", "جملة لا يعرفها غيري")
    page.fill("[name=again]", "جملة لا يعرفها غيري")
    page.locator("main form button").click()
    choose(page, language, "message")
    page.fill("[name=code]", page.locator("[data-code]").inner_text())
    page.locator("main form button").click()
    keep_codes(page)
    page.wait_for_url(re.compile(rf"/{language}/$"))
    expect(page.locator("h1")).to_contain_text("مريم")
    again = visits.stranger()
    again.goto(f"/{language}/login/")
    log_in(again, civil_id, "جملة لا يعرفها غيري")
    again.wait_for_url(re.compile(rf"/{language}/$"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lost_password_is_recovered_after_a_day_and_its_person_can_stop_it(
    language: str, visits: Visits, fresh: Newcomer
) -> None:
    person = fresh(language)
    home = visits.stranger()
    password_step(home, language, person)
    choose(home, language, "app")
    home.fill("[name=code]", shown(secret_of(home)))
    home.locator("main form button").click()
    codes = iter(keep_codes(home))
    away = visits.stranger(java_script_enabled=False)
    _recover(away, language, person, next(codes))
    expect(away.locator(".banner.is-info")).to_be_visible()
    home.goto(f"/{language}/account/safety/")
    home.locator("form[action$='/safety/stop/'] button").click()
    home.wait_for_url(re.compile("done=stopped"))
    _let_the_day_pass(person)
    _recover(away, language, person, next(codes))
    expect(away.locator(".banner.is-info")).to_be_visible()

    _let_the_day_pass(person)
    thief = visits.stranger()
    _recover(thief, language, person, "1234567890")
    expect(thief.locator("#errors")).to_be_visible()
    _recover(away, language, person, next(codes))
    away.wait_for_url(re.compile("/login/new-password/$"))
    away.fill("[name=new]", "جملة جديدة تماما")
    away.fill("[name=again]", "جملة جديدة تماما")
    away.locator("main form button").click()
    away.wait_for_url(re.compile("/login/second/"))
    away.locator("a[href$='?way=codes']").click()
    away.fill("[name=code]", next(codes))
    away.locator("main form button").click()
    away.wait_for_url(re.compile(rf"/{language}/$"))
    home.goto(f"/{language}/requests/")
    expect(home).to_have_url(re.compile("/login/"))


def _recover(page: Page, language: str, person: Person, code: str) -> None:
    page.goto(f"/{language}/login/lost/")
    form = page.locator("form:has([value=own])")
    form.locator("[name=login]").fill(person.civil_id)
    form.locator("[name=code]").fill(code)
    with page.expect_navigation():
        form.locator("button").click()


def _let_the_day_pass(person: Person) -> None:
    with acting("masar_system") as cursor:
        cursor.execute("select id from people_person where civil_index = %s::bytea", [civil_index(person.civil_id)])
        id_ = cursor.fetchone()[0]
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        owner.execute("set row_security = off")
        owner.execute(
            "update people_recovery set ready_at = ready_at - interval '25 hours' where person_id = %s", [id_]
        )
