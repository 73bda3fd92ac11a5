"""Persons: known once, sealed, found by a blind index; passwords and log-ins."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from typing import Any

import pytest

from conftest import logged_in, new_civil_id
from masar.kernel.clock import now
from masar.kernel.crypto import vault
from masar.kernel.database import acting
from masar.people import actions
from masar.people.passwords import PepperedArgon2
from masar.people.queries import open_person
from masar.people.rules import FREE_TRIES, LONGEST_WAIT, wait_after

pytestmark = pytest.mark.database
REAL = "288020122596"  # a public example


def known(*people: tuple[str, str]) -> dict[str, actions.KnownPerson]:
    with acting("masar_system") as cursor:
        return actions.know(cursor, dict(people), demonstration=True)


def row_of(person_id: int) -> tuple[Any, ...]:
    with acting("masar_system") as cursor:
        cursor.execute(
            "select p.civil_index, p.sealed, k.wrapped, k.kek, p.last_visit_at, p.previous_visit_at, p.language"
            " from people_person p join people_person_key k on k.person_id = p.id where p.id = %s::bigint",
            [person_id],
        )
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def test_a_person_is_made_known_once_and_keeps_the_first_name() -> None:
    one, other = new_civil_id(), new_civil_id()
    first = known((one, "نورة"))
    again = known((one, "somebody else"), (other, "فيصل"))
    assert again[one] == first[one]
    assert again[other].id != first[one].id
    assert again[other].key != first[one].key
    index, sealed, wrapped, kek, *_ = row_of(first[one].id)
    assert open_person(first[one].id, sealed, wrapped, kek) == {"civil_id": one, "name": "نورة"}
    assert bytes(index) == vault().blind_index("civil_id", one)
    assert one.encode() not in bytes(sealed)


def test_a_person_whose_key_is_gone_cannot_be_opened() -> None:
    civil_id = new_civil_id()
    person = known((civil_id, "نورة"))[civil_id]
    _, sealed, wrapped, kek, *_ = row_of(person.id)
    assert open_person(person.id, sealed, None, None) == {}
    assert open_person(person.id + 1, sealed, wrapped, kek) == {}
    assert open_person(person.id, sealed, os.urandom(60), kek) == {}


def test_which_civil_ids_are_taken() -> None:
    assert actions.demand_civil_id("٢٨٨٠٢٠١٢٢٥٩٦", demonstration=False) == REAL
    assert actions.demand_civil_id(new_civil_id(), demonstration=True)
    for text, demonstration in ((new_civil_id(), False), ("12345", True), ("", True)):
        with pytest.raises(actions.NotACivilId):
            actions.demand_civil_id(text, demonstration=demonstration)


def test_a_password_is_hashed_with_the_pepper_and_never_twice_alike() -> None:
    hasher = PepperedArgon2()
    one, other = (hasher.encode("كلمة سر طويلة", hasher.salt()) for _ in range(2))
    assert one != other
    assert "m=19456,t=2,p=1" in one
    assert hasher.verify("كلمة سر طويلة", one)
    assert not hasher.verify("كلمة سر طويله", one)
    assert not super(PepperedArgon2, hasher).verify("كلمة سر طويلة", one), "without the pepper a stolen hash is no use"


def test_a_password_is_given_only_to_who_is_known() -> None:
    with pytest.raises(actions.NoSuchPerson):
        actions.set_password(new_civil_id(), "long enough 1")
    civil_id = new_civil_id()
    known((civil_id, "نورة"))
    actions.set_password(civil_id, "long enough 1")
    assert logs_in(civil_id, "long enough 1")
    actions.set_password(civil_id, "long enough 2")
    assert not logs_in(civil_id, "long enough 1")
    assert logs_in(civil_id, "long enough 2")


def logs_in(civil_id: str, password: str, address: str = "192.0.2.1") -> bool:
    try:
        return actions.prove_password(civil_id, password, address, now()) > 0
    except actions.WrongLogIn:
        return False


def test_after_wrong_passwords_one_source_waits_and_another_does_not() -> None:
    civil_id = new_civil_id()
    known((civil_id, "نورة"))
    actions.set_password(civil_id, "long enough 1")
    for _ in range(FREE_TRIES):
        assert not logs_in(civil_id, "wrong")
    assert not logs_in(civil_id, "long enough 1"), "the right one must wait too"
    assert logs_in(civil_id, "long enough 1", "192.0.2.2"), "a stranger must not lock anybody out"
    username, source = actions.username_of(civil_id), actions.source_of("192.0.2.1")
    with acting("masar_login") as cursor:
        assert not actions.count_try(cursor, username, source, now())
        assert actions.count_try(cursor, username, source, now() + timedelta(seconds=11))
        actions.forget_tries(cursor, username, source)
    assert logs_in(civil_id, "long enough 1")


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_after(n) for n in range(40)]
    assert waits[:FREE_TRIES] == [timedelta(0)] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 3] == [timedelta(seconds=10 * 2**n) for n in range(3)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_a_visit_half_an_hour_later_is_a_new_one() -> None:
    civil_id = new_civil_id()
    person = known((civil_id, "نورة"))[civil_id]
    viewer, start = logged_in(civil_id), now()
    for minutes in (0, 10, 29, 31, 40):
        actions.visit(viewer, start + timedelta(minutes=minutes))
    assert row_of(person.id)[4:6] == (start + timedelta(minutes=31), start)


def test_an_address_is_counted_without_being_kept() -> None:
    source = actions.source_of("192.0.2.1")
    assert source == actions.source_of("192.0.2.1") != actions.source_of("192.0.2.2")
    assert len(source) == 32


def test_an_introduced_person_is_new_once() -> None:
    civil_id, word = new_civil_id(), secrets.token_hex(8)
    assert actions.introduce(civil_id, "نورة", "ur", word)
    assert not actions.introduce(civil_id, "نورة", "en", "another word")
    assert logs_in(civil_id, word)
    assert row_of(known((civil_id, ""))[civil_id].id)[6] == "ur"
