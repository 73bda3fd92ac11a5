"""The looks of `masar doctor` at keys: those that rows are wrapped by are there, and no erased person came back."""

from collections.abc import Iterator
from typing import Any

import psycopg

from masar.config.finding import Finding


def checks_of_keys(connection: "psycopg.Connection[Any]") -> Iterator[Finding]:
    """Look at the key ring and the list of erased persons; at nothing before the tables are made."""
    row = connection.execute("select to_regclass('people_erasure')").fetchone()
    if row is not None and row[0] is not None:
        try:
            with connection.transaction():
                connection.execute("set local role masar_system")  # the owner, too, sees only what policies show
                yield from (_ring(connection), _erased(connection))
        except psycopg.errors.InsufficientPrivilege:
            yield Finding("warn", "This login may not look at keys.", "GRANT masar_system TO this login, then again.")


def _ring(connection: "psycopg.Connection[Any]") -> Finding:
    from masar.kernel import kekfiles
    from masar.kernel.crypto import vault

    there = {kek.id for kek in kekfiles.listed(vault().folder)}
    rows = dict(connection.execute("select kek, count(*) from people_person_key group by kek").fetchall())
    if missing := sorted(set(rows) - there):
        mend = f"Put {', '.join(f'{kek}.kek' for kek in missing)} back into {vault().folder}, from the backup of keys."
        return Finding("bad", f"{sum(rows[kek] for kek in missing)} persons cannot be opened: a key is missing.", mend)
    active = vault().ring.active
    if former := sum(count for kek, count in rows.items() if kek != active):
        return Finding("warn", f"{former} keys of persons are wrapped by a former key.", "`masar keys rewrap`")
    return Finding("ok", f"Every key of a person is wrapped by key {active}.")


def _erased(connection: "psycopg.Connection[Any]") -> Finding:
    from masar.kernel import erasures

    people = erasures.erased()
    row = connection.execute(
        "select count(*) from people_person p join people_person_key k on k.person_id = p.id"
        " join unnest(%s::bigint[], %s::timestamptz[]) as u(id, made_at) on u.id = p.id and u.made_at = p.made_at",
        [[one.person_id for one in people], [one.made_at for one in people]],
    ).fetchone()
    if row is not None and row[0]:
        return Finding("bad", f"{row[0]} erased persons can be read in this database.", "`masar keys replay`")
    return Finding("ok", f"No erased person can be read ({len(people)} on the list {erasures.list_at()}).")
