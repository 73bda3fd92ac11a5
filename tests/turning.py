"""A process that makes persons known and reads them in several threads until its input ends; then says how it went.

`python -m tests.turning make N` makes N persons at once; `load THREADS` is the load.
"""

from __future__ import annotations

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masar.config.settings")


def name_of(civil_id: str) -> str:
    """Each person's name follows from their civil ID, so that a reader knows what is right."""
    return f"شخص {civil_id}"


def make(count: int) -> dict[str, Any]:
    """Make persons known, in one transaction."""
    from conftest import new_civil_id
    from masar.kernel.database import acting
    from masar.people.actions import know

    people = {}
    while len(people) < count:
        civil_id = new_civil_id()
        people[civil_id] = name_of(civil_id)
    begun = time.monotonic()
    with acting("masar_system") as cursor:
        made = know(cursor, people, demonstration=True)
    return {"made": len(made), "seconds": time.monotonic() - begun}


class Load:
    """Readers and writers, until told to stop."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.errors: list[str] = []
        self.keks: Counter[str] = Counter()
        self.slowest = 0.0

    def run(self, turn: Any) -> None:
        """Take turns until the stop."""
        from django.db import connections

        while not self.stop.is_set():
            begun = time.monotonic()
            try:
                turn()
            except Exception as trouble:
                self.errors.append(f"{turn.__name__}: {type(trouble).__name__}: {trouble}")
            self.slowest = max(self.slowest, time.monotonic() - begun)
        connections.close_all()

    def write(self) -> None:
        """Make somebody known and read them back."""
        from conftest import new_civil_id
        from masar.kernel.database import acting
        from masar.people.actions import know

        civil_id = new_civil_id()
        with acting("masar_system") as cursor:
            person = know(cursor, {civil_id: name_of(civil_id)}, demonstration=True)[civil_id]
        self._read("p.id = %s::bigint", person.id)
        self.counts["written"] += 1

    def read(self) -> None:
        """Read some people from a random place on."""
        self._read("p.id >= %s::bigint", random.randint(1, 20_000))
        self.counts["read"] += 1

    def _read(self, where: str, value: int) -> None:
        from masar.kernel.crypto import vault
        from masar.kernel.database import acting
        from masar.people.queries import open_person

        with acting("masar_system") as cursor:
            cursor.execute(
                "select p.id, p.sealed, k.wrapped, k.kek from people_person p"
                f" join people_person_key k on k.person_id = p.id where {where} order by p.id limit 10",
                [value],
            )
            rows = cursor.fetchall()
        for id_, sealed, wrapped, kek in rows:
            vault().ring.unwrap(kek, bytes(wrapped), "people_person_key", "wrapped", id_, id_)  # not from memory
            found = open_person(id_, sealed, wrapped, kek)
            if found.get("name") != name_of(found.get("civil_id", "")):
                raise ValueError(f"person {id_} does not open, wrapped by {kek}")
            self.keks[kek] += 1


def load(threads: int) -> dict[str, Any]:
    """Let so many threads write and so many read, until the input ends."""
    it = Load()
    crew = [threading.Thread(target=it.run, args=[turn]) for turn in (it.write, it.read) for _ in range(threads)]
    for thread in crew:
        thread.start()
    print("begun", flush=True)
    sys.stdin.read()
    it.stop.set()
    for thread in crew:
        thread.join()
    return {**it.counts, "errors": it.errors, "keks": it.keks, "slowest": it.slowest}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"make": make, "load": load}[sys.argv[1]](int(sys.argv[2]))))
