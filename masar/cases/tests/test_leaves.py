"""The public log: each accepted event leaves one commitment, which its opened content proves."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from masar.cases.queries.timeline import _SALT
from masar.kernel.canonical import canonical
from masar.kernel.crypto import open_sealed
from masar.kernel.database import acting
from masar.people.queries import person_key

pytestmark = pytest.mark.database


def opened_events(number: int) -> list[tuple[bytes, list[bytes]]]:
    """What each event of a request holds once opened, and its leaves."""
    with acting("masar_system") as cursor:
        cursor.execute(
            "select e.id, e.sealed, c.wrapped, k.wrapped, k.kek, r.id, r.person_id,"
            " array(select commitment from ledger_pending_leaf l where l.subject = e.id)"
            " from cases_request r join cases_event e on e.request_id = r.id and e.person_id = r.person_id"
            " join cases_case_key c on c.request_id = r.id join people_person_key k on k.person_id = r.person_id"
            " where r.number = %s::bigint order by e.received_at, e.id",
            [number],
        )
        rows = cursor.fetchall()
    found = []
    for id_, sealed, wrapped, outer, kek, request, person, leaves in rows:
        key = open_sealed(
            person_key(person, bytes(outer), kek), bytes(wrapped), "cases_case_key", "wrapped", request, person
        )
        plain = open_sealed(key, bytes(sealed), "cases_event", "sealed", id_.hex, person)
        found.append((plain, [bytes(leaf) for leaf in leaves]))
    return found


def test_each_event_leaves_one_salted_commitment(open_licence: Any, traffic: Any) -> None:
    number, name, _ = open_licence()
    step = traffic.event("step", name, "2026-11-02T09:00:00+03:00", step="fee", note={"ar": "سدد"})
    traffic.send(step, step)
    traffic.send(
        step, step | {"data": {"step": "review"}}, traffic.event("step", name, "2026-11-02T09:00:00Z", step="x")
    )
    events = opened_events(number)
    assert len(events) == 2
    for plain, leaves in events:
        assert leaves == [hashlib.sha256(plain).digest()]
    plain = events[1][0]
    assert plain[_SALT:] == canonical(step), "what is kept is what was sent, byte for byte"
    assert len({content[:_SALT] for content, _ in events}) == 2, "a salt is never used twice"
