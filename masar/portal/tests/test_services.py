"""Pages of services: every service in every language, whole, within its budget and without asking the database much."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from masar.cases.queries import Pace
from masar.catalogue.queries import Definition, catalogue, parse, price_range, service, services
from masar.catalogue.rules.changes import compare
from masar.portal.look import LANGUAGES, Look, look_of_cookie
from masar.portal.presenters.changes import difference_view
from masar.portal.presenters.conditions import condition
from masar.portal.presenters.prices import total
from masar.portal.presenters.service import service_view
from masar.portal.presenters.spans import about
from masar.portal.tests.test_pages import KB, faults_of
from masar.portal.views.open_data import _tails

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"
FINES = "kw.moi.gdt.pay-fines"
HOUSE = "kw.pahw.government-house"
in_every_language = pytest.mark.parametrize("language", LANGUAGES)
DATA = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(autouse=True)
def _loaded(kuwait: None) -> Iterator[None]:
    with translation.override("ar"):
        yield


def got(path: str, status: int = 200, cookie: str = "") -> str:
    """Fetch a page as a visitor."""
    visitor = Client()
    if cookie:
        visitor.cookies["masar-look"] = cookie
    response = visitor.get(path)
    assert response.status_code == status, path
    return response.content.decode()


def visible(text: str) -> str:
    return re.sub(
        r"\s+", " ", re.sub(r"<svg.*?</svg>|<head>.*?</head>|<script.*?</script>|<[^>]+>", " ", text, flags=re.DOTALL)
    )


def definition(id_: str = LICENCE) -> Definition:
    found = service(id_)
    assert found is not None
    return found


@in_every_language
@pytest.mark.parametrize("cookie", ["", "simple=1"], ids=["usual", "simple"])
def test_every_service_has_a_whole_page_within_its_budget(language: str, cookie: str) -> None:
    assert len(services()) >= 50
    largest = 0
    for one in services():
        text = got(f"/{language}/services/{one.id}/", cookie=cookie)
        assert faults_of(DATA.sub("", text)) == [], one.id
        assert len(re.findall(r"<h1[ >]", text)) == 1
        largest = max(largest, len(gzip.compress(text.encode(), 3)))
    assert largest <= 9.5 * KB  # and what an answer carries around it


@pytest.mark.parametrize("language", ["ar", "ur"])
def test_a_page_in_arabic_or_urdu_holds_no_english_sentence(language: str) -> None:
    paths = ["", "?q=xyzzyx", "changes/", *(f"{one.id}/" for one in services())]
    for path in paths:
        text = visible(got(f"/{language}/services/{path}")).replace("English", "").replace("xyzzyx", "")
        assert re.findall(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) == [], path


@in_every_language
def test_what_nobody_applies_for_by_itself_is_readable_and_says_so(language: str) -> None:
    """A request that is a check or an appeal leads to such a page."""
    known = catalogue()
    others = [one for one in known.definitions.values() if one.kind != "service" and one.id.startswith("kw.")]
    assert {one.kind for one in others} == {"check", "appeal"}
    for one in others:
        text = got(f"/{language}/services/{one.id}/?version={one.version}")
        assert faults_of(DATA.sub("", text)) == [], one.id
        assert text.count('class="banner is-info"') == 2  # one of them waits in a template


@in_every_language
@pytest.mark.parametrize(
    "path", ["", "?q=passport", "?q=xyzzyx", "life/caring/", "sector/traffic/", "agency/kw.moh/", "changes/"]
)
def test_lists_are_whole_and_within_their_budget(language: str, path: str) -> None:
    for cookie in ("", "simple=1"):
        text = got(f"/{language}/services/{path}", cookie=cookie)
        assert faults_of(text) == []
        assert 'role="search"' in text or path == "changes/"
        assert len(gzip.compress(text.encode(), 3)) <= 9.5 * KB


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?q=رخصة",
        "life/caring/",
        f"{LICENCE}/",
        f"{LICENCE}/?version=1",
        "changes/",
        f"{LICENCE}/changes/",
        "nothing/",
    ],
)
def test_a_page_of_services_asks_the_database_at_most_once(path: str) -> None:
    from masar.cases.queries.paces import forget_pace

    Client().get(f"/ar/services/{path}")  # the catalogue is in memory from here on
    forget_pace()
    with CaptureQueriesContext(connections["citizen"]) as asked, CaptureQueriesContext(connections["default"]) as other:
        Client().get(f"/ar/services/{path}")
    of_pages = [query for query in asked.captured_queries if "coalesce(max(id)" not in query["sql"]]
    assert len(of_pages) + len(other.captured_queries) <= 1, asked.captured_queries


def test_counts_beside_sections_are_those_of_their_lists() -> None:
    text = got("/ar/services/")
    tiles = re.findall(r'<a href="(/ar/services/(?:life|sector|agency)/[^"]+)".*?</span>(\d+)</span>', text)
    assert len(tiles) >= 40
    for address, count in tiles:
        page, shown = address, 0
        while page:
            listed = got(page)
            shown += len(re.findall(r'<li class="card req">', listed))
            more = re.search(r'rel="next" href="([^"]+)"', listed)
            page = f"{address}{more[1]}" if more else ""
        assert shown == int(count), address


@in_every_language
@pytest.mark.parametrize(
    "path", ["nothing", "kw.moi.gdt.nothing", "life/nothing", "agency/kw.nobody", "nothing/changes"]
)
def test_what_is_not_there_is_said_with_a_search_and_the_sections(language: str, path: str) -> None:
    text = got(f"/{language}/services/{path}/", 404)
    assert 'role="search"' in text
    assert text.count('class="tiles"') == 3


@pytest.mark.parametrize("path", ["?version=99", "?version=0", "?version=x", "changes/?from=1&to=7", "changes/?from=x"])
def test_a_version_that_is_not_there_is_not_found(path: str) -> None:
    got(f"/ar/services/{LICENCE}/{path}", 404)


def test_a_page_answers_what_people_ask_first() -> None:
    text = visible(got(f"/en/services/{LICENCE}/"))
    for words in (
        "5 working days",
        "KD 10 to 12",
        "A recent photograph",
        "JPEG or PNG file, at most 2 MB",
        "You have unpaid traffic fines.",
        "What helps: Pay a traffic fine",
        "Only if: your answer to “How will you receive it?” is “By post to your address”",
        "Licence number (Traffic Department)",
        "You have 3 days. After that the request ends.",
        "Medical conditions are not met",
        "appeal within 30 days",
        "Residents: valid for 5 years",
        "Sunday to Thursday: 8:00 am to 2:30 pm",
        "In Ramadan: 10:00 am to 2:00 pm",
        "Demonstration value",
        "In force since 1 January 2026",
    ):
        assert words in text, words
    assert "18 years" in visible(got(f"/en/services/{HOUSE}/"))


def test_how_long_it_takes_is_told_from_what_was_answered_and_who_waits_or_not_at_all() -> None:
    look, now = look_of_cookie("en", ""), datetime(2026, 11, 24, tzinfo=UTC)
    with translation.override("en"):
        half, nine, own = Decimal("6.2"), Decimal("12.4"), Decimal("4.0")
        known = service_view(look, definition(), Pace(now, 1234, 56, half, nine, own)).reality
        long = service_view(look, definition(), Pace(now, 1234, 1, half, None, None)).reality
        waiting = service_view(look, definition(), Pace(now, 33, 540, None, None, None)).reality
        nothing = service_view(look, definition(), None).reality
        assert about(look, Decimal("0.2")) == "5 hours"
        assert about(look, Decimal("6570.0")) == "18 years"
    assert known.figure == "6 days"
    assert [str(sentence) for sentence in known.said] == [
        "Half of all requests are answered within this time, and nine of ten within 12 days.",
        "This is from the first day to the last, with weekends and your own turns.",
        "Of this, the agency itself usually needed 4 working days.",
        "56 requests wait now.",
    ]
    assert known.rests_on == "From 1234 requests answered in the last year."
    assert "more than one in ten wait very long" in long.said[0]
    assert (waiting.figure, waiting.said[-1]) == ("Most are still waiting", "540 requests wait now.")
    assert not nothing.figure
    assert "fewer than 20 requests were answered" in got(f"/en/services/{HOUSE}/")


@pytest.mark.parametrize(
    ("id_", "expected"), [(FINES, (15_000, 150_000)), (LICENCE, (10_000, 12_000)), (HOUSE, (0, 0))]
)
def test_the_range_of_a_price_follows_the_answers_of_the_form(id_: str, expected: tuple[int, int]) -> None:
    assert price_range(definition(id_).document) == expected


def test_a_price_follows_what_was_answered() -> None:
    licence = definition(LICENCE).document
    assert price_range(licence, {"delivery": "kiosk"}) == (10_000, 10_000)
    assert price_range(licence, {"delivery": "post", "licence_number": "1"}) == (12_000, 12_000)


def test_every_price_has_a_range_within_the_sum_of_its_fees() -> None:
    for one in services():
        least, most = price_range(one.document)
        assert 0 <= least <= most <= sum(fee["fils"] for fee in one.document.get("fees", ()))
        assert total(look_of_cookie("en", ""), one)


def test_most_conditions_are_said_in_words() -> None:
    look = look_of_cookie("en", "")
    with translation.override("en"):
        said = [
            str(condition(look, one.document, item["when"]))
            for one in services()
            for part in ("fees", "documents", "steps")
            for item in one.document.get(part, ())
            if "when" in item
        ]
    assert len(said) > 60
    assert said.count("your case calls for it") <= len(said) // 50


@in_every_language
def test_search_engines_find_the_service_as_data(language: str) -> None:
    text = got(f"/{language}/services/{LICENCE}/")
    found = DATA.findall(text)
    assert len(found) == 1
    assert "<" not in found[0]
    told = json.loads(found[0])
    one = definition()
    assert told["@type"] == "GovernmentService"
    assert told["name"] == one.title[language]
    assert [offer["price"] for offer in told["offers"]] == ["10.000", "2.000"]
    assert {offer["priceCurrency"] for offer in told["offers"]} == {"KWD"}
    assert f'<link rel="canonical" href="http://testserver/{language}/services/{LICENCE}/">' in text
    assert text.count('rel="alternate" hreflang') == len(LANGUAGES)


def second_version(old: Definition) -> Definition:
    document = deepcopy(dict(old.document))
    document |= {"version": 2, "effective_from": "2026-06-01", "promise": {"within": "P3D", "clock": "working"}}
    document["fees"][0]["fils"] = 12_500
    del document["documents"][0]
    document["audience"] = ["citizen"]
    return parse(document)


def test_versions_are_compared_in_words() -> None:
    look, old = look_of_cookie("en", ""), definition()
    new = second_version(old)
    with translation.override("en"):
        found = {view.part: view for view in (difference_view(look, new, one) for one in compare(old, new))}
    fees, promise = found["Fees"], found["Promised time"]
    assert (plain(fees.before), plain(fees.after), fees.where) == ("KD 10", "KD 12.500", "Renewal fee")
    assert (promise.before, promise.after) == ("5 working days", "3 working days")
    assert (found["Documents"].how, found["Documents"].after) == ("Removed", "")
    assert found["Who it is for"].after == "Kuwaiti citizens"


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


@in_every_language
def test_every_part_of_two_services_can_be_compared(language: str) -> None:
    """Between strangers everything differs: each kind of difference has words for both of its sides."""
    look: Look = look_of_cookie(language, "")
    with translation.override(language):
        for one, other in ((LICENCE, HOUSE), (HOUSE, "kw.pada.carer-allowance"), (FINES, LICENCE)):
            for difference in compare(definition(one), definition(other)):
                view = difference_view(look, definition(other), difference)
                assert view.part
                assert view.before or view.after, difference
                assert "{" not in f"{view.before}{view.after}", difference


def test_the_first_version_says_that_nothing_changed_yet() -> None:
    text = got(f"/en/services/{LICENCE}/changes/")
    assert "This is the first version" in text
    assert faults_of(text) == []


def test_the_change_log_is_paged_through_to_its_end() -> None:
    address, seen = "/en/services/changes/", []
    while address:
        text = got(address)
        seen += re.findall(r'<h2><a href="(/en/services/[^"]+)">', text)
        more = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"/en/services/changes/{more[1]}" if more else ""
    assert len(seen) == len(set(seen))
    assert {f"/en/services/{one.id}/?version={one.version}" for one in services()} <= set(seen)


@pytest.mark.parametrize(
    ("path", "kind"), [("/services.json", "application/json"), ("/services.jsonld", "application/ld+json")]
)
def test_machines_fetch_the_register_and_only_when_it_changed(path: str, kind: str) -> None:
    first = Client().get(path)
    assert first.status_code == 200
    assert first["Content-Type"] == kind
    assert json.loads(first.content)
    assert first["Cache-Control"] == "public, max-age=300"
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_the_sitemap_lists_public_pages_that_answer_and_robots_close_the_others() -> None:
    tree = ElementTree.fromstring(got("/sitemap.xml"))
    found = [str(place.text) for place in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(found) == len(set(found)) == len(list(_tails())) * len(LANGUAGES)
    for address in found:
        if address.startswith("http://testserver/en/"):
            got(address.removeprefix("http://testserver"))
    robots = got("/robots.txt")
    closed = [line.removeprefix("Disallow: ") for line in robots.splitlines() if line.startswith("Disallow: ")]
    assert "/ar/requests/" in closed
    assert not [address for address in found for prefix in closed if address.startswith(f"http://testserver{prefix}")]
    assert "Sitemap: http://testserver/sitemap.xml" in robots


def test_the_language_changes_with_the_search_kept() -> None:
    assert 'href="/en/services/?q=%D8%B1%D8%AE%D8%B5%D8%A9"' in got("/ar/services/?q=رخصة")


def test_what_was_typed_is_written_as_text() -> None:
    text = got("/en/services/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text
