"""The virus scanner: Debian's clamd finds what a signature of ours names; out of reach, nothing passes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from masar.files.actions import Clean, NotAPaper, clean
from masar.files.queries import MOST, TYPES
from masar.files.tests.good import jpeg, pdf

MARK = b"a harmless mark that only the scanner knows"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A running clamd that knows one signature; its socket."""
    if not shutil.which("clamd"):
        if os.environ.get("CI") == "true":
            pytest.fail("clamd is missing: apt-get install clamav-daemon")
        pytest.skip("SKIPPED LOUDLY: no clamd (apt-get install clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "own.ndb").write_text(f"Masar.Mark:0:*:{MARK.hex()}\n")
    socket_ = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder}\nLocalSocket {socket_}\nForeground yes\nStreamMaxLength 20M\nUser root\n"
    )
    running = subprocess.Popen(["clamd", "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL)
    try:
        for _ in range(200):
            if socket_.exists():
                break
            time.sleep(0.1)
        yield socket_
    finally:
        running.terminate()
        running.wait(10)


@pytest.mark.soak
def test_what_the_scanner_knows_is_refused(clamd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASAR_SCANNER", f"clamd://{clamd}")
    for data in (jpeg() + MARK, pdf() + b"\n%" + MARK, jpeg() + bytes(3_000_000) + MARK):
        with pytest.raises(NotAPaper) as told:
            clean(data, TYPES, MOST)
        assert told.value.code == "infected"
    for data in (jpeg(), pdf()):
        assert isinstance(clean(data, TYPES, MOST), Clean)


@pytest.mark.parametrize("address", ["clamd:///nowhere/clamd.sock", "clamd://127.0.0.1:1", "http://127.0.0.1"])
def test_out_of_reach_nothing_passes(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASAR_SCANNER", address)
    with pytest.raises(NotAPaper) as told:
        clean(jpeg(), TYPES, MOST)
    assert told.value.code == "not-now"


def test_one_that_says_nothing_lets_nothing_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("MASAR_SCANNER", f"clamd://127.0.0.1:{server.getsockname()[1]}")
        server.settimeout(0.1)
        monkeypatch.setattr("masar.files.scanner._WAIT", 0.3)
        with pytest.raises(NotAPaper) as told:  # nobody takes the call
            clean(jpeg(), TYPES, MOST)
    assert told.value.code == "not-now"
