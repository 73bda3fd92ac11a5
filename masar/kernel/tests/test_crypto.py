"""Sealing: a value opens at its place, with its key, unchanged; and nowhere else."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from masar.kernel.crypto import CannotOpen, FileKeyRing, Secrets, new_key, open_sealed, seal

KEY = new_key()
PLACE = ("cases_event", "sealed", 7, 9)


@given(some.binary(max_size=300))
def test_what_is_sealed_opens_at_its_place(plain: bytes) -> None:
    sealed = seal(KEY, plain, *PLACE)
    assert open_sealed(KEY, sealed, *PLACE) == plain
    assert seal(KEY, plain, *PLACE) != sealed


@pytest.mark.parametrize(
    "place",
    [("cases_parked", "sealed", 7, 9), ("cases_event", "wrapped", 7, 9), ("cases_event", "sealed", 8, 9),
     ("cases_event", "sealed", 7, 8), ("cases_event", "sealed", 7), ("cases_event", "sealed", 79, ""), ()],
)  # fmt: skip
def test_what_is_moved_does_not_open(place: tuple[str | int, ...]) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(KEY, seal(KEY, b"plain", *PLACE), *place)


@given(some.integers(0, 32), some.integers(1, 255))
def test_what_is_changed_does_not_open(place: int, change: int) -> None:
    sealed = bytearray(seal(KEY, b"plain", *PLACE))
    sealed[place] ^= change
    with pytest.raises(CannotOpen):
        open_sealed(KEY, bytes(sealed), *PLACE)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(28)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_sealed(KEY, sealed, *PLACE)
    with pytest.raises(CannotOpen):
        open_sealed(b"", seal(KEY, b"plain", *PLACE), *PLACE)


def test_a_ring_wraps_by_its_newest_key_and_still_opens_what_older_ones_wrapped(tmp_path: Path) -> None:
    (tmp_path / "00000001.kek").write_bytes(new_key())
    old = FileKeyRing(tmp_path)
    kek, wrapped = old.wrap(KEY, *PLACE)
    assert kek == "00000001"
    (tmp_path / "00000002.kek").write_bytes(new_key())
    ring = FileKeyRing(tmp_path)
    assert (old.active, ring.active) == ("00000001", "00000002")
    assert ring.unwrap("00000001", wrapped, *PLACE) == KEY
    for kek in ("00000002", "00000003"):
        with pytest.raises(CannotOpen):
            ring.unwrap(kek, wrapped, *PLACE)
    with pytest.raises(FileNotFoundError):
        FileKeyRing(tmp_path / "nowhere")


def test_secrets_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    one, other = Secrets(folder), Secrets(folder)
    assert (one.index_key, one.pepper, one.system_key) == (other.index_key, other.pepper, other.system_key)
    assert len({one.index_key, one.pepper, one.system_key}) == 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert len(file.read_bytes()) == 32


def test_processes_that_start_at_once_agree_on_every_secret(tmp_path: Path) -> None:
    """One that wraps by a key which another does not hold writes what the other cannot open."""
    begin, made = threading.Barrier(8), list[Secrets]()

    def start() -> None:
        begin.wait()
        made.append(Secrets(tmp_path / "secrets"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len({(each.index_key, each.pepper, each.system_key, each.ring.active) for each in made}) == 1
    kek, wrapped = made[0].ring.wrap(KEY, *PLACE)
    assert all(each.ring.unwrap(kek, wrapped, *PLACE) == KEY for each in made)


def test_a_blind_index_differs_by_column_and_installation(tmp_path: Path) -> None:
    one, other = Secrets(tmp_path / "one"), Secrets(tmp_path / "other")
    assert len(one.blind_index("civil_id", "290010112345")) == 32
    assert one.blind_index("civil_id", "2") == one.blind_index("civil_id", "2")
    assert one.blind_index("civil_id", "2") != one.blind_index("phone", "2")
    assert one.blind_index("civil_id", "2") != other.blind_index("civil_id", "2")
