"""Every address, by every verb, as everybody: nobody sees or changes what is another's. An address not listed fails."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.actions import attach, keep, send
from masar.catalogue.actions import new_key
from masar.files.tests.good import jpeg
from masar.kernel.clock import now
from masar.people import actions as people
from masar.people.queries import Viewer, safety_of
from masar.portal.cookie import SESSION_ENTERING, SESSION_ID, SESSION_PERSON, SESSION_SEEN

LICENCE = "kw.moi.gdt.renew-driving-licence"
VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PASSWORD = "a sentence for the matrix"
# What each address is for. "open": everybody; "person": whoever is logged in, their own; "theirs": the person whose it
# is; "coming": who is on the way in; "agency": any agency, its own; "part": agencies with part in the request; "me": as
# a machine, with a person's cookie. What stands in angles is filled in with ids of the person whose things are guarded.
MATRIX: Mapping[str, str] = {
    "healthz": "open", "readyz": "open", "": "open", "sw.js": "open", "manifest-<str:language>.webmanifest": "open",
    "developers/": "open", "_components": "open", "services.json": "open", "services.jsonld": "open",
    "robots.txt": "open", "sitemap.xml": "open", "static/<path:path>": "open",
    "api/v1/openapi.json": "open", "api/v1/asyncapi.json": "open", "api/v1/services": "open", "api/v1/": "open",
    "api/v1/events": "agency", "api/v1/requests": "agency", "api/v1/facts": "agency", "api/v1/files": "agency",
    "api/v1/files/template": "agency", "api/v1/requests/<number>": "part",
    "api/v1/requests/<number>/application": "part", "api/v1/requests/<number>/papers/<paper>": "part",
    "api/v1/me/requests": "me", "live/ticket": "me", "live/changes": "me",
    "ar/": "open", "ar/about/": "open", "ar/start/": "open", "ar/words/": "open", "ar/family/": "open",
    "ar/developers/": "open", "ar/developers/<str:id>/": "open", "ar/offline/": "open", "ar/signed-out/": "open",
    "ar/_components/": "open", "ar/services/": "open", "ar/services/changes/": "open",
    "ar/services/sector/<str:id>/": "open", "ar/services/agency/<str:id>/": "open",
    "ar/services/life/<str:id>/": "open", "ar/services/<str:id>/": "open", "ar/services/<str:id>/changes/": "open",
    "csp-reports": "open", "ar/privacy/": "open",
    "identity/back": "coming", "ar/login/identity/wait/": "coming", "ar/login/identity/<str:name>/": "open",
    "ar/login/identity/<str:name>/go/": "open", "ar/phone/": "open",
    "ar/preferences/": "open", "ar/track/": "open", "ar/login/": "open", "ar/login/passkey/": "open",
    "ar/login/passkey/ask/": "open", "ar/logout/": "open", "ar/login/lost/": "open", "ar/login/first/": "open",
    "ar/login/second/": "coming", "ar/login/add/": "coming", "ar/login/add/<str:way>/": "coming",
    "ar/login/codes/": "coming",
    "ar/login/new-password/": "coming",
    "ar/requests/": "person", "ar/archive/": "person", "ar/account/": "person", "ar/account/safety/": "person",
    "ar/account/safety/act/": "person", "ar/account/safety/end/": "person",
    "ar/account/safety/stop/": "person", "ar/account/password/": "person",
    "ar/services/<str:id>/apply/": "person", "ar/services/<str:id>/apply/check/": "person",
    "ar/services/<str:id>/apply/discard/": "person", "ar/services/<str:id>/apply/<str:name>/": "person",
    "ar/requests/<str:number>/": "theirs", "ar/requests/<str:number>/answer/": "theirs",
    "ar/requests/<str:number>/papers/": "theirs", "ar/requests/<str:number>/sent/": "theirs",
    "ar/papers/<str:id>/": "theirs", "ar/requests/<str:number>/withdraw/": "theirs",
    "ar/requests/<str:number>/appeal/": "theirs", "ar/requests/<str:number>/slip/": "theirs",
}  # fmt: skip
LOGGED_IN = ("person", "theirs", "me")


@dataclass
class Guarded:
    """A person and all that is theirs; `marks` are texts of theirs that nobody else may ever be shown."""

    civil_id: str
    viewer: Viewer
    number: int
    paper: str
    marks: tuple[str, ...]
    ids: dict[str, str] = field(default_factory=dict)


def guarded(agency: str = "kw.moi.gdt") -> Guarded:
    """Make a person with a request that is asked about, papers, a draft, ways to prove themselves, and a log-in."""
    mark, licence = secrets.token_hex(6), f"{1 + secrets.randbelow(9)}{secrets.randbelow(10**7):07d}"
    civil_id, name = new_civil_id(), f"نورة-{mark}"
    people.introduce(civil_id, name, "ar", PASSWORD)
    viewer = logged_in(civil_id)
    draft = keep(viewer, LICENCE, {"licence_number": licence, "delivery": "kiosk", "declaration": True})
    attach(viewer, LICENCE, draft.id, "photo", jpeg(), f"ورقة-{mark}.jpg")
    number = send(viewer, LICENCE, draft.id)
    begun = keep(viewer, LICENCE, {"licence_number": licence})
    attach(viewer, LICENCE, begun.id, "photo", jpeg((31, 31)), f"مسودة-{mark}.jpg")
    reporter, at = Reporter(agency), now()
    for shift, (kind, data) in enumerate(
        [("step", {"step": "review", "note": {"ar": f"ملاحظة {mark}", "en": f"note {mark}", "ur": f"نوٹ {mark}"}}),
         ("asked", {"step": "more-information", "message": {"ar": f"سؤال {mark}", "en": f"asked {mark}", "ur": mark}})]
    ):  # fmt: skip
        event = reporter.event(kind, str(number), at + timedelta(seconds=shift), **data)
        assert reporter.send(event)[0].status == "accepted"
    paper = _row("select paper_id from cases_paper where person_id = %s", viewer.person_id)
    way = _row("select id from people_factor where person_id = %s", viewer.person_id)
    people.trust(viewer, "Matrix", now())
    alert = str(safety_of(viewer).alerts[0].id)
    ids = {"remove": way, "one": viewer.session.hex, "not-me": alert}
    return Guarded(civil_id, viewer, number, paper, (mark, licence, civil_id), ids)


def _row(statement: str, *parameters: Any) -> str:
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        row = owner.execute(statement, parameters).fetchone()
    assert row is not None, statement
    return str(row[0])


@dataclass(frozen=True)
class Caller:
    """Somebody who tries: what they carry, and which addresses are theirs to read."""

    name: str
    client: Callable[[], Client]
    headers: Mapping[str, str]
    reads: frozenset[str]


def _web(**session: Any) -> Callable[[], Client]:
    def made() -> Client:
        client = Client(raise_request_exception=False)
        kept = client.session
        for key, value in session.items():
            kept[key] = value
        kept.save()
        client.cookies["masar"] = kept.session_key
        return client

    return made


def _of(viewer: Viewer) -> Callable[[], Client]:
    seen = int(now().timestamp()) + 3600
    return _web(**{SESSION_PERSON: viewer.person_id, SESSION_ID: viewer.session.hex, SESSION_SEEN: seen})


@pytest.fixture(scope="module")
def mine(kuwait: None) -> Guarded:
    return guarded()


@pytest.fixture(scope="module")
def callers(mine: Guarded) -> Mapping[str, Caller]:
    """Everybody who is not the person, and the person."""
    other, ended = guarded(), logged_in(mine.civil_id)
    people.end_session(ended)
    person = mine.viewer.person_id
    half = people.begin(person, "log-in", now())
    gone = new_key("kw.moi.gdt")
    from masar.catalogue.actions import end_key

    end_key(gone)
    bearer = {
        "agency with part": new_key("kw.moi.gdt"),
        "agency without part": new_key("kw.km"),
        "agency whose key ended": gone,
    }
    nothing = Client
    of_part = frozenset({"part", "agency"})
    found = [
        Caller("stranger", nothing, {}, frozenset()),
        Caller("forger", _web(**{SESSION_PERSON: person, SESSION_SEEN: int(now().timestamp())}), {}, frozenset()),
        Caller("who knows the password alone", _web(**{SESSION_ENTERING: half.hex}), {}, frozenset()),
        Caller("another person", _of(other.viewer), {}, frozenset()),
        Caller("ended log-in", _of(ended), {}, frozenset()),
        *(
            Caller(name, nothing, {"Authorization": f"Bearer {key}"}, of_part if "with part" in name else frozenset())
            for name, key in bearer.items()
        ),
    ]
    return {caller.name: caller for caller in found}


def routes() -> Iterator[str]:
    """Every address that Masar has, in one language."""
    with translation.override("ar"):
        found = [route.lstrip("/") for route in _walk(get_resolver().url_patterns, "")]
    yield from found


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here


def address(route: str, mine: Guarded) -> str:
    """Fill an address with what is the guarded person's."""
    filled = {
        "<number>": str(mine.number), "<str:number>": str(mine.number), "<paper>": mine.paper,
        "<str:language>": "ar", "<path:path>": "none.css", "<str:way>": "app", "<str:name>": "licence_number",
        "<str:id>": mine.paper if "papers" in route else "kw.moi.gdt" if "agency" in route else
        "events" if "developers" in route else LICENCE,
    }  # fmt: skip
    for hole, value in filled.items():
        route = route.replace(hole, value)
    assert "<" not in route, route
    return f"/{route}"


def ask(caller: Caller, verb: str, path: str, mine: Guarded) -> HttpResponse:
    """Ask with whatever could do harm."""
    body: dict[str, Any] = {"answer": "لا", "reason": "لا", "token": "1", "licence_number": "1", "code": "000000",
                            "one": mine.ids["one"]}  # fmt: skip
    if "act" in path:
        body = {"remove": mine.ids["remove"]}
    headers = {**caller.headers, "Masar-Purpose": "matrix"}
    if verb in ("GET", "HEAD", "OPTIONS"):
        return caller.client().generic(verb, path, headers=headers)
    if path.startswith("/api/"):
        event = Reporter("kw.km").event("step", str(mine.number), now(), step="review")
        return caller.client().generic(
            verb, path, json.dumps(event), content_type="application/cloudevents+json", headers=headers
        )
    if verb == "POST":
        return caller.client().post(path, body, headers=headers)
    return caller.client().generic(verb, path, headers=headers)


GUARDED_ROWS = (
    "cases_request", "cases_draft", "cases_paper", "cases_event", "files_paper", "people_person",
    "people_person_key", "people_fact", "people_factor", "people_device", "people_account",
)  # fmt: skip


def fingerprint(mine: Guarded) -> str:
    """Return what stands of a person, so that a change of anything shows."""
    digest = hashlib.sha256()
    person = mine.viewer.person_id
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        owner.execute("set row_security = off")
        for table in GUARDED_ROWS:
            column = "id" if table == "people_person" else "person_id"
            rows = owner.execute(f"select t::text from {table} t where {column} = %s order by 1", [person]).fetchall()
            assert rows or table == "people_fact", table
            digest.update(repr(rows).encode())
        alive = owner.execute(
            "select count(*) from people_session where id = %s and ends_at > now()", [mine.viewer.session]
        ).fetchone()
        digest.update(repr(alive).encode())
    return digest.hexdigest()


def test_every_address_is_listed_and_no_other() -> None:
    assert set(routes()) == set(MATRIX)


@pytest.mark.parametrize("route", sorted(MATRIX))
def test_nobody_sees_or_changes_what_is_another_persons(
    route: str, mine: Guarded, callers: Mapping[str, Caller]
) -> None:
    kind, path, before = MATRIX[route], address(route, mine), fingerprint(mine)
    for caller in callers.values():
        for verb in VERBS:
            answer = ask(caller, verb, path, mine)
            told = f"{verb} {path} as {caller.name}: {answer.status_code}"
            assert answer.status_code < 500, told
            if kind not in caller.reads:
                body = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
                shown = [mark for mark in mine.marks if mark in body or mark in str(answer.headers)]
                assert not shown, f"{told} shows {shown}"
                assert _is_refused(kind, caller, answer), f"{told} {answer.headers.get('Location', '')}"
        assert fingerprint(mine) == before, f"{caller.name} changed something at {path}"


def _is_refused(kind: str, caller: Caller, answer: HttpResponse) -> bool:
    """Tell whether an answer gives nothing away: refused, led to the log-in, or its caller's own."""
    if kind == "open" or answer.status_code in (401, 403, 404, 405):
        return True
    if answer.status_code == 204:
        return "Allow" in answer.headers  # OPTIONS says which verbs there are
    is_led_away = answer.status_code in (302, 303) and "/login/" in answer.headers["Location"]
    if kind == "coming":
        return is_led_away or caller.name == "who knows the password alone"
    if kind == "agency":
        return caller.name.startswith("agency with") and answer.status_code in (200, 202, 400, 403, 409, 413, 415, 422)
    if kind == "theirs":  # a form has no page of its own: it leads to the request's page, which refuses
        return is_led_away or (answer.status_code == 303 and "requests" in answer.headers["Location"].split("/")[-3])
    return kind != "part" and (is_led_away or caller.name == "another person")


def test_the_person_and_an_agency_with_part_do_see_it(mine: Guarded, callers: Mapping[str, Caller]) -> None:
    """The marks are on these pages: the test above could fail."""
    person = Caller("the person", _of(mine.viewer), {}, frozenset())
    seen = set()
    for route, kind in MATRIX.items():
        reader = person if kind in LOGGED_IN else callers["agency with part"] if kind == "part" else None
        if reader is None or kind == "coming":
            continue
        answer = ask(reader, "GET", address(route, mine), mine)
        body = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
        if any(mark in body for mark in mine.marks):
            seen.add(route)
    assert {
        "ar/requests/<str:number>/", "ar/requests/<str:number>/sent/", "ar/account/",
        "ar/services/<str:id>/apply/<str:name>/", "ar/services/<str:id>/apply/check/",
        "api/v1/requests/<number>/application",
    } <= seen  # fmt: skip
    assert ask(person, "GET", address("ar/papers/<str:id>/", mine), mine).status_code == 200


def test_a_planted_hole_is_found(mine: Guarded, callers: Mapping[str, Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that forgets to ask whose a request is must not pass."""
    from masar.portal.views import one

    real = one.my_request
    monkeypatch.setattr(one, "my_request", lambda viewer, number, at, *more: real(mine.viewer, number, at, *more))
    with pytest.raises(AssertionError, match="another person"):
        test_nobody_sees_or_changes_what_is_another_persons("ar/requests/<str:number>/", mine, callers)
