"""CPU time of processes, from /proc: seconds of user and system time, over all threads."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import psycopg

_TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pids: Iterable[int]) -> float:
    """Return the CPU seconds that these processes have used; those that are gone count nothing."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / _TICK
    return total


def family_of(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found, young = [pid], [pid]
    while young:
        parent = young.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            children = [int(child) for child in task.read_text().split()]
            found += children
            young += children
    return found


def backends_of(dsn: str) -> list[int]:
    """Return the server's processes that serve the web part; none where the server stands on another machine."""
    with psycopg.connect(dsn, autocommit=True) as admin:
        rows = admin.execute(
            "select pid from pg_stat_activity where datname = current_database() and usename in"
            " ('masar_web', 'masar_citizen')"
        ).fetchall()
    return [pid for (pid,) in rows if _is_postgres(pid)]


def memory_of(pids: Iterable[int]) -> float:
    """Return the MiB that these processes hold, shared pages divided among their holders."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False
