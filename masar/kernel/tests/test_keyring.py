"""The key ring: keys wait, wrap, open and retire; a running process takes it up by itself."""

from __future__ import annotations

import stat
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from masar.kernel import erasures, kekfiles, keyring
from masar.kernel.clock import now
from masar.kernel.crypto import CannotOpen, FileKeyRing, Secrets, new_key
from masar.kernel.erasures import Erased
from masar.kernel.kekfiles import KekRefused
from masar.kernel.shortly import Shortly

KEY = new_key()
PLACE = ("people_person_key", "wrapped", 9, 9)
ONE, TWO = "00000001", "00000002"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Secrets(tmp_path / "secrets").folder


def states(folder: Path) -> dict[str, str]:
    return {kek.id: kek.state for kek in kekfiles.listed(folder)}


def test_a_key_waits_then_wraps_then_only_opens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "LOOK_EVERY", 0.0)
    ring = FileKeyRing(folder)
    assert states(folder) == {ONE: "active"}
    assert kekfiles.create(folder).id == TWO
    assert states(folder) == {ONE: "active", TWO: "waiting"}
    before = ring.wrap(KEY, *PLACE)
    assert before[0] == ring.active == ONE
    former, new = kekfiles.rotate(folder)
    assert (former.id, new.id) == (ONE, TWO)
    assert states(folder) == {ONE: "old", TWO: "active"}
    after = ring.wrap(KEY, *PLACE)
    assert after[0] == ring.active == TWO
    assert [ring.unwrap(*each, *PLACE) for each in (before, after)] == [KEY, KEY]


def test_a_process_looks_once_a_second_and_at_once_for_a_key_it_does_not_hold(folder: Path) -> None:
    here, elsewhere = FileKeyRing(folder), FileKeyRing(folder)
    kekfiles.create(folder)
    kekfiles.rotate(folder)
    assert here.wrap(KEY, *PLACE)[0] == ONE, "a second has not gone by"
    kek, wrapped = FileKeyRing(folder).wrap(KEY, *PLACE)
    assert kek == TWO
    assert elsewhere.unwrap(kek, wrapped, *PLACE) == KEY
    until = time.monotonic() + 5
    while here.active == ONE and time.monotonic() < until:
        time.sleep(0.05)
    assert here.wrap(KEY, *PLACE)[0] == TWO


def test_a_look_costs_at_most_one_stat_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, looks = FileKeyRing(folder), list[Path]()
    monkeypatch.setattr(kekfiles, "sign_of", lambda at: looks.append(at) or (0,))
    for _ in range(1000):
        ring.wrap(KEY, *PLACE)
        with pytest.raises(CannotOpen):
            ring.unwrap("nowhere", b"", *PLACE)
    assert len(looks) <= 4


def test_what_may_not_be_done_with_a_key_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for refused in (lambda: kekfiles.rotate(folder), lambda: kekfiles.retire(folder, ONE)):
        with pytest.raises(KekRefused):
            refused()
    kekfiles.create(folder)
    kekfiles.rotate(folder)
    for id_, words in ((TWO, "the one that wraps"), (ONE, "a moment ago"), ("7", "no key 7")):
        with pytest.raises(KekRefused, match=words):
            kekfiles.retire(folder, id_)
    with pytest.raises(KekRefused, match="active already"):
        kekfiles.rotate(folder, TWO)
    monkeypatch.setattr(kekfiles, "SETTLES", timedelta(0))
    kekfiles.retire(folder, ONE)
    with pytest.raises(KekRefused, match="retired already"):
        kekfiles.rotate(folder, ONE)
    assert states(folder) == {ONE: "retired", TWO: "active"}
    assert kekfiles.move_away(folder, ONE) == folder / "retired" / "00000001.kek"
    assert states(folder) == {TWO: "active"}
    assert kekfiles.create(folder).id == "00000003", "a name is never given twice"
    (folder / "retired" / "00000001.kek").rename(folder / "00000001.kek")
    assert states(folder)[ONE] == "retired", "put back for an older backup, it opens and wraps nothing"


def test_files_are_for_their_owner_and_half_of_one_is_never_there(folder: Path) -> None:
    kekfiles.create(folder)
    kekfiles.rotate(folder)
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert not list(folder.glob("*.part"))


def test_a_folder_that_cannot_be_read_leaves_the_ring_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "LOOK_EVERY", 0.0)
    ring = FileKeyRing(folder)
    (folder / kekfiles.NOTE).write_text("{")
    (folder / "00000009.kek").write_bytes(b"short")
    assert ring.unwrap(*ring.wrap(KEY, *PLACE), *PLACE) == KEY
    assert ring.active == ONE


def test_while_keys_turn_threads_see_no_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "LOOK_EVERY", 0.0)
    ring, stop, wrong = FileKeyRing(folder), threading.Event(), list[Exception]()

    def use() -> None:
        while not stop.is_set():
            try:
                assert ring.unwrap(*ring.wrap(KEY, *PLACE), *PLACE) == KEY
            except Exception as trouble:
                wrong.append(trouble)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        kekfiles.create(folder)
        kekfiles.rotate(folder)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert ring.active == "00000021"


def test_what_is_remembered_shortly_is_forgotten_though_nobody_asks() -> None:
    held: Shortly[int, bytes] = Shortly(seconds=0.1, most=3)
    held.put(1, KEY)
    assert held.get(1) == KEY
    time.sleep(0.5)
    assert (held._young, held._old) == ({}, {})
    for number in range(20):
        held.put(number, KEY)
    assert len(held._young) + len(held._old) <= 6


def test_the_list_of_erased_persons_survives_a_line_cut_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASAR_ERASURES", str(tmp_path / "erasures"))
    one, other = (Erased(n, now(), now()) for n in (7, 8))
    assert erasures.erased() == ()
    erasures.append(one)
    with (tmp_path / "erasures").open("a") as file:
        file.write("9 2026-11-0")
    erasures.append(other)
    assert erasures.erased() == (one, other)
    assert stat.S_IMODE((tmp_path / "erasures").stat().st_mode) == 0o600
    monkeypatch.delenv("MASAR_ERASURES")
    monkeypatch.setenv("MASAR_SECRETS", str(tmp_path / "deep" / "secrets"))
    assert erasures.list_at() == tmp_path / "deep" / "erasures"
