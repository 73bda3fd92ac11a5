"""Intake in any order, doubled and in any batches: the same accepted set gives the same projection."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from conftest import new_civil_id
from masar.cases.actions import agency_actor, record
from masar.cases.rules.events import SELF, long_type
from masar.cases.tests.made import BEGIN, INSTANTS, TYPES, case, facts_of
from masar.cases.tests.rebuilt import COLUMNS, differences
from masar.kernel.database import acting

pytestmark = pytest.mark.database
RECEIVED = datetime(2026, 6, 1, 9, tzinfo=UTC)  # one instant for all, since `used` is counted up to it
FIRE, WATER = "kw.kff.fire-safety-check", "kw.mew.electricity-check"
Report = tuple[str, dict[str, Any]]  # the agency that sends, and what it sends


def report(
    agency: str, type_: str, id_: str, subject: str | None, at: datetime, data: dict[str, Any], sequence: str | None
) -> Report:
    sent = {
        "specversion": "1.0", "id": id_, "source": f"urn:masar:{agency}:tests", "type": long_type(type_),
        "time": at.isoformat(), "data": data,
    }  # fmt: skip
    return agency, sent | ({"subject": subject} if subject else {}) | ({"sequence": sequence} if sequence else {})


def with_words(type_: str, facts: dict[str, Any]) -> dict[str, Any]:
    return facts | ({"note": "ملاحظة"} if type_ == "noted" else {})


def history(seed: int, copy: str, service: str, agencies: list[str], subject: str) -> list[Report]:
    """The same reports for each copy, but for the ids that name it."""
    random = Random(seed)
    ids = [f"{copy}-{random.randrange(16**6):06x}-{n}" for n in range(random.randint(1, 9))]
    numbered = {agency: random.choice([True, False, None]) for agency in agencies}
    made = []
    for n, id_ in enumerate(ids):
        agency, type_ = random.choice(agencies), random.choice(TYPES)
        facts = facts_of(random, type_, case(service).definition, ids)
        sequence = str(random.randint(1, 30)) if numbered[agency] or (numbered[agency] is None and n % 2) else None
        if type_ == "withdrawn" and not any(o.state == "withdrawn" for o in case(service).definition.outcomes.values()):
            type_ = "noted"
        made.append(report(agency, type_, id_, subject, random.choice(INSTANTS), with_words(type_, facts), sequence))
    return made


def deliver(random: Random, reports: list[Report]) -> dict[str, str]:
    """Send reports shuffled, some twice, in batches; then all once more. Return the last status by id."""
    queue = [*reports, *random.sample(reports, len(reports) // 2)]
    random.shuffle(queue)
    last: dict[str, str] = {}
    while queue:
        agency, size = queue[0][0], random.randint(1, 5)
        batch = [sent for who, sent in queue[:size] if who == agency]
        queue = [item for n, item in enumerate(queue) if n >= size or item[0] != agency]
        record(agency_actor(agency), batch, received_at=RECEIVED)
    for agency in sorted({who for who, _ in reports}):
        sent = [event for who, event in reports if who == agency]
        for item in record(agency_actor(agency), sent, received_at=RECEIVED):
            last[item.id.partition("-")[2]] = item.status
    return last


def projections(numbers: list[int], copy: str) -> list[Any]:
    """The rows of some requests in the order given, without what depends on the arrival."""
    with acting("masar_system") as cursor:
        rows = []
        for number in numbers:
            cursor.execute(f"select {COLUMNS}, id from cases_request where number = %s::bigint", [number])
            *row, text, id_ = cursor.fetchone()
            fold = msgspec.json.decode(text.replace(f'"{copy}-', '"'))
            fold["standing"]["settled"] = len(fold["standing"]["settled"])
            rows.append((row[1:17], fold))
            assert differences([id_]) == (1, [])
    return rows


def opening(agency: str, service: str, copy: str, **more: Any) -> dict[str, Any]:
    name = service.rsplit(".", 1)[1]
    data = {"service": service, "agency_ref": f"{copy}-{name}", **more}
    return report(agency, "opened", f"{copy}-open-{name}", None, BEGIN, data, None)[1]


@settings(max_examples=60, deadline=None)
@given(some.integers(0, 2**32))
def test_any_order_batching_and_doubling_gives_one_projection(kuwait: None, seed: int) -> None:
    found = []
    for turn in range(2):
        copy = f"{turn}{secrets.token_hex(4)}"
        random = Random(seed + turn)
        opened = opening("kw.moi.gdt", "kw.moi.gdt.renew-driving-licence", copy, civil_id=new_civil_id())
        reports = history(
            seed, copy, "kw.moi.gdt.renew-driving-licence", ["kw.moi.gdt"], f"ref:{opened['data']['agency_ref']}"
        )
        if turn:  # once the opening comes first, once anywhere
            record(agency_actor("kw.moi.gdt"), [opened], received_at=RECEIVED)
        statuses = deliver(random, [("kw.moi.gdt", opened), *reports])
        number = record(agency_actor("kw.moi.gdt"), [opened], received_at=RECEIVED)[0].number
        found.append((statuses, projections([number], copy)))
    assert set(found[0][0].values()) == {"duplicate"}
    assert found[0] == found[1]


@settings(max_examples=30, deadline=None)
@given(some.integers(0, 2**32))
def test_a_family_in_any_order_gives_one_projection_each(kuwait: None, seed: int) -> None:
    found = []
    for turn in range(2):
        copy = f"{turn}{secrets.token_hex(4)}"
        random, km = Random(seed + turn), agency_actor("kw.km")
        permit = opening("kw.km", "kw.km.building-permit", copy, civil_id=new_civil_id())
        number = record(km, [permit], received_at=RECEIVED)[0].number
        entered = report("kw.km", "step", f"{copy}-in", str(number), BEGIN, {"step": "ownership"}, None)[1]
        record(km, [entered], received_at=RECEIVED)  # so that Justice has part, whatever comes first
        checks = [opening("kw.km", service, copy, parent=str(number)) for service in (FIRE, WATER)]
        numbers = [number, *(item.number for item in record(km, checks, received_at=RECEIVED))]
        at = BEGIN + timedelta(hours=2)
        reports = [
            report("kw.km", "step", f"{copy}-checks", str(number), at, {"step": "checks"}, None),
            *history(seed, copy, "kw.km.building-permit", ["kw.km", "kw.moj"], str(number)),
            *_checks(seed, copy, numbers[1:]),
        ]
        statuses = deliver(random, reports)
        found.append((statuses, projections(numbers, copy)))
    assert found[0][0] == found[1][0]
    # A check that Masar withdrew, on what it knew when it did, is an event more: the sets differ then.
    assume(not any(SELF in fold["standing"]["tails"] for _, rows in found for _, fold in rows))
    assert found[0][1] == found[1][1]


def _checks(seed: int, copy: str, numbers: list[int]) -> list[Report]:
    """What the two agencies of the checks report: steps, and mostly a decision."""
    random, made = Random(seed + 7), []
    for agency, service, number in zip(("kw.kff", "kw.mew"), (FIRE, WATER), numbers, strict=True):
        steps = list(case(service).definition.steps)
        for n in range(random.randint(0, 3)):
            facts = {"step": random.choice(steps)}
            made.append(
                report(agency, "step", f"{copy}-{agency}-{n}", str(number), random.choice(INSTANTS[:9]), facts, None)
            )
        if random.random() < 0.8:
            reason = next(iter(case(service).definition.reasons))
            facts = random.choice([{"outcome": "approved"}, {"outcome": "refused", "reason": reason}])
            made.append(
                report(
                    agency, "decided", f"{copy}-{agency}-end", str(number), INSTANTS[random.randint(9, 11)], facts, None
                )
            )
    return made
