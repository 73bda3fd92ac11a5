"""Somebody who cannot prove themselves here is led on: to their first way, to a way back, or to log in anew."""

from __future__ import annotations

import pytest
from django.test import Client

from conftest import logged_in, new_civil_id
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people import actions
from masar.people.actions.factors import give
from masar.people.queries import SessionEnded, Viewer, person_key, safety_of
from masar.portal.cookie import SESSION_ENTERING, SESSION_ID, SESSION_PERSON, SESSION_SEEN

pytestmark = pytest.mark.database


@pytest.fixture
def person() -> Viewer:
    """Somebody with an account and no way beside the password."""
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة", "ar", "a sentence for tests")
    actions.forget_ways(civil_id)
    return logged_in(civil_id)


def visitor(**kept: object) -> Client:
    client = Client()
    session = client.session
    for key, value in kept.items():
        session[key] = value
    session.save()
    client.cookies["masar"] = session.session_key
    return client


def give_passkey(person_id: int) -> None:
    with acting("masar_login", person=person_id) as cursor:
        cursor.execute("select wrapped, kek from people_person_key where person_id = %s", [person_id])
        wrapped, kek = cursor.fetchone()
        give(cursor, person_id, person_key(person_id, bytes(wrapped), kek), "passkey", {"credential": ""})


def test_who_has_none_chooses_the_first(person: Viewer) -> None:
    way_in = actions.begin(person.person_id, "log-in", now())
    answer = visitor(**{SESSION_ENTERING: way_in.hex}).get("/ar/login/second/")
    assert (answer.status_code, answer["Location"]) == (303, "/ar/login/add/")


def test_who_has_a_passkey_alone_is_led_back_where_the_site_has_no_name(person: Viewer) -> None:
    give_passkey(person.person_id)
    way_in = actions.begin(person.person_id, "log-in", now())
    answer = visitor(**{SESSION_ENTERING: way_in.hex}).get("/ar/login/second/", SERVER_NAME="127.0.0.1")
    assert (answer.status_code, answer["Location"]) == (303, "/ar/login/lost/")


def test_who_is_in_without_any_way_proves_it_by_logging_in_anew(person: Viewer) -> None:
    way_in = actions.begin(person.person_id, "again", now(), next="/ar/account/password/")
    keys = {SESSION_PERSON: person.person_id, SESSION_ID: person.session.hex, SESSION_SEEN: int(now().timestamp())}
    answer = visitor(**keys, **{SESSION_ENTERING: way_in.hex}).get("/ar/login/second/")
    assert (answer.status_code, answer["Location"]) == (303, "/ar/login/?next=%2Far%2Faccount%2Fsafety%2F")
    with pytest.raises(SessionEnded):
        safety_of(person)
