"""What is known of a person: who may tell it, which of two counts, and how old a person is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from conftest import logged_in, new_civil_id
from masar.kernel.clock import now
from masar.kernel.crypto import CannotOpen, open_sealed
from masar.kernel.database import acting, read_as_person, take
from masar.people.actions import LONGEST_HOLD, KnownPerson, Telling, fits, forget_old_facts, know, remember, tell
from masar.people.queries import FACTS, FACTS_OF_PERSON, PROFILE, Fact, facts_of
from masar.people.rules import age_of, born_on

GDT, MOJ = "kw.moi.gdt", "kw.moj"
FINES = {"fines.unpaid_fils": GDT}
READ = f"""
select {PROFILE}, {FACTS}
  from (select set_config('masar.person', $1::text, true)::bigint pid offset 0) z
  cross join lateral (select * from people_person p where p.id = z.pid) p
  left join lateral (select * from people_person_key k where k.person_id = z.pid) k on true
  {FACTS_OF_PERSON}
"""


def person() -> tuple[str, KnownPerson]:
    civil_id = new_civil_id()
    with acting("masar_system") as cursor:
        return civil_id, know(cursor, {civil_id: "نورة التجريبية"}, demonstration=True)[civil_id]


def facts(who: KnownPerson, sources: Mapping[str, str]) -> dict[str, Fact]:
    row = read_as_person(READ, [who.id])
    assert row is not None
    return facts_of(row[:4], row[12:16], sources, now(), date(2026, 11, 27))


def value(who: KnownPerson, sources: Mapping[str, str] = FINES) -> Any:
    found = facts(who, sources).get("fines.unpaid_fils")
    return found and found.value


def say(who: KnownPerson, **said: Any) -> None:
    with acting("masar_citizen", person=who.id) as cursor:
        remember(cursor, who.id, who.key, {"fines.unpaid_fils": said["fines"]} if "fines" in said else said["of"])


def fines(civil_id: str, amount: int | None, at: datetime, until: datetime | None = None) -> Telling:
    return Telling(civil_id, at, {"fines.unpaid_fils": amount}, until)


@pytest.mark.database
def test_what_an_agency_tells_is_known_with_its_instant() -> None:
    civil_id, who = person()
    at = now() - timedelta(days=3)
    assert tell(GDT, [fines(civil_id, 5_000, at)]) == [frozenset()]
    assert facts(who, FINES) == {"fines.unpaid_fils": Fact(5_000, GDT, at)}


@pytest.mark.database
def test_the_newer_stands_in_whatever_order_it_comes() -> None:
    civil_id, who = person()
    at = now() - timedelta(days=3)
    assert tell(GDT, [fines(civil_id, 1, at), fines(civil_id, 2, at - timedelta(1)), fines(civil_id, 3, at)]) == [
        frozenset(), frozenset({"fines.unpaid_fils"}), frozenset(),
    ]  # fmt: skip
    assert value(who) == 3
    assert tell(GDT, [fines(civil_id, 9, at - timedelta(hours=1))]) == [frozenset({"fines.unpaid_fils"})]
    assert value(who) == 3
    two = Telling(civil_id, at - timedelta(hours=1), {"fines.unpaid_fils": 9, "licence.number": "7"})
    assert tell(GDT, [two]) == [frozenset({"fines.unpaid_fils"})]
    assert facts(who, {"licence.number": GDT})["licence.number"].value == "7"


@pytest.mark.database
def test_what_was_taken_back_does_not_come_again_with_an_older_telling() -> None:
    civil_id, who = person()
    at = now() - timedelta(days=3)
    tell(GDT, [fines(civil_id, 1, at), fines(civil_id, None, at + timedelta(1))])
    assert value(who) is None
    assert tell(GDT, [fines(civil_id, 1, at)]) == [frozenset({"fines.unpaid_fils"})]
    assert value(who) is None


@pytest.mark.database
def test_a_fact_counts_for_thirty_days_or_as_long_as_its_agency_says() -> None:
    for days, until, known in ((29, None, 7), (31, None, None), (31, 1, 7), (1, -1, None)):
        civil_id, who = person()
        end = None if until is None else now() + timedelta(days=until)
        tell(GDT, [fines(civil_id, 7, now() - timedelta(days=days), end)])
        assert value(who) == known, (days, until)


@pytest.mark.database
def test_what_ran_out_long_ago_is_forgotten_and_what_counts_stays() -> None:
    civil_id, who = person()
    at = now() - LONGEST_HOLD + timedelta(hours=1)
    tell(GDT, [fines(civil_id, 7, at), Telling(civil_id, at, {"licence.number": "7"}, at + LONGEST_HOLD)])

    def kept() -> set[str]:
        with acting("masar_citizen", person=who.id) as cursor:
            cursor.execute("select fact from people_fact where person_id = %s::bigint", [who.id])
            return {fact for (fact,) in cursor.fetchall()}

    forget_old_facts()
    assert kept() == {"fines.unpaid_fils", "licence.number"}
    forget_old_facts(now() + timedelta(minutes=61))
    assert kept() == set()


@pytest.mark.database
def test_nothing_is_kept_of_somebody_unknown() -> None:
    civil_id = new_civil_id()
    assert tell(GDT, [fines(civil_id, 1, now())]) == [None]
    with acting("masar_system") as cursor:
        assert know(cursor, {civil_id: ""}, demonstration=True)[civil_id].id
    with acting("masar_system") as cursor:
        cursor.execute("select count(*) from people_fact f where not exists"
                       " (select from people_person p where p.id = f.person_id)")  # fmt: skip
        assert cursor.fetchone() == (0,)
    assert value(know_again(civil_id)) is None


def know_again(civil_id: str) -> KnownPerson:
    with acting("masar_system") as cursor:
        return know(cursor, {civil_id: ""}, demonstration=True)[civil_id]


@pytest.mark.database
def test_the_agency_that_a_service_names_wins_over_the_person_and_no_other_counts() -> None:
    civil_id, who = person()
    tell(MOJ, [fines(civil_id, 1, now())])
    assert value(who) is None
    say(who, fines=2)
    assert value(who) == 2
    tell(GDT, [fines(civil_id, 3, now() - timedelta(days=5))])
    assert value(who) == 3
    assert value(who, {"fines.unpaid_fils": "masar"}) == 2
    assert value(who, {}) is None
    say(who, fines=None)
    assert value(who, {"fines.unpaid_fils": "masar"}) is None


@pytest.mark.database
def test_the_age_comes_from_the_civil_id_and_nobody_says_it() -> None:
    civil_id, who = person()
    say(who, of={"person.age": 7, "person.address": "السالمية"})
    found = facts(who, {"person.age": "masar", "person.address": "masar"})
    assert found["person.age"].value == age_of(civil_id, date(2026, 11, 27)) != 7
    assert found["person.address"].value == "السالمية"


@pytest.mark.database
@pytest.mark.parametrize(
    ("role", "source", "known"),
    [("masar_citizen", GDT, False), ("masar_agency", MOJ, False), ("masar_agency", "masar", False),
     ("masar_citizen", "masar", True), ("masar_agency", GDT, True)],
)  # fmt: skip
def test_everybody_writes_only_under_their_own_name(role: str, source: str, known: bool) -> None:
    _, who = person()
    statement = (
        "insert into people_fact (person_id, fact, source, sealed, known_at, holds_until)"
        " values (%s::bigint, 'person.address', %s, '', now(), now())"
        " on conflict (person_id, fact, source) do update set known_at = excluded.known_at"
    )
    if known:
        for _ in range(2):
            with acting(role, person=who.id, agency=GDT) as cursor:
                cursor.execute(statement, [who.id, source])
        return
    with acting("masar_agency", agency=source) as cursor:
        if source != "masar":
            cursor.execute(statement, [who.id, source])
    with pytest.raises(DatabaseError), acting(role, person=who.id, agency=GDT) as cursor:
        cursor.execute(statement, [who.id, source])
    with acting(role, person=who.id, agency=GDT) as cursor:
        cursor.execute("update people_fact set known_at = now() where source = %s", [source])
        assert cursor.rowcount == 0


@pytest.mark.database
def test_an_agency_reads_nothing_of_others_and_a_person_all_of_theirs() -> None:
    civil_id, who = person()
    tell(GDT, [fines(civil_id, 1, now())])
    tell(MOJ, [Telling(civil_id, now(), {"debt.has_judgment": False})])
    say(who, of={"person.address": "السالمية"})
    seen = {}
    with acting("masar_system") as cursor:
        for role, me in (("masar_agency", {"agency": GDT}), ("masar_citizen", {"person": who.id})):
            take(cursor, role, **me)  # type: ignore[arg-type]
            cursor.execute("select source from people_fact where person_id = %s::bigint order by 1", [who.id])
            seen[role] = [source for (source,) in cursor.fetchall()]
    assert seen == {"masar_agency": [GDT], "masar_citizen": [GDT, MOJ, "masar"]}


@pytest.mark.database
def test_a_value_opens_only_where_it_was_sealed() -> None:
    civil_id, who = person()
    tell(GDT, [Telling(civil_id, now(), {"licence.number": "87654321"})])
    with acting("masar_citizen", person=who.id) as cursor:
        cursor.execute("select sealed from people_fact where person_id = %s::bigint", [who.id])
        sealed = bytes(cursor.fetchone()[0])
    assert b"87654321" not in sealed
    assert open_sealed(who.key, sealed, "people_fact", "sealed", "licence.number", GDT, who.id) == b'"87654321"'
    for place in (("licence.number", MOJ, who.id), ("vehicle.plate", GDT, who.id), ("licence.number", GDT, who.id + 1)):
        with pytest.raises(CannotOpen):
            open_sealed(who.key, sealed, "people_fact", "sealed", *place)


@pytest.mark.database
def test_of_somebody_whose_key_is_gone_nothing_is_known() -> None:
    civil_id, who = person()
    tell(GDT, [fines(civil_id, 1, now())])
    row = read_as_person(READ, [who.id])
    assert row is not None
    assert facts_of([*row[:2], None, None], row[12:16], FINES | {"person.age": "masar"}, now(), now().date()) == {}
    assert logged_in(civil_id).person_id == who.id


@pytest.mark.parametrize(
    ("civil_id", "born"),
    [("288020122596", date(1988, 2, 1)), ("227081660516", date(1927, 8, 16)), ("292091998298", date(1992, 9, 19)),
     ("304022900000", date(2004, 2, 29)), ("288200122596", None), ("303022900000", None)],
)  # fmt: skip
def test_a_civil_id_says_when_somebody_was_born(civil_id: str, born: date | None) -> None:
    assert born_on(civil_id) == born


@pytest.mark.parametrize(
    ("on", "age"),
    [(date(2006, 1, 31), 17), (date(2006, 2, 1), 18), (date(2006, 12, 31), 18), (date(1988, 2, 1), 0),
     (date(1988, 1, 31), None)],
)  # fmt: skip
def test_an_age_is_of_whole_years(on: date, age: int | None) -> None:
    assert age_of("288020122596", on) == age


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    assert [age_of("304022900000", day) for day in (date(2022, 2, 28), date(2022, 3, 1), date(2024, 2, 29))] == [
        17, 18, 20,
    ]  # fmt: skip
    assert age_of("288200122596", date(2026, 1, 1)) is None


def test_a_value_fits_its_declared_type() -> None:
    right = [("integer", 0), ("integer", -5), ("boolean", False), ("text", "أ"), ("text", "x" * 300)]
    wrong = [("integer", True), ("integer", 1.0), ("integer", 2**53), ("integer", "1"), ("boolean", 0), ("text", 5),
             ("text", ""), ("text", "  "), ("text", "x" * 301), ("text", "a\nb"), ("date", "2026-2-1"),
             ("date", "20260201"), ("date", "2026-02-30"), ("date", 20260201), ("text", None)]  # fmt: skip
    assert all(fits(*one) for one in [*right, ("date", "2026-02-28")])
    assert [one for one in wrong if fits(*one)] == []
