"""Reports of the content security policy: one line of the log, nothing of a person, and never too many."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client

from masar.portal.views import reports

OLD = {"csp-report": {
    "document-uri": "https://masar.example/ar/requests/48291733065/?q=291031490012",
    "violated-directive": "script-src", "blocked-uri": "https://evil.example/x.js?civil=291031490012",
}}  # fmt: skip
NEW = [{"type": "csp-violation", "body": {
    "documentURL": "https://masar.example/ar/papers/01a21e33/", "effectiveDirective": "img-src", "blockedURL": "data",
}}]  # fmt: skip


@pytest.fixture(autouse=True)
def fresh() -> None:
    reports._spent[:] = [0.0, 0.0]


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (OLD, "script-src stopped evil.example on /ar/requests/…/"),
        (NEW, "img-src stopped data on /ar/papers/…/"),
    ],
)
def test_a_report_is_logged_without_anything_of_a_person(
    report: object, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "masar.csp"):
        answer = Client(enforce_csrf_checks=True).post(
            "/csp-reports", json.dumps(report), content_type="application/csp-report"
        )
    assert answer.status_code == 204
    assert [record.getMessage() for record in caplog.records] == [f"a page broke its policy: {words}"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"csp-report": 7}', b"null", b"[[[]]]", b"x" * 9000])
def test_what_is_no_report_is_taken_and_forgotten(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert Client().post("/csp-reports", body, content_type="application/csp-report").status_code == 204
    assert [record for record in caplog.records if record.name == "masar.csp"] == []


def test_a_flood_of_reports_is_a_trickle_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(100):
        Client().post("/csp-reports", json.dumps([*NEW, *NEW]), content_type="application/reports+json")
    assert len([record for record in caplog.records if record.name == "masar.csp"]) == reports.A_MINUTE


def test_every_page_says_where_to_report() -> None:
    answer = Client().get("/ar/about/")
    assert "report-uri /csp-reports; report-to csp" in answer["Content-Security-Policy"]
    assert answer["Reporting-Endpoints"] == 'csp="/csp-reports"'
    assert "unsafe" not in answer["Content-Security-Policy"]
