"""Make, start and stop the embedded server. Callers hold the mutex."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from masar.kernel.postgres.binaries import Binaries, choose
from masar.kernel.postgres.errors import ServerDidNotStart
from masar.kernel.postgres.place import DATABASE, OWNER, Place, own_folder

RECOVERY_SECONDS = 600  # replaying the log after a crash may take minutes on a slow disk
LARGEST_LOG = 10_000_000
ENCRYPTION_REQUEST = struct.pack("!II", 8, 80877103)  # PostgreSQL's frontend protocol, SSLRequest

CONFIGURATION = """\
# Written by Masar at each start. Put your own settings into postgresql.conf after the last line, or use ALTER SYSTEM.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
cluster_name = '{name}'
max_connections = 200
max_locks_per_transaction = 256
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
checkpoint_timeout = 15min
jit = off
fsync = on
full_page_writes = on
synchronous_commit = on
client_connection_check_interval = 5s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
log_statement = none
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""


def start(place: Place) -> None:
    """Start the server unless it runs, and return once it accepts connections.

    Raises: NoServerFound, ServerDidNotStart.
    """
    if is_answering(place):
        _wait(lambda: responds(place) or postmaster(place) is None, 2)  # one just killed is not gone at once
        if responds(place):
            return
    binaries = choose(place)
    for last_try in (False, False, True):
        if postmaster(place) is not None and _is_marked_ready(place) and not responds(place):
            stop(place)  # it lives, but nobody can reach it: its socket was removed
        if postmaster(place) is None:
            _launch(place, binaries)
        try:
            _wait_until_ready(place, binaries)
            return
        except ServerDidNotStart:
            if last_try:
                raise
            time.sleep(0.3)


def stop(place: Place) -> None:
    """Stop the server: fast, then at once, then by force. Committed rows are safe in every case."""
    for number, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)):
        pid = postmaster(place)
        if pid is None:
            break
        _signal(pid, number)
        _wait(lambda: postmaster(place) is None, patience)
    _clear_orphans(place)


def postmaster(place: Place) -> int | None:
    """Return the process id of the living server."""
    try:
        pid = int((place.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if _belongs(place, _command_line(pid)) else None


def processes(place: Place) -> list[int]:
    """Return the ids of every living process of this server, orphans included."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _belongs(place, _command_line(int(entry.name))):
            found.append(int(entry.name))
    return found


def clients(place: Place) -> list[int]:
    """Return the ids of the server's processes that serve a connected client."""
    return [pid for pid in processes(place) if " [local]" in " ".join(_command_line(pid))]


def is_left_by_clients(place: Place) -> bool:
    """Say whether no client is connected, giving those that just closed a moment to be gone."""
    return _wait(lambda: not clients(place), 0.5)


def is_answering(place: Place) -> bool:
    """Say whether the server lives and can be reached, without troubling it."""
    return postmaster(place) is not None and place.socket_file.exists() and _is_marked_ready(place)


def responds(place: Place) -> bool:
    """Say whether the server answers on its socket now, by the shortest question of its protocol."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(2)
        try:
            line.connect(str(place.socket_file))
            line.sendall(ENCRYPTION_REQUEST)
            return line.recv(1) in (b"N", b"S")
        except OSError:
            return False


def _is_marked_ready(place: Place) -> bool:
    """Read the state that the server writes into its pid file."""
    try:
        return (place.data / "postmaster.pid").read_text(encoding="ascii").rstrip().endswith("\nready")
    except OSError:
        return False


def _launch(place: Place, binaries: Binaries) -> None:
    _clear_orphans(place)
    _initialise(place, binaries)
    _configure(place)
    with suppress(FileNotFoundError):
        if place.log.stat().st_size > LARGEST_LOG:
            place.log.replace(place.log.with_suffix(".log.1"))
    binaries.run(place.account, "pg_ctl", "start", "-s", "-W", "-D", str(place.data), "-l", str(place.log))


def _wait_until_ready(place: Place, binaries: Binaries) -> None:
    give_up = time.monotonic() + RECOVERY_SECONDS
    last_alive = time.monotonic()
    while time.monotonic() < give_up:
        if is_answering(place) and _accepts(place, binaries):
            return
        if processes(place):
            last_alive = time.monotonic()
        elif time.monotonic() > last_alive + 1:
            raise ServerDidNotStart(f"The database server did not start. The end of {place.log}:\n{_log_tail(place)}")
        time.sleep(0.05)
    raise ServerDidNotStart(f"The database server is still recovering after {RECOVERY_SECONDS} seconds; try again.")


def _accepts(place: Place, binaries: Binaries) -> bool:
    command = [str(binaries.folder / "pg_isready"), "-q", "-h", str(place.socket), "-d", DATABASE, "-U", OWNER]
    return subprocess.run(command, timeout=30, cwd="/", check=False).returncode == 0  # noqa: S603


def _initialise(place: Place, binaries: Binaries) -> None:
    """Make the cluster with its owner and database, whole or not at all."""
    if (place.data / "PG_VERSION").exists():
        return
    fresh = place.root / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    own_folder(fresh, place.account)
    locale = ["--locale=C.UTF-8"]
    if binaries.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["--encoding=UTF8", "--data-checksums", "--auth-local=trust", "--auth-host=reject", f"--username={OWNER}"]
    answer = binaries.run(place.account, "initdb", "-D", str(fresh), *options, *locale)
    if answer.returncode:
        raise ServerDidNotStart(f"The database could not be made:\n{answer.stdout[-2000:]}")
    with (fresh / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("\ninclude_if_exists = 'masar.conf'\n")
    statement = f"create database {DATABASE}\n"
    single = ("postgres", "--single", "-D", str(fresh), "postgres")
    answer = binaries.run(place.account, *single, input=statement)
    if answer.returncode or "ERROR" in answer.stdout:
        raise ServerDidNotStart(f"The database could not be made:\n{answer.stdout[-2000:]}")
    fresh.rename(place.data)


def _configure(place: Place) -> None:
    text = CONFIGURATION.format(socket=str(place.socket).replace("'", "''"), name=place.name)
    path = place.data / "masar.conf"
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    if place.account is not None:
        os.chown(path, place.account.uid, place.account.gid)


def _clear_orphans(place: Place) -> None:
    """End what a killed server left behind, then the files that name it.

    Its children end by themselves within moments; one that does not would hold the shared memory and keep the next
    server from starting.
    """
    for number, patience in ((None, 2.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0)):
        if number is not None:
            for pid in processes(place):
                _signal(pid, number)
        if _wait(lambda: not processes(place), patience):
            break
    for stale in (place.data / "postmaster.pid", place.socket_file, place.socket / f"{place.socket_file.name}.lock"):
        stale.unlink(missing_ok=True)


def _belongs(place: Place, command: list[str]) -> bool:
    """Tell this server by titles alone: in a container root may see nothing else of another account's processes."""
    if command and command[0].startswith(f"postgres: {place.name}: "):
        return True
    return len(command) > 2 and command[0].endswith("/postgres") and command[1:3] == ["-D", str(place.data)]


def _command_line(pid: int) -> list[str]:
    """Return a process's command line; nothing for one that ended, a zombie included."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0 ").split("\0")
    except OSError:
        return []


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait(is_done: Callable[[], bool], seconds: float) -> bool:
    give_up = time.monotonic() + seconds
    while not is_done():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def _log_tail(place: Place) -> str:
    try:
        return "\n".join(place.log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
    except OSError:
        return "(no log)"
