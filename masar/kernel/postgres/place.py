"""Where the embedded server's files stand, and as whom it runs.

Beneath MASAR_HOME; but a server started by root runs as an ordinary account, and then its files stand where that
account can reach them, with a note in MASAR_HOME.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from masar.kernel.postgres.errors import FolderNotUsable

LONGEST_SOCKET_PATH = 107
SOCKET_NAME = ".s.PGSQL.5432"
OWNER = "masar"
DATABASE = "masar"


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged account that the server runs as when root starts it."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one embedded server."""

    home: Path
    root: Path
    socket: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.root / "log" / "postgres.log"

    @property
    def mutex(self) -> Path:
        """Held by whoever starts or stops the server."""
        return self.root / "mutex"

    @property
    def lease(self) -> Path:
        """Held shared by everybody who uses the server."""
        return self.root / "lease"

    @property
    def watcher(self) -> Path:
        """Held by the watcher as long as it lives."""
        return self.root / "watcher"

    @property
    def address(self) -> Path:
        """The file that tells other commands the server's address."""
        return self.home / "run" / "dsn"

    @property
    def socket_file(self) -> Path:
        """The socket that the server listens on."""
        return self.socket / SOCKET_NAME

    @property
    def name(self) -> str:
        """The cluster's name, which stands in the title of each of its processes."""
        return f"masar-{_short_hash(self.root)}"

    @property
    def dsn(self) -> str:
        """The owner's connection string."""
        return f"postgresql:///{DATABASE}?host={_quoted(self.socket)}&port=5432&user={OWNER}"


def place_of(home: Path) -> Place:
    """Return where the server of this home stands, without making anything.

    Raises: FolderNotUsable when root finds no ordinary account to run the server.
    """
    home = home.expanduser().resolve()
    noted = _noted(home / "postgres.place")
    root = noted or home / "postgres"
    account = _account_for(root) if os.geteuid() == 0 else None
    if noted is None and account is not None and not _may_reach(account, home):
        root = Path("/var/lib") / f"masar-{_short_hash(home)}"
    socket = _noted(root / "socket.place") or root / "socket"
    if len(os.fsencode(socket / SOCKET_NAME)) > LONGEST_SOCKET_PATH:
        socket = _short_folder(root, account)
    return Place(home, root, socket, account)


def make(place: Place) -> None:
    """Make the folders, each with the owner and the rights it needs.

    Raises: FolderNotUsable.
    """
    try:
        place.home.mkdir(parents=True, exist_ok=True)
        (place.home / "run").mkdir(mode=0o700, exist_ok=True)
        place.root.mkdir(mode=0o711, exist_ok=True)
        if place.root.parent != place.home:
            _note(place.home / "postgres.place", place.root)
        for folder in (place.root / "log", place.socket):
            own_folder(folder, place.account)
        if place.socket.parent != place.root:
            _note(place.root / "socket.place", place.socket)
    except OSError as trouble:
        raise FolderNotUsable(
            f"Masar cannot write {trouble.filename or place.home} ({trouble.strerror}). "
            "Give this account the folder, or set MASAR_HOME to one that it may write."
        ) from trouble


def own_folder(folder: Path, account: Account | None) -> None:
    """Make a folder that only the server's account may enter.

    Raises: FolderNotUsable when somebody else's folder already has that name.
    """
    wanted = os.geteuid() if account is None else account.uid
    try:
        folder.mkdir(mode=0o700)
        if account is not None:
            os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if account is not None and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        elif not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted:
            raise FolderNotUsable(f"{folder} belongs to somebody else. Remove it, or set another MASAR_HOME.") from None
        folder.chmod(0o700)


def _account_for(root: Path) -> Account | None:
    """Return the account that owns the data already, else `postgres`, else `nobody`."""
    try:
        owner = (root / "data").stat().st_uid
    except OSError:
        owner = 0
    if owner:
        entry = pwd.getpwuid(owner)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise FolderNotUsable("PostgreSQL refuses to run as root, and there is no account `postgres` or `nobody` here.")


def _may_reach(account: Account, folder: Path) -> bool:
    """Say whether the account may pass through the folder and everything above it."""
    for step in (folder, *folder.parents):
        try:
            found = step.stat()
        except FileNotFoundError:
            continue
        owner = found.st_uid == account.uid and found.st_mode & stat.S_IXUSR
        group = found.st_gid == account.gid and found.st_mode & stat.S_IXGRP
        if not (owner or group or found.st_mode & stat.S_IXOTH):
            return False
    return True


def _short_folder(root: Path, account: Account | None) -> Path:
    """Return a short folder for the socket: the session's own, else one beneath /tmp."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    if account is None and session and Path(session).is_dir() and len(session) < 60:
        return Path(session) / f"masar-{_short_hash(root)}"
    uid = os.geteuid() if account is None else account.uid
    return Path("/tmp") / f"masar-{uid}-{_short_hash(root)}"  # noqa: S108 - made 0700, ownership checked before use


def _noted(note: Path) -> Path | None:
    try:
        text = note.read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return Path(text) if text else None


def _note(note: Path, target: Path) -> None:
    if _noted(note) != target:
        note.write_text(f"{target}\n", encoding="utf-8")


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _quoted(path: Path) -> str:
    from urllib.parse import quote

    return quote(str(path), safe="/")
