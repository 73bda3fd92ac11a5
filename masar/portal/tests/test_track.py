"""The page on which requests are followed, and the slip: nothing personal, in three languages, without an oracle."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.queries import followed, my_request, pin_of
from masar.kernel.clock import now
from masar.kernel.ids import new_number, shown
from masar.portal.look import LANGUAGES, look_of_cookie
from masar.portal.presenters.track import TrackedView, code_of, pin_digits, tracked_view, wait_words
from masar.portal.views.track import COOKIE

pytestmark = pytest.mark.database
MARK = f"cnry{secrets.token_hex(8)}"


@pytest.fixture
def web() -> Client:
    return Client(REMOTE_ADDR=f"2001:db8:{secrets.randbelow(65536):x}:{secrets.randbelow(65536):x}::1")


def pin_for(number: int, civil_id: str) -> str:
    return pin_of(my_request(logged_in(civil_id), number, now())[1])


def said(text: str) -> str:
    """What a page says, without its frame."""
    main = re.search(r"<main.*?</main>", text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main[0])) if main else ""


@pytest.fixture
def full(traffic: Reporter) -> Callable[..., tuple[int, str]]:
    """A request that has something personal in every place that there is; returns (number, civil ID)."""

    def made(*more: str) -> tuple[int, str]:
        civil_id, ref, at = new_civil_id(), f"GTD-{secrets.token_hex(6)}", now() - timedelta(days=2)
        sent = [traffic.event("opened", None, at, service="kw.moi.gdt.renew-driving-licence", agency_ref=ref,
                              civil_id=civil_id, name=f"نورة {MARK}", form={"address": MARK}, note=MARK, office=MARK),
                traffic.event("step", f"ref:{ref}", at, step="review", note={"ar": MARK}, office=MARK)]  # fmt: skip
        kinds = {
            "asked": {"step": "more-information", "message": {"ar": MARK}},
            "refused": {"outcome": "refused", "reason": "medical", "note": MARK},
            "done": {"outcome": "done", "note": MARK},
        }
        for kind in more:
            sent.append(traffic.event("asked" if kind == "asked" else "decided", f"ref:{ref}", now(), **kinds[kind]))
        items = traffic.send(*sent)
        assert {item.status for item in items} == {"accepted"}, items
        return items[0].number, civil_id

    return made


def follow(web: Client, language: str, number: int, pin: str) -> str:
    answer = web.post(f"/{language}/track/", {"number": shown(number), "pin": pin})
    assert (answer.status_code, answer["Location"]) == (303, f"/{language}/track/")
    page = web.get(f"/{language}/track/")
    assert page.status_code == 200
    assert page["Cache-Control"] == "private, no-store"
    return page.content.decode()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("more", [(), ("asked",), ("refused",), ("done",)])
def test_nothing_personal_stands_on_the_page(
    full: Callable[..., tuple[int, str]], web: Client, language: str, more: tuple[str, ...]
) -> None:
    number, civil_id = full(*more)
    text = follow(web, language, number, pin_for(number, civil_id))
    assert shown(number) in text
    assert MARK not in text
    assert civil_id not in text
    assert "نورة" not in text
    reasons = ("لم تستوفِ", "Medical conditions", "طبی شرائط")
    assert not any(reason in text for reason in reasons)
    asked = followed(number, now()).row.definition.steps["more-information"].title[language]
    assert asked not in text, "what is needed is the applicant's to know"
    if language != "en":
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<code.*?</code>|English", " ", said(text)))
        assert words == []


def test_what_is_needed_is_said_generally(full: Callable[..., tuple[int, str]], web: Client) -> None:
    number, civil_id = full("asked")
    text = follow(web, "en", number, pin_for(number, civil_id))
    assert "Something is needed from the applicant" in text
    assert f'href="/en/login/?next=/en/requests/{number}/"' in text
    assert "Needs you" not in text


def test_the_pin_stands_in_no_address_cookie_or_page(full: Callable[..., tuple[int, str]], web: Client) -> None:
    number, civil_id = full()
    pin = pin_for(number, civil_id)
    assert pin not in re.sub(r'value="\w{64}"', "", follow(web, "ar", number, pin))
    cookie = web.cookies[COOKIE]
    assert pin not in cookie.value
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 600)
    wrong = web.post("/ar/track/", {"number": str(number), "pin": "999 99"})
    assert "999 99" not in wrong.content.decode()


@pytest.mark.parametrize(
    ("number", "pin"),
    [("{0}", "{1}"), ("٤٨", ""), ("{0:eastern}", "{1:eastern}"), ("{0:spaced}", "{1:spaced}")],
)
def test_number_and_pin_are_read_as_people_type_them(
    full: Callable[..., tuple[int, str]], web: Client, number: str, pin: str
) -> None:
    real, civil_id = full()
    right = pin_for(real, civil_id)
    east = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    ways = {"{0}": str(real), "{0:eastern}": shown(real).translate(east), "{0:spaced}": " ".join(str(real))}
    pins = {"{1}": right, "{1:eastern}": right.translate(east), "{1:spaced}": f" {right[:3]}-{right[3:]} "}
    answer = web.post("/ar/track/", {"number": ways.get(number, number), "pin": pins.get(pin, pin)})
    assert answer.status_code == (303 if number in ways else 422)
    assert pin_digits("12345") is pin_digits("1234567") is pin_digits("12345x") is pin_digits("12345²") is None


def test_an_unknown_number_and_a_wrong_pin_get_the_same_page(full: Callable[..., tuple[int, str]], web: Client) -> None:
    number, civil_id = full()
    wrong = f"{(int(pin_for(number, civil_id)) + 1) % 10**6:06d}"
    unknown = new_number()
    pages = []
    for asked in (number, unknown):
        answer = web.post("/en/track/", {"number": str(asked), "pin": wrong})
        assert (answer.status_code, answer["Cache-Control"]) == (422, "private, no-store")
        text = answer.content.decode()
        assert "Number and PIN do not belong together" in text
        assert COOKIE not in answer.cookies
        pages.append(re.sub(r'value="\w{64}"', "", text).replace(str(asked), "N"))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_too_many_wrong_pins_say_how_long_to_wait(
    full: Callable[..., tuple[int, str]], web: Client, language: str
) -> None:
    number, civil_id = full()
    pin = pin_for(number, civil_id)
    wrong = f"{(int(pin) + 1) % 10**6:06d}"
    statuses = [web.post("/ar/track/", {"number": str(number), "pin": wrong}).status_code for _ in range(5)]
    assert statuses == [422] * 5
    answer = web.post(f"/{language}/track/", {"number": str(number), "pin": pin})
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 11
    assert re.search(r"\b([1-9]|10)\b", said(answer.content.decode()))


def test_a_wait_is_said_in_whole_units_rounded_up() -> None:
    look = look_of_cookie("en", "")
    with translation.override("en"):
        assert wait_words(look, timedelta(seconds=61)) == "Wait 2 minutes, then try again."
        assert wait_words(look, timedelta(seconds=9.2)) == "Wait 10 seconds, then try again."
        assert wait_words(look, timedelta(seconds=0.1)) == "Wait 1 second, then try again."


def test_what_was_shown_is_forgotten_when_closed_and_cannot_be_forged(
    full: Callable[..., tuple[int, str]], web: Client
) -> None:
    number, civil_id = full()
    follow(web, "ar", number, pin_for(number, civil_id))
    good = web.cookies[COOKIE].value
    assert web.post("/ar/track/", {"leave": "1"}).status_code == 303
    assert shown(number) not in said(web.get("/ar/track/").content.decode()).replace("4829-173-3063", "")
    for forged in ("", "x", good[:-2] + "aa", good.split(":")[0], str(number)):
        web.cookies[COOKIE] = forged
        assert shown(number) not in web.get("/ar/track/").content.decode(), forged


def test_the_address_of_the_code_fills_in_the_number_and_never_shows_another_request(
    full: Callable[..., tuple[int, str]], web: Client
) -> None:
    number, civil_id = full()
    text = web.get(f"/ur/track/?n={number}").content.decode()
    assert f'value="{number}"' in text
    assert f'href="/en/track/?n={number}"' in text
    follow(web, "ar", number, pin_for(number, civil_id))
    assert shown(number) in web.get(f"/ar/track/?n={number}").content.decode()
    other = new_number()
    text = web.get(f"/ar/track/?n={other}").content.decode()
    assert f'value="{other}"' in text
    assert shown(number) not in text


def test_following_asks_the_database_little(
    full: Callable[..., tuple[int, str]], web: Client, django_capture: Any
) -> None:
    number, civil_id = full()
    pin = pin_for(number, civil_id)
    follow(web, "ar", number, pin)
    with django_capture() as asked:
        web.get("/ar/track/")
    assert len(asked) <= 5, [query["sql"] for query in asked]
    with django_capture() as asked:
        web.post("/ar/track/", {"number": str(number), "pin": pin})
    assert len(asked) <= 8, [query["sql"] for query in asked]
    with django_capture() as asked:
        web.get("/ar/track/?n=1")
    assert len(asked) <= 5


@pytest.fixture
def django_capture() -> Callable[[], CaptureQueriesContext]:
    from django.db import connection

    return lambda: CaptureQueriesContext(connection)


def test_where_it_is_and_how_it_ended_are_said_and_no_more(full: Callable[..., tuple[int, str]]) -> None:
    def seen(*more: str) -> TrackedView:
        with translation.override("en"):
            return tracked_view(look_of_cookie("en", ""), followed(full(*more)[0], now()))

    runs = seen()
    assert [stop.condition for stop in runs.stops] == ["done"] * 2 + ["now"] + ["coming"] * 4
    assert runs.sentences[0].startswith("The request is now with <b>")
    assert not runs.needs_applicant
    assert seen("asked").sentences[0] == "The request is waiting for the applicant."
    refused, done = seen("refused"), seen("done")
    assert (refused.stops[-1].title, done.stops[-1].title) == ("Refused", "Done")
    assert [stop.condition for stop in refused.stops] == ["done"] * 3 + ["end"]
    assert not any(stop.note or stop.help for view in (runs, refused, done) for stop in view.stops)


def test_the_code_is_drawn_without_styles() -> None:
    drawn = code_of("http://127.0.0.1/ar/track/?n=48291733063")
    assert drawn.startswith("<svg")
    assert "style" not in drawn
    assert "xmlns" not in drawn


def test_a_stranger_and_another_person_get_no_slip(full: Callable[..., tuple[int, str]], web: Client) -> None:
    number, _ = full()
    answer = web.get(f"/ar/requests/{number}/slip/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/ar/login/")
