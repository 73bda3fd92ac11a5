"""The small process that stops the server when nobody uses it any more, and restarts it while somebody does.

It holds the lock `watcher` as long as it lives, so that others notice when it was killed. A connected client counts as
a user too: whoever works with the address that `masar dsn` printed is not thrown out.
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from masar.kernel.postgres import server
from masar.kernel.postgres.errors import DatabaseTrouble
from masar.kernel.postgres.locks import LockIsHeld, held, is_free, take
from masar.kernel.postgres.place import Place, place_of

GRACE_SECONDS = 2.5
LOOK_SECONDS = 1.0


def ensure_watcher(place: Place) -> None:
    """Start a watcher unless one lives.

    The lock is taken here and handed to the new process, so that two can never run.

    Raises: OSError.
    """
    try:
        lock = take(place.watcher)
    except LockIsHeld:
        return
    sources = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (sources, os.environ.get("PYTHONPATH"))))}
    command = [sys.executable, "-m", "masar.kernel.postgres", "watch", str(place.home), str(lock)]
    try:
        with (place.root / "watcher.log").open("ab") as log:
            subprocess.run(  # noqa: S603
                command,
                pass_fds=[lock],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment,
                check=True,
                timeout=60,
            )
    finally:
        os.close(lock)


def detach() -> None:
    """Leave the parent, its session and its terminal; only the child returns."""
    if os.fork():
        os._exit(0)
    os.setsid()


def watch(home: Path) -> None:
    """Look after the server until nobody has used it for a moment, then stop it."""
    place = place_of(home)
    unused_since: float | None = None
    while place.root.is_dir():
        with suppress(LockIsHeld, FileNotFoundError), held(place.mutex, 0):
            if not is_free(place.lease):
                unused_since = None
                _revive(place)
            elif server.clients(place):
                unused_since = None
            elif was_stopped(place):
                return
            elif unused_since is None:
                unused_since = time.monotonic()
            elif time.monotonic() - unused_since >= GRACE_SECONDS:
                stop(place)
                return
        time.sleep(LOOK_SECONDS)
    for pid in server.processes(place):  # the whole folder was removed under a running server
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGQUIT)


def stop(place: Place) -> None:
    """Stop the server and withdraw its address. Callers hold the mutex."""
    place.address.unlink(missing_ok=True)
    server.stop(place)


def was_stopped(place: Place) -> bool:
    """Say whether somebody stopped the server on purpose, rather than being about to start it."""
    return not place.address.exists() and not server.processes(place)


def _revive(place: Place) -> None:
    if server.postmaster(place) is not None:
        return
    try:
        server.start(place)
    except DatabaseTrouble as trouble:  # said in the log and tried again at the next look
        print(trouble, file=sys.stderr, flush=True)
