"""Whoever comes for the first time or lost their password: codes of a counter, the waiting day, and who may stop it."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from conftest import new_civil_id
from masar.kernel.clock import now
from masar.people import actions
from masar.people.actions import NotEntering, WrongLogIn
from masar.people.queries import SessionEnded, safety_of
from masar.people.rules import FREE_TRIES, RECOVERY_HOLDS, VOUCHER_HOLDS, WAITING
from masar.people.tests.test_entering import HERE, PASSWORD, PHONE, come_in, shown

pytestmark = pytest.mark.database


def code_for(civil_id: str, *, forgets: bool = False) -> str:
    return actions.hand_out(civil_id, "نورة التجريبية", now(), demonstration=True, forgets=forgets)


def with_paper() -> tuple[str, int, list[str]]:
    """Somebody with an account, an app, and codes for paper: (civil ID, person, codes)."""
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة التجريبية", "ar", PASSWORD)
    actions.forget_ways(civil_id)
    person = actions.prove_password(civil_id, PASSWORD, HERE, now())
    way_in = actions.begin(person, "log-in", now())
    secret = actions.new_app(way_in, now())
    actions.add_app(way_in, shown(secret, now()), now())
    return civil_id, person, list(actions.standing_of(way_in, now()).codes)


def test_somebody_unknown_registers_with_the_code_of_a_counter() -> None:
    civil_id = new_civil_id()
    way_in = actions.redeem(civil_id, code_for(civil_id), HERE, now())
    with pytest.raises(NotEntering):
        actions.finish(way_in, PHONE, now())
    way_in = actions.reset_password(way_in, "a first sentence", now())
    stands = actions.standing_of(way_in, now())
    assert (stands.purpose, stands.may_add, stands.name) == ("log-in", True, "نورة التجريبية")
    assert actions.prove_password(civil_id, "a first sentence", HERE, now())


def test_a_code_of_a_counter_counts_once_for_seven_days_and_only_for_its_person() -> None:
    civil_id, other = new_civil_id(), new_civil_id()
    first, second = code_for(civil_id), code_for(civil_id)
    code_for(other)
    for who, code, at in (
        (civil_id, first, now()),
        (other, second, now()),
        (new_civil_id(), second, now()),
        (civil_id, second, now() + VOUCHER_HOLDS),
        (civil_id, "", now()),
    ):
        with pytest.raises(WrongLogIn):
            actions.redeem(who, code, secrets.token_hex(4), at)
    assert actions.redeem(civil_id, f"{second[:4]} {second[4:]}", HERE, now())
    with pytest.raises(WrongLogIn):
        actions.redeem(civil_id, second, HERE, now())


def test_codes_of_a_counter_cannot_be_guessed_in_a_row() -> None:
    civil_id = new_civil_id()
    code = code_for(civil_id)
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongLogIn):
            actions.redeem(civil_id, "000000000000", HERE, now())
    with pytest.raises(WrongLogIn):
        actions.redeem(civil_id, code, HERE, now())
    assert actions.redeem(civil_id, code, "192.0.2.77", now())


def test_a_new_password_by_a_counter_ends_everything_and_still_asks_for_the_second_step() -> None:
    civil_id, person, codes = with_paper()
    way_in = actions.begin(person, "log-in", now())
    actions.prove_by_code(way_in, codes[0], HERE, now())
    viewer, _ = actions.finish(way_in, PHONE, now())
    way_in = actions.reset_password(actions.redeem(civil_id, code_for(civil_id), HERE, now()), "a new sentence", now())
    with pytest.raises(SessionEnded):
        safety_of(viewer)
    with pytest.raises(WrongLogIn):
        actions.prove_password(civil_id, PASSWORD, HERE, now())
    stands = actions.standing_of(way_in, now())
    assert (stands.ways, stands.may_add, stands.is_through) == (("app", "codes"), False, False)


def test_a_code_for_somebody_who_lost_all_forgets_every_way() -> None:
    civil_id, _, _ = with_paper()
    way_in = actions.redeem(civil_id, code_for(civil_id, forgets=True), HERE, now())
    way_in = actions.reset_password(way_in, "a new sentence", now())
    assert actions.standing_of(way_in, now()).may_add


def test_a_recovery_waits_a_day_and_takes_another_code() -> None:
    civil_id, _, codes = with_paper()
    at = now()
    begun = actions.recover(civil_id, codes[0], HERE, at)
    assert (begun.ready_at, begun.way_in) == (at + WAITING, None)
    assert actions.recover(civil_id, codes[1], HERE, at + timedelta(hours=23)) == begun
    with pytest.raises(WrongLogIn):
        actions.recover(civil_id, codes[0], HERE, at + WAITING)
    done = actions.recover(civil_id, codes[2], HERE, at + WAITING + timedelta(minutes=1))
    assert done.way_in is not None
    way_in = actions.reset_password(done.way_in, "a recovered sentence", at + WAITING + timedelta(minutes=2))
    assert actions.standing_of(way_in, at + WAITING + timedelta(minutes=2)).ways == ("app", "codes")
    with pytest.raises(NotEntering):
        actions.reset_password(done.way_in, "once more", now())
    assert actions.recover(civil_id, codes[3], HERE, at + WAITING + timedelta(minutes=5)).way_in is None


def test_a_recovery_that_nobody_ends_is_forgotten_after_a_week() -> None:
    civil_id, _, codes = with_paper()
    at = now()
    actions.recover(civil_id, codes[0], HERE, at)
    assert actions.recover(civil_id, codes[1], HERE, at + WAITING + RECOVERY_HOLDS).way_in is None


def test_whoever_is_logged_in_sees_a_recovery_and_stops_it() -> None:
    civil_id, person, codes = with_paper()
    way_in = actions.begin(person, "log-in", now())
    actions.prove_by_code(way_in, codes[0], HERE, now())
    viewer, _ = actions.finish(way_in, PHONE, now())
    assert not actions.is_recovering(viewer)
    at = now()
    actions.recover(civil_id, codes[1], HERE, at)
    assert actions.is_recovering(viewer)
    assert safety_of(viewer).recovery_ready_at == at + WAITING
    assert safety_of(viewer).alerts[0].kind == "recovery-asked" or "recovery-asked" in [
        one.kind for one in safety_of(viewer).alerts
    ]
    stranger = come_in(_somebody())
    actions.stop_recovery(stranger)
    assert actions.is_recovering(viewer)
    actions.stop_recovery(viewer)
    assert safety_of(viewer).recovery_ready_at is None
    assert actions.recover(civil_id, codes[2], HERE, at + WAITING + timedelta(minutes=1)).way_in is None


def _somebody() -> int:
    civil_id = new_civil_id()
    actions.introduce(civil_id, "فيصل", "ar", PASSWORD)
    return actions.prove_password(civil_id, PASSWORD, HERE, now())


def test_a_message_is_too_weak_to_recover_with_and_nobody_learns_who_has_an_account() -> None:
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة", "ar", PASSWORD)
    for who in (civil_id, new_civil_id()):
        with pytest.raises(WrongLogIn) as refused:
            actions.recover(who, "123456", HERE, now())
        assert str(refused.value) == str(WrongLogIn())


def test_a_stranger_who_knows_the_civil_id_keeps_nobody_from_their_second_step() -> None:
    civil_id, person, codes = with_paper()
    for n in range(40):
        with pytest.raises(WrongLogIn):
            actions.recover(civil_id, "123456", f"198.51.100.{n}", now())
    way_in = actions.begin(person, "log-in", now())
    assert actions.prove_by_code(way_in, codes[0], HERE, now()) == "codes"
    actions.introduce(other := new_civil_id(), "فيصل", "ar", PASSWORD)
    for n in range(40):
        with pytest.raises(WrongLogIn):
            actions.recover(other, "123456", f"198.51.100.{n}", now())
    assert come_in(actions.prove_password(other, PASSWORD, HERE, now()))


def test_saying_this_was_not_me_stops_a_recovery_too() -> None:
    civil_id, person, codes = with_paper()
    way_in = actions.begin(person, "log-in", now())
    actions.prove_by_code(way_in, codes[0], HERE, now())
    viewer, _ = actions.finish(way_in, PHONE, now())
    actions.recover(civil_id, codes[1], HERE, now())
    assert actions.was_not_me(viewer, safety_of(viewer).alerts[0].id)
    assert not actions.is_recovering(viewer)


def test_whoever_always_came_by_a_national_identity_gets_a_first_password() -> None:
    from masar.kernel.database import acting
    from masar.people.queries import Viewer

    civil_id = new_civil_id()
    with acting("masar_system") as cursor:
        person = actions.know(cursor, {civil_id: "مريم"}, demonstration=True)[civil_id].id
    with acting("masar_login", person=person):
        by_identity = Viewer(person, actions.start_session(person, "identity"))
        by_code = Viewer(person, actions.start_session(person, "codes"))
    assert not actions.change_password(by_code, "", "a first sentence")
    assert actions.change_password(by_identity, "", "a first sentence")
    assert actions.prove_password(civil_id, "a first sentence", HERE, now()) == person


def test_whoever_came_in_with_a_passkey_changes_a_forgotten_password() -> None:
    from masar.kernel.database import acting

    person = _somebody()
    viewer = come_in(person)
    assert actions.needs_old_password(viewer)
    assert not actions.change_password(viewer, "", "a new sentence")
    with acting("masar_system"):
        pass
    with acting("masar_login", person=person):
        by_passkey = type(viewer)(person, actions.start_session(person, "passkey"))
    assert not actions.needs_old_password(by_passkey)
    assert actions.change_password(by_passkey, "", "a new sentence")
