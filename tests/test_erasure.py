"""Who is erased is unreadable for ever: here at once, and in an older backup once the list is replayed (R4)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.test import Client

from conftest import Reporter, logged_in, new_civil_id
from masar.cases.queries import my_request
from masar.kernel import erasures
from masar.kernel.clock import now
from masar.kernel.crypto import CannotOpen
from masar.kernel.database import acting
from masar.people import actions
from masar.people.queries import SessionEnded, to_erase_again
from tests.backups import dumped, ran, restored
from tests.running import ROOT
from tests.sealed_values import key_of_person, values_of
from tests.server import own_database

pytestmark = pytest.mark.database
LICENCE = "kw.moi.gdt.renew-driving-licence"
PASSWORD = "a sentence for tests"
HERE = os.environ["MASAR_PG_DSN"]
KEYS = "TABLE DATA public people_person_key "


@pytest.fixture(autouse=True)
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of erased persons for each test alone."""
    monkeypatch.setenv("MASAR_ERASURES", str(tmp_path / "erasures"))
    return tmp_path / "erasures"


@pytest.fixture
def noura(kuwait: None) -> tuple[str, int, int]:
    """A person with an account, a request and a fact: civil ID, person, number."""
    return known()


def known() -> tuple[str, int, int]:
    civil_id, gdt, at = new_civil_id(), Reporter("kw.moi.gdt"), now() - timedelta(hours=1)
    actions.introduce(civil_id, "نورة التجريبية", "ar", PASSWORD)
    opened = gdt.event("opened", None, at, service=LICENCE, agency_ref=civil_id[::-1], civil_id=civil_id, note="x")
    item = gdt.send(opened)[0]
    actions.tell("kw.moi.gdt", [actions.Telling(civil_id, at, {"licence.number": "7"})])
    return civil_id, logged_in(civil_id).person_id, item.number


def readable(dsn: str, person: int) -> int:
    """How many sealed values of a person can be opened in a database, by whoever has it and the key ring."""
    with psycopg.connect(dsn) as owner:
        key = key_of_person(owner, person)
        if key is None:
            return 0
        return sum(value.opens(value.key, value.place) for value in values_of(owner, person, key))


def masar(dsn: str, *words: str, fails: bool = False) -> str:
    """Run a command on a database."""
    run = subprocess.run(
        [sys.executable, "-m", "masar.config.command", *words], env=os.environ | {"DATABASE_URL": dsn}, cwd=ROOT,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    assert (run.returncode != 0) == fails, run.stdout
    return run.stdout


def test_an_erased_person_is_gone_at_once(noura):
    civil_id, person, number = noura
    viewer = logged_in(civil_id)
    assert readable(HERE, person) >= 5
    actions.erase(person)
    assert readable(HERE, person) == 0
    with pytest.raises(SessionEnded):
        my_request(viewer, number, now())
    with pytest.raises(actions.WrongLogIn):
        actions.prove_password(civil_id, PASSWORD, "192.0.2.1", now())
    with pytest.raises(actions.NoSuchPerson):
        actions.erase(person)
    with pytest.raises(actions.NoSuchPerson):
        actions.erase_by_civil_id(civil_id)
    with acting("masar_system") as cursor:
        assert actions.find(cursor, [civil_id]) == {}
        cursor.execute("select count(*) from people_erasure where person_id = %s::bigint", [person])
        assert cursor.fetchone() == (1,)
    assert [one.person_id for one in erasures.erased()] == [person]
    assert to_erase_again() == 0


def test_what_an_agency_reports_of_an_erased_person_is_refused_and_who_comes_again_is_new(noura):
    civil_id, person, number = noura
    other = known()
    actions.erase(person)
    gdt, at = Reporter("kw.moi.gdt"), now()
    items = gdt.send(
        gdt.event("noted", str(number), at, note="x"),
        gdt.event("noted", f"ref:{civil_id[::-1]}", at, note="x"),
        gdt.event("opened", None, at, service=LICENCE, agency_ref=civil_id[::-1], civil_id=civil_id),
        gdt.event("noted", str(other[2]), at, note="x"),
        gdt.event("opened", None, at, service=LICENCE, agency_ref="new-" + civil_id[::-1], civil_id=civil_id),
    )
    assert [item.status for item in items] == ["forbidden"] * 3 + ["accepted"] * 2
    assert {item.problem["code"] for item in items[:3]} == {"person-erased"}
    assert logged_in(civil_id).person_id != person


def test_an_erased_person_stays_erased_in_an_older_backup(noura):
    civil_id, person, _ = noura
    spared = known()
    backup = dumped(HERE)
    actions.erase(person)
    with own_database("restored") as copy:
        restored(backup, copy)
        assert readable(copy, person) >= 5, "a backup reads until the replay, with the key that wrapped in it"
        assert "1 erased persons can be read" in masar(copy, "doctor", fails=True)
        assert "1 persons were erased again" in masar(copy, "keys", "replay")
        assert readable(copy, person) == 0
        assert readable(copy, spared[1]) >= 5
        assert "Nobody on the list" in masar(copy, "keys", "replay")
        assert "No erased person can be read" in masar(copy, "doctor")
        assert "is not found by it any longer" in masar(copy, "keys", "erase", civil_id, "--yes", fails=True)


def test_a_backup_reads_nothing_until_the_keys_of_persons_are_put_back(noura, tmp_path):
    """As docs/operate.md has it: one dump as a folder, the file of the keys kept apart and for a short time."""
    _, person, _ = noura
    backup = tmp_path / "backup"
    ran("pg_dump", "--format=directory", f"--file={backup}", "--dbname", HERE)
    entry = next(line for line in ran("pg_restore", "--list", str(backup)).splitlines() if KEYS in line)
    keys = backup / f"{entry.split(';')[0]}.dat.gz"
    keys.rename(tmp_path / keys.name)
    lines = [line for line in ran("pg_restore", "--list", str(backup)).splitlines() if KEYS not in line]
    (tmp_path / "list").write_text("\n".join(lines))
    with own_database("keyless") as copy:
        ran("pg_restore", "--clean", "--if-exists", f"--use-list={tmp_path / 'list'}", "--dbname", copy, str(backup))
        assert readable(copy, person) == 0
        (tmp_path / keys.name).rename(keys)
        ran("pg_restore", "--data-only", "--table=people_person_key", "--dbname", copy, str(backup))
        assert readable(copy, person) >= 5


def test_whoever_is_given_an_erased_persons_id_is_spared(noura):
    _, person, _ = noura
    with acting("masar_system") as cursor:
        cursor.execute("select made_at from people_person where id = %s::bigint", [person])
        made_at = cursor.fetchone()[0]
    long_ago = now() - timedelta(days=1)
    erasures.append(erasures.Erased(person, made_at - timedelta(days=9), long_ago))
    assert to_erase_again() == 0
    assert actions.replay() == 0
    assert readable(HERE, person) >= 5


def test_an_erasure_that_broke_off_is_on_the_list_and_the_replay_ends_it(noura):
    _, person, _ = noura
    append = erasures.append

    def fall(erased: erasures.Erased) -> None:
        append(erased)
        raise OSError("the machine fell")

    with pytest.MonkeyPatch.context() as falls:
        falls.setattr(erasures, "append", fall)
        with pytest.raises(OSError, match="fell"):
            actions.erase(person)
    assert readable(HERE, person) >= 5
    assert actions.replay() == 1
    assert readable(HERE, person) == 0


@pytest.fixture
def broken_off(noura: tuple[str, int, int]) -> int:
    """A person who is on the list and in the database, as after a fall or a restore."""
    with acting("masar_system") as cursor:
        cursor.execute("select made_at from people_person where id = %s::bigint", [noura[1]])
        made_at = cursor.fetchone()[0]
    erasures.append(erasures.Erased(noura[1], made_at, now() - timedelta(minutes=1)))
    return noura[1]


def test_masar_is_not_ready_while_an_erased_person_is_readable(broken_off, caplog):
    assert Client().get("/readyz").status_code == 503
    assert "1 erased persons can be read here" in caplog.text
    assert actions.replay() == 1
    assert readable(HERE, broken_off) == 0
    assert Client().get("/readyz").status_code == 200


def test_a_list_that_was_lost_is_made_again_from_the_database(noura, listed):
    actions.erase(noura[1])
    before = erasures.erased()
    listed.unlink()
    assert actions.replay() == 0
    assert set(before) <= set(erasures.erased())


def test_of_many_erasing_the_same_person_one_does(noura):
    _, person, _ = noura
    outcomes, begin = list[str](), threading.Barrier(8)

    def erase() -> None:
        from django.db import connections

        begin.wait()
        try:
            actions.erase(person)
            outcomes.append("erased")
        except actions.NoSuchPerson:
            outcomes.append("gone")
        connections.close_all()

    threads = [threading.Thread(target=erase) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["erased", *["gone"] * 7]
    assert len(erasures.erased()) == 1


def test_a_key_kept_in_memory_opens_no_row_of_an_erased_person(noura):
    """Pages ask with the wrapped key of the row: with the row the key in memory is out of reach, and forgotten soon."""
    _, person, _ = noura
    with psycopg.connect(HERE) as owner:
        assert key_of_person(owner, person)
        actions.erase(person)
        assert owner.execute("select 1 from people_person_key where person_id = %s", [person]).fetchone() is None
    from masar.people.queries import open_person, person_key

    assert open_person(person, b"", None, None) == {}
    with pytest.raises(CannotOpen):
        person_key(person, b"", "")
