"""What a person filled in, as an agency reads it: with a purpose, and only where it has part in the request."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.test import Client

from conftest import logged_in, new_civil_id
from masar.cases import actions
from masar.catalogue.actions import new_key
from masar.files.tests.good import jpeg
from masar.people.actions import introduce

pytestmark = pytest.mark.database
RENEW = "kw.moi.gdt.renew-driving-licence"
GOOD = {"licence_number": "12345678", "delivery": "kiosk", "declaration": True}


@pytest.fixture(scope="module")
def applied(kuwait: None) -> tuple[int, str]:
    """The number of a request that somebody applied for with a photograph, and their civil ID."""
    civil_id = new_civil_id()
    introduce(civil_id, "نورة التجريبية", "ar", secrets.token_hex(8))
    viewer = logged_in(civil_id)
    draft = actions.keep(viewer, RENEW, GOOD)
    actions.attach(viewer, RENEW, draft.id, "photo", jpeg(), "صورة نورة.jpg")
    return actions.send(viewer, RENEW, draft.id), civil_id


def reading(path: str, agency: str = "kw.moi.gdt", purpose: str | None = "examining") -> Any:
    headers = {"authorization": f"Bearer {new_key(agency)}"} | ({"masar-purpose": purpose} if purpose else {})
    return Client().get(f"/api/v1/requests/{path}", headers=headers)


def test_an_agency_reads_what_was_filled_in_and_the_file(applied: tuple[int, str]) -> None:
    number, civil_id = applied
    found = reading(f"{number}/application").json()
    assert found["person"] == {"civil_id": civil_id, "name": "نورة التجريبية"}
    assert found["form"] == GOOD
    assert (found["number"], found["service"], found["answers"]) == (str(number), RENEW, [])
    paper = found["papers"][0]
    assert (paper["document"], paper["name"], paper["type"]) == ("photo", "صورة نورة.jpg", "image/jpeg")
    file = reading(paper["href"].removeprefix("/api/v1/requests/"))
    assert file["Content-Type"] == "image/jpeg"
    assert file["Content-Disposition"].startswith("attachment; filename*=utf-8")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert len(file.content) == paper["size"]
    assert file.content.startswith(b"\xff\xd8\xff")


def test_no_purpose_no_reading(applied: tuple[int, str]) -> None:
    for path in (f"{applied[0]}/application", f"{applied[0]}/papers/{'0' * 32}"):
        answer = reading(path, purpose=None)
        assert (answer.status_code, answer.json()["code"]) == (400, "purpose-missing")
        assert Client().get(f"/api/v1/requests/{path}").status_code == 401


@pytest.mark.parametrize("purpose", ["   ", "a\tb", "a\x01b"])
def test_a_purpose_is_plain_words(purpose: str, applied: tuple[int, str]) -> None:
    answer = reading(f"{applied[0]}/application", purpose=purpose)
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose-missing")


def test_an_agency_without_part_finds_nothing(applied: tuple[int, str]) -> None:
    paper = reading(f"{applied[0]}/application").json()["papers"][0]["id"]
    for path in (f"{applied[0]}/application", f"{applied[0]}/papers/{paper}"):
        answer = reading(path, agency="kw.moh")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("path", ["x/application", "48291733066/application", "{}/papers/x", "{}/papers/" + "0" * 32])
def test_what_is_not_there_is_not_found(path: str, applied: tuple[int, str]) -> None:
    answer = reading(path.format(applied[0]))
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_a_request_that_the_agency_opened_itself_has_no_form(open_licence: Any) -> None:
    number, _, civil_id = open_licence()
    found = reading(f"{number}/application").json()
    assert (found["form"], found["papers"], found["answers"]) == ({}, [], [])
    assert found["person"]["civil_id"] == civil_id
