"""An installation of its own beside the suite's: own database, own secrets, commands run as the operator runs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from masar.kernel.crypto import vault
from tests.running import ROOT
from tests.server import own_database


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one lies. `dsn` is its database, as the owner reaches it."""

    dsn: str
    home: Path

    @property
    def secrets(self) -> Path:
        """The folder of its keys."""
        return self.home / "secrets"

    @property
    def variables(self) -> Mapping[str, str]:
        """What its processes find in their environment beside the test's own."""
        return {"DATABASE_URL": self.dsn, "MASAR_HOME": str(self.home), "MASAR_DEMONSTRATION": "1"}

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of its processes."""
        return {name: value for name, value in os.environ.items() if name != "MASAR_ROLE"} | dict(self.variables)

    def masar(self, *words: str, fails: bool = False) -> str:
        """Run a command; return what it said."""
        command = [sys.executable, "-m", "masar.config.command", *words]
        run = subprocess.run(
            command,
            env=self.environment,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert (run.returncode != 0) == fails, run.stdout
        return run.stdout

    def python(self, program: str, *words: str) -> str:
        """Run a program of tests in the installation; return what it printed."""
        run = subprocess.run(
            [sys.executable, "-m", program, *words],
            env=self.environment,
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-3000:]
        return run.stdout


@contextmanager
def installed(name: str, home: Path) -> Iterator[Installation]:
    """Make an installation and remove its database afterwards."""
    with own_database(name) as dsn:
        made = Installation(dsn, home)
        made.secrets.mkdir(mode=0o700)
        (made.secrets / "system.key").write_bytes(vault().system_key)  # passwords of roles belong to the whole server
        (made.secrets / "system.key").chmod(0o600)
        made.masar("migrate")
        yield made
