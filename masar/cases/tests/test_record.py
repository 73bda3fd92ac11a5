"""Intake: what an agency reports is recorded once, in order, and shown."""

from __future__ import annotations

import secrets

import pytest

from conftest import Reporter, new_civil_id
from masar.cases.queries import agency_request, my_request, my_requests
from masar.kernel.clock import now

pytestmark = pytest.mark.database


def test_an_opening_gives_a_number_and_the_person_sees_it(open_licence, viewer_of):
    number, _, civil_id = open_licence()
    profile, listing = my_requests(viewer_of(civil_id), "open", None, now())
    assert profile.name == "نورة التجريبية"
    assert [row.number for row in listing.rows] == [number]
    assert listing.counts.open == 1
    assert listing.rows[0].holder == "kw.moi.gdt"


def test_a_step_moves_the_request_and_the_page(open_licence, traffic, viewer_of):
    number, ref, civil_id = open_licence()
    items = traffic.send(
        traffic.event("step", ref, "2026-11-01T10:00:00+03:00", step="fee"),
        traffic.event("step", str(number), "2026-11-02T10:00:00+03:00", step="review", note={"ar": "قيد المراجعة"}),
    )
    assert [item.status for item in items] == ["accepted", "accepted"], items
    _, sheet = my_request(viewer_of(civil_id), number, now())
    assert sheet.row.step == "review"
    assert [stop.step.id for stop in sheet.stops][:3] == ["received", "fee", "review"]
    assert sheet.lines[-1].note == {"ar": "قيد المراجعة"}
    assert agency_request("kw.moi.gdt", number).step == "review"


def test_a_repeated_event_is_recorded_once(open_licence, traffic):
    _, ref, _ = open_licence()
    event = traffic.event("step", ref, "2026-11-01T10:00:00+03:00", step="fee")
    assert [i.status for i in traffic.send(event, event)] == ["accepted", "duplicate"]
    assert traffic.send(event)[0].status == "duplicate"
    changed = event | {"data": {"step": "review"}}
    assert traffic.send(changed)[0].status == "conflict"


def test_an_event_before_its_opening_waits_and_then_counts(traffic):
    ref = f"ref:GTD-{secrets.token_hex(6)}"
    step = traffic.event("step", ref, "2026-11-02T10:00:00+03:00", step="fee")
    assert traffic.send(step)[0].status == "parked"
    opened = traffic.event(
        "opened", None, "2026-11-01T10:00:00+03:00", service="kw.moi.gdt.renew-driving-licence",
        agency_ref=ref[4:], civil_id=new_civil_id(),
    )  # fmt: skip
    number = traffic.send(opened)[0].number
    assert agency_request("kw.moi.gdt", number).step == "fee"
    assert traffic.send(step)[0].status == "duplicate"


def test_another_agencys_request_is_forbidden(open_licence):
    number, _, _ = open_licence()
    other = Reporter("kw.moh")
    assert (
        other.send(other.event("step", str(number), "2026-11-02T10:00:00+03:00", step="fee"))[0].status == "forbidden"
    )
    assert agency_request("kw.moh", number) is None


def test_a_refused_check_sends_the_permit_back_and_lets_the_other_go(municipality):
    fire, water = Reporter("kw.kff"), Reporter("kw.mew")
    ref = f"R{secrets.token_hex(6)}"
    number = municipality.send(
        municipality.event(
            "opened", None, "2026-10-04T09:00:00+03:00", service="kw.km.building-permit", agency_ref=ref,
            civil_id=new_civil_id(), name="فيصل التجريبي",
        )
    )[0].number  # fmt: skip
    for at, step in (("2026-10-05", "ownership"), ("2026-10-06", "technical-review"), ("2026-10-07", "checks")):
        assert (
            municipality.send(municipality.event("step", str(number), f"{at}T09:00:00+03:00", step=step))[0].status
            == "accepted"
        )
    checks = {}
    for service in ("kw.kff.fire-safety-check", "kw.mew.electricity-check"):
        item = municipality.send(
            municipality.event(
                "opened",
                None,
                "2026-10-07T10:00:00+03:00",
                service=service,
                agency_ref=service + ref,
                parent=str(number),
            )
        )[0]
        assert item.status == "accepted", item
        checks[service] = item.number
    assert agency_request("kw.km", number).holder == "kw.kff"
    refused = fire.event(
        "decided",
        str(checks["kw.kff.fire-safety-check"]),
        "2026-10-08T10:00:00+03:00",
        outcome="refused",
        reason="access",
    )
    item = fire.send(refused)[0]
    assert item.status == "accepted", item
    assert agency_request("kw.km", number).step == "corrections"
    assert agency_request("kw.mew", checks["kw.mew.electricity-check"]).state == "withdrawn"
    assert water.send(water.event("noted", str(number), "2026-10-09T10:00:00+03:00", note="x"))[0].status == "forbidden"
