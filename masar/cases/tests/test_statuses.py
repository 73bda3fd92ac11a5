"""What an agency is answered: each status, alone and in a batch, and that a refusal writes nothing."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest

from conftest import Reporter, new_civil_id
from masar.cases.actions import agency_actor, let_in_what_waited, record
from masar.cases.queries import agency_request, agency_requests
from masar.kernel.clock import now
from masar.kernel.database import acting

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"
DAY = "2026-11-01T10:00:00+03:00"


def rows(table: str, **where: Any) -> list[Any]:
    """Rows of a table, as the system sees them."""
    conditions = " and ".join(f"{name} = %s" for name in where)
    with acting("masar_system") as cursor:
        cursor.execute(f"select * from {table} where {conditions}", list(where.values()))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def ref() -> str:
    return f"GTD-{secrets.token_hex(6)}"


def opening(reporter: Reporter, ref_: str, **data: Any) -> dict[str, Any]:
    return reporter.event(
        "opened", None, DAY, **{"service": LICENCE, "agency_ref": ref_, "civil_id": new_civil_id()} | data
    )


def statuses(items: list[Any]) -> list[str]:
    return [item.status for item in items]


def one_code(item: Any) -> str:
    assert item.status == "invalid", item
    return item.problem["errors"][0]["code"]


def nothing_written(event: dict[str, Any]) -> bool:
    names = {"source": event["source"], "event_id": event["id"]}
    return not any(rows(table, **names) for table in ("cases_seen", "cases_event", "cases_parked", "cases_conflict"))


def test_steps_before_their_opening_in_one_batch_are_accepted(traffic):
    name = ref()
    steps = [traffic.event("step", f"ref:{name}", DAY, step=step) for step in ("fee", "review")]
    assert statuses(traffic.send(*steps, opening(traffic, name))) == ["accepted"] * 3


def test_one_batch_answers_every_status_in_the_order_sent(open_licence, traffic):
    number, name, _ = open_licence()
    fee = traffic.event("step", name, DAY, step="fee")
    foreign = traffic.event("step", name, DAY, step="fee") | {"source": "urn:masar:kw.moh:x"}
    sent = [fee, fee, fee | {"data": {"step": "review"}}, traffic.event("step", f"ref:{ref()}", DAY, step="fee"),
            traffic.event("step", name, DAY, step="nowhere"), foreign, "nonsense"]  # fmt: skip
    items = traffic.send(*sent)
    assert statuses(items) == ["accepted", "duplicate", "conflict", "parked", "invalid", "forbidden", "invalid"]
    assert [item.number for item in items[:3]] == [number] * 3
    assert statuses(traffic.send(fee)) == ["duplicate"]


def test_a_conflict_keeps_both_and_the_first_stands(open_licence, traffic):
    number, name, _ = open_licence()
    first = traffic.event("step", name, DAY, step="fee")
    other = first | {"data": {"step": "review"}}
    assert statuses(traffic.send(first) + traffic.send(other) + traffic.send(other)) == [
        "accepted",
        "conflict",
        "conflict",
    ]
    assert agency_request("kw.moi.gdt", number).step == "fee"
    names = {"source": first["source"], "event_id": first["id"]}
    assert len(rows("cases_conflict", **names)) == 1
    assert len(rows("cases_event", **names)) == 1


def test_a_parked_event_stands_against_other_content_alone_and_in_one_batch(traffic):
    name = ref()
    first = traffic.event("step", f"ref:{name}", DAY, step="fee")
    other = first | {"data": {"step": "review"}}
    assert statuses(traffic.send(first, other)) == ["parked", "conflict"]
    assert statuses(traffic.send(other)) == ["conflict"]
    assert statuses(traffic.send(first)) == ["parked"]
    number = traffic.send(opening(traffic, name))[0].number
    assert agency_request("kw.moi.gdt", number).step == "fee"
    assert not rows("cases_parked", source=first["source"], event_id=first["id"])


def test_what_waited_a_day_is_dead_and_lives_again_when_sent_again(traffic):
    name = ref()
    step = traffic.event("step", f"ref:{name}", DAY, step="fee")
    traffic.send(step)
    let_in_what_waited(now() + timedelta(hours=23))
    names = {"source": step["source"], "event_id": step["id"]}
    assert rows("cases_parked", **names)[0]["dead_at"] is None
    let_in_what_waited(now() + timedelta(hours=25))
    assert rows("cases_parked", **names)[0]["dead_at"] is not None
    number = traffic.send(opening(traffic, name))[0].number
    assert agency_request("kw.moi.gdt", number).step == "received"
    assert statuses(traffic.send(step)) == ["accepted"]
    late = traffic.event("step", f"ref:{ref()}", DAY, step="fee")
    traffic.send(late)
    let_in_what_waited(now() + timedelta(hours=25))
    assert statuses(traffic.send(late)) == ["parked"]
    assert rows("cases_parked", source=late["source"], event_id=late["id"])[0]["dead_at"] is None


def test_what_was_parked_and_does_not_fit_in_the_end_is_let_go(traffic):
    name = ref()
    step = traffic.event("step", f"ref:{name}", DAY, step="nowhere")
    assert statuses(traffic.send(step)) == ["parked"]
    traffic.send(opening(traffic, name))
    assert nothing_written(step)


def test_a_hand_over_lets_the_other_agency_in_and_the_opener_stays(municipality):
    justice, name = Reporter("kw.moj"), f"R{secrets.token_hex(6)}"
    opened = municipality.event(
        "opened", None, DAY, service="kw.km.building-permit", agency_ref=name, civil_id=new_civil_id()
    )
    number = municipality.send(opened)[0].number
    early = justice.event("step", str(number), "2026-11-03T10:00:00+03:00", step="technical-review")
    assert statuses(justice.send(early)) == ["parked"]
    assert agency_request("kw.moj", number) is None
    assert statuses(municipality.send(municipality.event("step", f"ref:{name}", DAY, step="ownership"))) == ["accepted"]
    assert agency_request("kw.moj", number).step == "technical-review"
    assert statuses(justice.send(early)) == ["duplicate"]
    health = Reporter("kw.moh")
    handed = municipality.event("handed-over", str(number), "2026-11-04T10:00:00+03:00", to="kw.moh")
    assert statuses(municipality.send(handed)) == ["accepted"]
    assert agency_request("kw.moh", number).holder == "kw.moh"
    for reporter in (health, justice, municipality):
        note = reporter.event("noted", str(number), "2026-11-05T10:00:00+03:00", note="x")
        assert statuses(reporter.send(note)) == ["accepted"]


def test_a_late_visit_to_another_agencys_step_lets_its_waiting_events_in(municipality):
    justice = Reporter("kw.moj")
    opened = municipality.event(
        "opened", None, DAY, service="kw.km.building-permit", agency_ref=ref(), civil_id=new_civil_id()
    )
    number = municipality.send(opened)[0].number
    waits = justice.event("noted", str(number), "2026-11-02T12:00:00+03:00", note="x")
    assert statuses(justice.send(waits)) == ["parked"]
    for at, step in (("2026-11-03", "technical-review"), ("2026-11-02", "ownership")):
        plain = municipality.event("step", str(number), f"{at}T10:00:00+03:00", step=step)
        plain.pop("sequence")
        assert statuses(municipality.send(plain)) == ["accepted"]
    assert agency_request("kw.km", number).step == "technical-review"
    assert statuses(justice.send(waits)) == ["duplicate"]


def test_an_agency_reaches_only_its_own_requests(open_licence):
    number, _, _ = open_licence()
    other = Reporter("kw.moh")
    event = other.event("step", str(number), DAY, step="fee")
    assert other.send(event)[0].problem["code"] == "not-your-request"
    assert nothing_written(event)
    assert agency_request("kw.moh", number) is None
    assert number not in [item.number for item in agency_requests("kw.moh", limit=200).items]
    child = other.event("opened", None, DAY, service=LICENCE, agency_ref=ref(), parent=str(number))
    assert statuses(other.send(child)) == ["forbidden"]
    assert other.send(opening(other, ref()))[0].problem["code"] == "not-your-service"


def test_a_reference_that_reads_like_a_foreign_number_waits(open_licence):
    number, _, _ = open_licence()
    other = Reporter("kw.moh")
    items = other.send(
        other.event("noted", str(number), DAY, note="x"), other.event("noted", f"ref:{number}", DAY, note="x")
    )
    assert statuses(items) == ["forbidden", "parked"]


def test_a_source_is_the_agencys_own_to_the_last_letter(open_licence, traffic):
    _, name, _ = open_licence()
    for source in ("urn:masar:kw.moi", "urn:masar:kw.moi.gdtx:a", "urn:masar:self", "urn:masar:kw.moi.gdt.x:a"):
        event = traffic.event("step", name, DAY, step="fee") | {"source": source}
        assert traffic.send(event)[0].problem["code"] == "foreign-source"
        assert nothing_written(event)


def test_a_second_opening_with_one_reference_is_a_conflict(open_licence, traffic):
    number, name, _ = open_licence()
    item = traffic.send(opening(traffic, name[4:]))[0]
    assert (item.status, item.number, item.problem["code"]) == ("conflict", number, "reference-exists")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"service": "kw.moi.gdt.nothing"}, "unknown-service"),
        ({"version": 99}, "unknown-service"),
        ({"step": "nowhere"}, "unknown-step"),
        ({"agency_ref": "290010112345"}, "ref"),
        ({"agency_ref": "٢٩٠٠١٠١١٢٣٤٥"}, "ref"),
        ({"civil_id": "190010112345"}, "civil-id"),
        ({"form": {"area": 1.5}}, "not-canonical"),
        ({"colour": "red"}, "unknown-field"),
    ],
)
def test_an_opening_that_does_not_fit_is_invalid(traffic, data, code):
    event = opening(traffic, ref(), **data)
    assert one_code(traffic.send(event)[0]) == code
    assert nothing_written(event)


@pytest.mark.parametrize(
    ("type_", "data", "code"),
    [
        ("decided", {"outcome": "refused"}, "reason"),
        ("decided", {"outcome": "refused", "reason": "land-use"}, "reason"),
        ("decided", {"outcome": "nothing"}, "unknown-outcome"),
        ("step", {"step": "refused"}, "unknown-step"),
        ("asked", {"step": "review"}, "not-the-citizens"),
        ("handed-over", {"to": "kw.nobody"}, "unknown-agency"),
        ("handed-over", {"to": "kw.moj", "returns_to": "nowhere"}, "unknown-step"),
        ("withdrawn", {"outcome": "done"}, "not-a-withdrawal"),
    ],
)
def test_an_event_that_does_not_fit_its_request_is_invalid(open_licence, traffic, type_, data, code):
    number, name, _ = open_licence()
    event = traffic.event(type_, name, DAY, **data)
    assert one_code(traffic.send(event)[0]) == code
    assert nothing_written(event)
    assert agency_request("kw.moi.gdt", number).step == "received"


def test_times_more_than_five_minutes_ahead_are_refused(open_licence, traffic):
    _, name, _ = open_licence()
    ahead, too_far = (now() + timedelta(minutes=minutes) for minutes in (4, 6))
    assert statuses(traffic.send(traffic.event("noted", name, ahead, note="x"))) == ["accepted"]
    assert one_code(traffic.send(traffic.event("noted", name, too_far, note="x"))[0]) == "time-ahead"


def test_outside_a_demonstration_only_real_civil_ids_are_taken(traffic, settings):
    settings.DEMONSTRATION = False
    item = traffic.send(opening(traffic, ref()))[0]
    assert one_code(item) == "civil-id"
    assert "check digit" in item.problem["errors"][0]["detail"]
    for civil_id in ("288020122596", "٢٢٧٠٨١٦٦٠٥١٦", "292 091 998 298"):
        assert statuses(traffic.send(opening(traffic, ref(), civil_id=civil_id))) == ["accepted"]


def test_a_sub_request_belongs_to_the_person_of_the_request_above(municipality):
    parent = municipality.event(
        "opened", None, DAY, service="kw.km.building-permit", agency_ref=ref(), civil_id=new_civil_id()
    )
    check = municipality.event(
        "opened", None, DAY, service="kw.kff.fire-safety-check", agency_ref=ref(), civil_id=new_civil_id(),
        parent="ref:" + parent["data"]["agency_ref"],
    )  # fmt: skip
    waiting = municipality.send(check)
    assert statuses(waiting) == ["parked"]
    items = municipality.send(check, parent)
    assert one_code(items[0]) == "another-person"
    assert items[1].status == "accepted"
    good = check | {"id": secrets.token_hex(8), "data": {k: v for k, v in check["data"].items() if k != "civil_id"}}
    assert statuses(municipality.send(good)) == ["accepted"]
    assert agency_request("kw.kff", municipality.send(good)[0].number).parent is None


def test_a_sub_request_before_its_parent_in_one_batch_is_accepted(municipality):
    name = ref()
    parent = municipality.event(
        "opened", None, DAY, service="kw.km.building-permit", agency_ref=name, civil_id=new_civil_id()
    )
    check = municipality.event(
        "opened", None, DAY, service="kw.kff.fire-safety-check", agency_ref=ref(), parent=f"ref:{name}"
    )
    items = municipality.send(check, parent)
    assert statuses(items) == ["accepted", "accepted"]
    assert agency_request("kw.km", items[0].number).parent == items[1].number


def test_history_is_told_to_nobody(open_licence, traffic):
    number, name, _ = open_licence()
    told = len(rows("cases_outbox", number=number))
    traffic.send(traffic.event("step", name, DAY, step="fee") | {"masarbackfill": True})
    assert len(rows("cases_outbox", number=number)) == told
    traffic.send(traffic.event("step", name, DAY, step="review"))
    assert len(rows("cases_outbox", number=number)) == told + 1


def test_a_clock_that_is_set_back_loses_no_event(traffic):
    """Requests are read from the instant of their first receipt on."""
    name, received = ref(), now() - timedelta(minutes=2)
    actor = agency_actor("kw.moi.gdt")
    number = record(actor, [opening(traffic, name)], received_at=received)[0].number
    step = traffic.event("step", f"ref:{name}", DAY, step="fee")
    record(actor, [step], received_at=received - timedelta(hours=1))
    late = traffic.event("noted", f"ref:{name}", "2026-11-01T09:00:00+03:00", note="x")
    late.pop("sequence")
    record(actor, [late], received_at=received)
    assert agency_request("kw.moi.gdt", number).step == "fee"
    assert len(agency_request("kw.moi.gdt", number).moves) == 3


def test_a_late_event_is_put_where_it_belongs_and_marked(open_licence, traffic):
    number, name, _ = open_licence()
    for event in (review := traffic.event("step", name, "2026-11-03T10:00:00+03:00", step="review"),
                  fee := traffic.event("step", name, "2026-11-02T10:00:00+03:00", step="fee")):  # fmt: skip
        event.pop("sequence")
    assert [(item.is_late, item.is_off_path) for item in traffic.send(review) + traffic.send(fee)] == [
        (False, False), (True, False)
    ]  # fmt: skip
    assert agency_request("kw.moi.gdt", number).step == "review"


def test_a_fact_off_the_path_is_taken_and_flagged_in_a_family_too(municipality):
    parent = municipality.event(
        "opened", None, DAY, service="kw.km.building-permit", agency_ref=(name := ref()), civil_id=new_civil_id()
    )
    check = municipality.event(
        "opened", None, DAY, service="kw.kff.fire-safety-check", agency_ref=ref(), parent=f"ref:{name}"
    )
    municipality.send(parent, check)
    item = municipality.send(municipality.event("step", f"ref:{name}", "2026-11-02T10:00:00+03:00", step="inspection"))[
        0
    ]
    assert (item.status, item.is_off_path) == ("accepted", True)
