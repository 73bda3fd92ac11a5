"""The embedded PostgreSQL server: started by whoever comes first, shared by all, stopped when the last one left.

Each user holds a shared file lock as lease, which the kernel drops however the user dies; a small watcher stops the
server when no lease remains. DATABASE_URL names a real server instead, and then nothing here is started.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from masar.kernel.postgres import server
from masar.kernel.postgres.binaries import OLDEST
from masar.kernel.postgres.errors import (
    DatabaseTrouble,
    FolderNotUsable,
    NoServerFound,
    ServerDidNotStart,
    ServerNotReached,
    ServerTooOld,
)
from masar.kernel.postgres.locks import LockIsHeld, held, is_free, take
from masar.kernel.postgres.place import Place, make, place_of
from masar.kernel.postgres.watcher import ensure_watcher, stop

__all__ = [
    "DatabaseTrouble",
    "FolderNotUsable",
    "Lease",
    "NoServerFound",
    "ServerDidNotStart",
    "ServerNotReached",
    "ServerTooOld",
    "acquire",
    "create_database",
    "current_dsn",
    "dsn",
    "ensure",
    "running",
    "stop_if_unused",
]
MUTEX_SECONDS = 660.0


@dataclass(slots=True)
class Lease:
    """The right to use the server; it runs at least as long as this is open."""

    dsn: str
    _descriptor: int | None = None

    def close(self) -> None:
        """Give the lease back; the last one to do so lets the server stop."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def acquire(home: Path) -> Lease:
    """Start or join the server and return a lease once it accepts connections.

    Raises: NoServerFound, ServerDidNotStart, FolderNotUsable; with DATABASE_URL ServerNotReached, ServerTooOld.
    """
    external = os.environ.get("DATABASE_URL")
    if external:
        _check_external(external)
        return Lease(external)
    place = place_of(home)
    make(place)
    with _guarded(place), held(place.mutex, MUTEX_SECONDS):
        descriptor = take(place.lease, shared=True)
        try:
            _publish(place)
            ensure_watcher(place)
            server.start(place)
        except BaseException:
            os.close(descriptor)
            raise
    return Lease(place.dsn, descriptor)


def dsn(home: Path) -> str:
    """Return the owner's connection string, whether or not the server runs."""
    return os.environ.get("DATABASE_URL") or place_of(home).dsn


def current_dsn(home: Path) -> str | None:
    """Return the owner's connection string if a server answers there now."""
    external = os.environ.get("DATABASE_URL")
    if external:
        return external
    place = place_of(home)
    try:
        address = place.address.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return address if server.responds(place) else None


def running(home: Path) -> bool:
    """Say whether the server answers now."""
    external = os.environ.get("DATABASE_URL")
    if external:
        try:
            _check_external(external)
        except DatabaseTrouble:
            return False
        return True
    place = place_of(home)
    return server.is_answering(place) and server.responds(place)


def ensure(home: Path) -> None:
    """Bring the server and its watcher back if they died; cheap enough for every second. Callers hold a lease.

    Raises: NoServerFound, ServerDidNotStart, FolderNotUsable.
    """
    if os.environ.get("DATABASE_URL"):
        return
    place = place_of(home)
    with _guarded(place):
        ensure_watcher(place)
        if not server.is_answering(place):
            with held(place.mutex, MUTEX_SECONDS):
                _publish(place)
                server.start(place)


def stop_if_unused(home: Path) -> None:
    """Stop the server now if no lease is left and no client connected, instead of leaving that to the watcher."""
    if os.environ.get("DATABASE_URL"):
        return
    place = place_of(home)
    with suppress(FolderNotUsable, OSError), held(place.mutex, 2):
        if is_free(place.lease) and server.is_left_by_clients(place):
            stop(place)


def create_database(admin_dsn: str, name: str) -> None:
    """Create an empty database of this name on the server.

    Raises: psycopg.Error, DuplicateDatabase among them.
    """
    import psycopg
    from psycopg import sql

    with psycopg.connect(admin_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))


def _check_external(url: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as trouble:
        first_line = str(trouble).strip().splitlines()[0]
        raise ServerNotReached(f"The server that DATABASE_URL names does not answer: {first_line}") from trouble
    if version < OLDEST * 10_000:
        raise ServerTooOld(f"DATABASE_URL names PostgreSQL {version // 10_000}; Masar needs {OLDEST} or newer.")


def _publish(place: Place) -> None:
    """Write the address for other commands, in one step; it also tells the watcher that somebody means to start."""
    fresh = place.address.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{place.dsn}\n", encoding="utf-8")
    fresh.replace(place.address)


class _guarded:
    """Turn refusals of the file system into words."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if isinstance(error, OSError | LockIsHeld):
            raise FolderNotUsable(
                f"Masar cannot use {self._place.root} ({error}). It may belong to another account: "
                "run as that account, or set MASAR_HOME to a folder of your own."
            ) from error
