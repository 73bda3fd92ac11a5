"""Coming in: second steps that count once, the first that has to be chosen, devices, log-ins and alerts."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from conftest import new_civil_id
from masar.kernel.clock import now
from masar.kernel.database import acting
from masar.people import actions
from masar.people.actions import LastWay, NotEntering, WrongCode, WrongLogIn
from masar.people.actions.factors import factors_of, use_app
from masar.people.queries import SessionEnded, Viewer, disowned, person_key, safety_of
from masar.people.rules import CODE_HOLDS, CODES, ENTERING_HOLDS, FREE_TRIES, MOST_WRONG_CODES, code_step, device_of

pytestmark = pytest.mark.database

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
PASSWORD = "a sentence for tests"


@pytest.fixture
def somebody() -> int:
    """A person with a password and codes by message."""
    return _introduced()


@pytest.fixture
def newcomer() -> int:
    """A person with a password and no second step yet."""
    person = _introduced()
    with acting("masar_login", person=person) as cursor:
        cursor.execute("delete from people_factor where person_id = %s", [person])
    return person


def _introduced() -> int:
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة التجريبية", "ar", PASSWORD)
    return actions.prove_password(civil_id, PASSWORD, HERE, now())


def shown(secret: bytes, at: datetime) -> str:
    """What an authenticator app shows, by the library that others use."""
    return TOTP(secret, 6, SHA1(), 30).generate(int(at.timestamp())).decode()


def with_app(person: int, at: datetime) -> bytes:
    """Give a person without any way an app; return its secret."""
    way_in = actions.begin(person, "log-in", at)
    secret = actions.new_app(way_in, at)
    actions.add_app(way_in, shown(secret, at), at)
    return secret


def come_in(person: int, at: datetime | None = None) -> Viewer:
    at = at or now()
    way_in = actions.begin(person, "log-in", at)
    actions.prove_by_code(way_in, actions.message_code(way_in, at), HERE, at)
    return actions.finish(way_in, PHONE, at)[0]


def test_the_password_alone_lets_nobody_in(somebody: int) -> None:
    way_in = actions.begin(somebody, "log-in", now(), next="/ar/requests/")
    with pytest.raises(NotEntering):
        actions.finish(way_in, PHONE, now())
    actions.prove_by_code(way_in, actions.message_code(way_in, now()), HERE, now())
    viewer, wanted = actions.finish(way_in, PHONE, now())
    assert (viewer.person_id, wanted) == (somebody, "/ar/requests/")
    assert safety_of(viewer).log_ins[0].device == ("Chrome", "Android")
    with pytest.raises(NotEntering):
        actions.finish(way_in, PHONE, now())


def test_a_way_in_holds_a_quarter_of_an_hour(somebody: int) -> None:
    way_in = actions.begin(somebody, "log-in", now())
    with pytest.raises(NotEntering):
        actions.message_code(way_in, now() + ENTERING_HOLDS + timedelta(seconds=1))
    with pytest.raises(NotEntering):
        actions.standing_of(UUID(int=7), now())
    with pytest.raises(NotEntering):
        actions.standing_of(None, now())


def test_whoever_did_not_come_in_is_forgotten_and_nobody_else(somebody: int) -> None:
    late = actions.begin(somebody, "log-in", now() - ENTERING_HOLDS - timedelta(minutes=1))
    on_time = actions.begin(somebody, "log-in", now())
    assert actions.forget_old_enterings() >= 1
    assert actions.standing_of(on_time, now())
    with acting("masar_login") as cursor:
        cursor.execute("select 1 from people_entering where id = %s", [late])
        assert cursor.fetchone() is None


def test_a_message_holds_ten_minutes_and_then_another_is_sent(somebody: int) -> None:
    at = now()
    way_in = actions.begin(somebody, "log-in", at)
    code = actions.message_code(way_in, at)
    assert actions.message_code(way_in, at + timedelta(minutes=9)) == code
    with pytest.raises(WrongCode):
        actions.prove_by_code(way_in, code, HERE, at + CODE_HOLDS)


def test_a_code_of_one_way_in_opens_no_other(somebody: int) -> None:
    one, other = actions.begin(somebody, "log-in", now()), actions.begin(somebody, "log-in", now())
    code = actions.message_code(one, now())
    while actions.message_code(other, now()) == code:
        other = actions.begin(somebody, "log-in", now())
    with pytest.raises(WrongCode):
        actions.prove_by_code(other, code, HERE, now())


def test_who_has_no_second_step_chooses_one_at_the_first_log_in(newcomer: int) -> None:
    way_in = actions.begin(newcomer, "log-in", now())
    stands = actions.standing_of(way_in, now())
    assert (stands.ways, stands.may_add, stands.is_through, stands.name) == ((), True, False, "نورة التجريبية")
    secret = actions.new_app(way_in, now())
    assert actions.new_app(way_in, now()) == secret
    with pytest.raises(WrongCode):
        actions.add_app(way_in, "000000" if shown(secret, now()) != "000000" else "111111", now())
    actions.add_app(way_in, shown(secret, now()), now())
    codes = actions.standing_of(way_in, now()).codes
    assert len(set(codes)) == CODES
    viewer, _ = actions.finish(way_in, PHONE, now())
    assert [one.way for one in safety_of(viewer).ways] == ["app", "codes"]


def test_who_has_a_second_step_cannot_add_another_instead_of_proving(somebody: int) -> None:
    way_in = actions.begin(somebody, "log-in", now())
    for attempt in (
        lambda: actions.new_app(way_in, now()),
        lambda: actions.add_message(way_in, "1", now()),
        lambda: actions.renew_codes(way_in, now()),
        lambda: actions.ask_new(way_in, "localhost", now()),
    ):
        with pytest.raises(NotEntering):
            attempt()


def test_a_code_of_the_app_counts_once_and_half_a_minute_late_or_early(newcomer: int) -> None:
    at = now()
    secret = with_app(newcomer, at - timedelta(minutes=5))
    for shift in (-30, 0, 30):
        way_in = actions.begin(newcomer, "log-in", at)
        code = shown(secret, at + timedelta(seconds=shift))
        assert actions.prove_by_code(way_in, code, HERE, at) == "app"
        again = actions.begin(newcomer, "log-in", at)
        with pytest.raises(WrongCode):
            actions.prove_by_code(again, code, HERE, at)
    for shift in (-60, 60):
        assert code_step(secret, shown(secret, at + timedelta(seconds=shift)), at, 0) is None


def test_each_of_the_two_looks_at_a_used_code_holds_alone(newcomer: int) -> None:
    at = now()
    secret = with_app(newcomer, at - timedelta(minutes=5))
    step = int(at.timestamp()) // 30
    assert code_step(secret, shown(secret, at), at, step - 1) == step
    assert code_step(secret, shown(secret, at), at, step) is None
    with acting("masar_login", person=newcomer) as cursor:
        cursor.execute("select wrapped, kek from people_person_key where person_id = %s", [newcomer])
        wrapped, kek = cursor.fetchone()
        stale = factors_of(cursor, newcomer, person_key(newcomer, bytes(wrapped), kek))[0]
        assert use_app(cursor, stale, shown(secret, at), at)
        assert not use_app(cursor, stale, shown(secret, at), at), "the row knows, though what was read does not"


def test_a_code_may_be_typed_in_any_digits_with_spaces(newcomer: int) -> None:
    at = now()
    secret = with_app(newcomer, at - timedelta(minutes=5))
    eastern = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    code = shown(secret, at).translate(eastern)
    way_in = actions.begin(newcomer, "log-in", at)
    assert actions.prove_by_code(way_in, f" {code[:3]} - {code[3:]} ", HERE, at) == "app"


def test_one_code_sent_twice_at_once_counts_once(newcomer: int) -> None:
    at = now()
    secret = with_app(newcomer, at - timedelta(minutes=5))
    ways_in = [actions.begin(newcomer, "log-in", at) for _ in range(4)]
    taken: list[str] = []

    def prove(way_in: UUID, line: Barrier) -> None:
        line.wait()
        with suppress(WrongCode):
            taken.append(actions.prove_by_code(way_in, shown(secret, at), secrets.token_hex(8), at))

    in_threads(prove, ways_in)
    assert taken == ["app"]


def in_threads(work: Callable[[UUID, Barrier], None], ways_in: list[UUID]) -> None:
    from django.db import connections

    def run(way_in: UUID, line: Barrier) -> None:
        try:
            work(way_in, line)
        finally:
            connections.close_all()

    line = Barrier(len(ways_in))
    threads = [Thread(target=run, args=(way_in, line)) for way_in in ways_in]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_a_code_for_paper_counts_once_and_its_person_is_told(newcomer: int) -> None:
    way_in = actions.begin(newcomer, "log-in", now())
    secret = actions.new_app(way_in, now())
    actions.add_app(way_in, shown(secret, now()), now())
    codes = actions.standing_of(way_in, now()).codes
    for code in codes[:3]:
        way_in = actions.begin(newcomer, "log-in", now())
        assert actions.prove_by_code(way_in, code, HERE, now()) == "codes"
        viewer, _ = actions.finish(way_in, PHONE, now())
        way_in = actions.begin(newcomer, "log-in", now())
        with pytest.raises(WrongCode):
            actions.prove_by_code(way_in, code, HERE, now())
    assert [one.kind for one in safety_of(viewer).alerts].count("code-used") == 3


def test_after_five_wrong_codes_even_the_right_one_waits_from_there_and_not_from_elsewhere(somebody: int) -> None:
    at = now()
    way_in = actions.begin(somebody, "log-in", at)
    code = actions.message_code(way_in, at)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongCode):
            actions.prove_by_code(way_in, wrong, HERE, at)
    with pytest.raises(WrongCode):
        actions.prove_by_code(way_in, code, HERE, at)
    assert actions.prove_by_code(way_in, code, ELSEWHERE, at) == "message"


def test_thirty_wrong_codes_from_anywhere_stop_six_digits_but_no_code_for_paper(newcomer: int) -> None:
    at = now()
    way_in = actions.begin(newcomer, "log-in", at)
    secret = actions.new_app(way_in, at)
    actions.add_app(way_in, shown(secret, at), at)
    codes = actions.standing_of(way_in, at).codes
    later = at + timedelta(minutes=2)
    right = shown(secret, later)
    wrong = next(f"{n:06d}" for n in range(10) if code_step(secret, f"{n:06d}", later, 0) is None)
    way_in = actions.begin(newcomer, "log-in", later)
    for n in range(MOST_WRONG_CODES):
        with pytest.raises(WrongCode):
            actions.prove_by_code(way_in, wrong, f"192.0.2.{n}", later)
    with pytest.raises(WrongCode):
        actions.prove_by_code(way_in, right, "198.51.100.1", later)
    assert actions.prove_by_code(way_in, codes[0], "198.51.100.2", later) == "codes"
    viewer, _ = actions.finish(way_in, PHONE, later)
    assert "many-wrong-codes" in [one.kind for one in safety_of(viewer).alerts]


def test_a_trusted_device_is_let_in_by_the_password_and_no_other_is(somebody: int) -> None:
    viewer, other = come_in(somebody), _introduced()
    cookie = actions.trust(viewer, PHONE, now())
    assert (entered := actions.enter_trusted(somebody, cookie, PHONE, now())) is not None
    assert entered.person_id == somebody
    assert not actions.has_proved(entered, now()), "the password alone is no fresh proof"
    name, _, secret = cookie.partition(".")
    for person, kept, at in (
        (other, cookie, now()),
        (somebody, f"{name}.{secret[:-1]}x", now()),
        (somebody, f"{UUID(int=5).hex}.{secret}", now()),
        (somebody, "", now()),
        (somebody, "no.thing", now()),
        (somebody, cookie, now() + actions.TRUST_HOLDS),
    ):
        assert actions.enter_trusted(person, kept, PHONE, at) is None, kept
    actions.end_others(viewer)
    assert actions.enter_trusted(somebody, cookie, PHONE, now()) is None


def test_ending_a_log_in_ends_it_at_once_and_only_ones_own(somebody: int) -> None:
    mine, other, stranger = come_in(somebody), come_in(somebody), come_in(_introduced())
    actions.end_one(stranger, other.session)
    assert safety_of(other)
    actions.end_one(mine, other.session)
    actions.end_one(mine, other.session)
    assert [one.kind for one in safety_of(mine).alerts].count("log-in-ended") == 1
    for act in (safety_of, actions.end_others, lambda it: actions.end_one(it, mine.session)):
        with pytest.raises(SessionEnded):
            act(other)
    assert [one.id for one in safety_of(mine).log_ins] == [mine.session]


def test_a_log_in_ends_by_itself_after_twelve_hours(somebody: int) -> None:
    viewer = come_in(somebody)
    with acting("masar_login", person=somebody) as cursor:
        cursor.execute(
            "select ends_at - started_at, ends_at - now() from people_session where id = %s", [viewer.session]
        )
        lasts, left = cursor.fetchone()
        assert timedelta(hours=11, minutes=59) < left <= lasts <= timedelta(hours=12, seconds=1)
        cursor.execute("update people_session set ends_at = now() where id = %s", [viewer.session])
    with pytest.raises(SessionEnded):
        safety_of(viewer)


def test_what_was_not_me_closes_everything_but_where_it_was_said(somebody: int) -> None:
    mine, other = come_in(somebody), come_in(somebody)
    cookie = actions.trust(mine, PHONE, now())
    alert = next(one for one in safety_of(mine).alerts if one.kind == "logged-in")
    stranger = come_in(_introduced())
    assert not actions.was_not_me(stranger, alert.id)
    assert actions.was_not_me(mine, alert.id)
    assert safety_of(mine).alerts[0].kind == "not-me"
    assert [(person, kind) for _, person, kind, _ in disowned(1) if person == somebody] == [(somebody, "logged-in")]
    assert safety_of(mine).devices == []
    with pytest.raises(SessionEnded):
        safety_of(other)
    assert actions.enter_trusted(somebody, cookie, PHONE, now()) is None


def test_before_what_matters_one_proves_oneself_within_five_minutes(somebody: int) -> None:
    viewer = come_in(somebody)
    assert actions.has_proved(viewer, now())
    later = now() + timedelta(minutes=6)
    assert not actions.has_proved(viewer, later)
    way_in = actions.begin(somebody, "again", now(), next="/ar/account/password/")
    stranger = come_in(_introduced())
    with pytest.raises(NotEntering):
        actions.finish_again(viewer, way_in, now())
    actions.prove_by_code(way_in, actions.message_code(way_in, now()), HERE, now())
    with pytest.raises(NotEntering):
        actions.finish_again(stranger, way_in, now())
    with pytest.raises(NotEntering):
        actions.finish(way_in, PHONE, now())
    assert actions.finish_again(viewer, way_in, now()) == "/ar/account/password/"


def test_the_last_way_stays(somebody: int) -> None:
    viewer = come_in(somebody)
    (way,) = safety_of(viewer).ways
    with pytest.raises(LastWay):
        actions.remove_way(viewer, way.id, now())
    way_in = actions.begin(somebody, "add", now())
    secret = actions.new_app(way_in, now())
    actions.add_app(way_in, shown(secret, now()), now())
    actions.finish_again(viewer, way_in, now())
    stranger = come_in(_introduced())
    actions.remove_way(stranger, way.id, now())
    assert [one.way for one in safety_of(viewer).ways] == ["app", "message", "codes"]
    actions.remove_way(viewer, way.id, now())
    assert [one.way for one in safety_of(viewer).ways] == ["app", "codes"]


def test_a_changed_password_ends_the_other_log_ins() -> None:
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة", "ar", PASSWORD)
    person = actions.prove_password(civil_id, PASSWORD, HERE, now())
    mine, other = come_in(person), come_in(person)
    assert not actions.change_password(mine, "not it", "another sentence")
    assert safety_of(other)
    assert actions.change_password(mine, PASSWORD, "another sentence")
    with pytest.raises(SessionEnded):
        safety_of(other)
    with pytest.raises(WrongLogIn):
        actions.prove_password(civil_id, PASSWORD, HERE, now())
    assert actions.prove_password(civil_id, "another sentence", HERE, now()) == person


def test_the_operator_forgets_ways_after_proof_and_the_person_is_told() -> None:
    civil_id = new_civil_id()
    actions.introduce(civil_id, "نورة", "ar", PASSWORD)
    person = actions.prove_password(civil_id, PASSWORD, HERE, now())
    viewer = come_in(person)
    assert actions.forget_ways(civil_id) == 1
    with pytest.raises(SessionEnded):
        safety_of(viewer)
    assert actions.standing_of(actions.begin(person, "log-in", now()), now()).may_add
    with pytest.raises(actions.NoSuchPerson):
        actions.forget_ways(new_civil_id())


def test_an_erased_person_comes_in_no_more(newcomer: int) -> None:
    way_in = actions.begin(newcomer, "log-in", now())
    import os

    import psycopg

    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        owner.execute("delete from people_person_key where person_id = %s", [newcomer])
    with pytest.raises(NotEntering):
        actions.standing_of(way_in, now())
    with pytest.raises(NotEntering):
        actions.begin(newcomer, "log-in", now())


def test_no_secret_of_a_way_stands_in_the_clear(newcomer: int) -> None:
    way_in = actions.begin(newcomer, "log-in", now())
    secret = actions.new_app(way_in, now())
    with acting("masar_login", person=newcomer) as cursor:
        cursor.execute("select sealed from people_entering where id = %s", [way_in])
        kept = bytes(cursor.fetchone()[0])
    assert secret not in kept
    assert base64.b64encode(secret) not in kept


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (PHONE, ("Chrome", "Android")),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", ("Safari", "iPhone")),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/140.0 Safari/537.36 Edg/140.0", ("Edge", "Windows")),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ("Firefox", "Linux")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_a_device_is_named_in_two_words(agent: str, device: tuple[str, str]) -> None:
    assert device_of(agent) == device
