"""What tests of the embedded server share: a home to throw away, and looks at its processes."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from masar.kernel import postgres
from masar.kernel.postgres import server
from masar.kernel.postgres.place import place_of


@contextmanager
def throwaway_home() -> Iterator[Path]:
    """Give a folder that every account may reach; afterwards no process of its server may be left."""
    folder = Path(tempfile.mkdtemp(prefix="masar-test-", dir=quickest_folder()))
    folder.chmod(0o755)
    yield folder / "var"
    clean(folder / "var")
    shutil.rmtree(folder)


def quickest_folder() -> str | None:
    """Return memory where there is enough of it: kill -9 loses no file there, and twenty new clusters write much."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1_000_000_000
    return str(memory) if roomy else None


def clean(home: Path) -> None:
    """Fail unless the server and its watcher are gone within moments, then remove what stands outside."""
    place = place_of(home)
    postgres.stop_if_unused(home)
    try:
        assert eventually(lambda: not server.processes(place) and not watchers(home)), "a server was leaked"
    finally:
        for pid in (*watchers(home), *server.processes(place)):
            os.kill(pid, signal.SIGKILL)
        for folder in (place.root, place.socket):
            shutil.rmtree(folder, ignore_errors=True)


def eventually(is_so: Callable[[], bool], seconds: float = 10) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if is_so():
            return True
        time.sleep(0.05)
    return False


def watchers(home: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and b"masar.kernel.postgres\0watch\0" + os.fsencode(home) in (
                entry / "cmdline"
            ).read_bytes().replace(b"\0\0", b"\0"):
                found.append(int(entry.name))
    return found
