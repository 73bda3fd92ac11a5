"""Database roles: one that logs in and may nothing, and one for each kind of reader (docs/adr/0005).

Roles belong to the whole cluster, so making them is idempotent and serialised.
"""

from __future__ import annotations

LOGINS = ("masar_web", "masar_citizen")
GROUPS = ("masar_login", "masar_agency", "masar_public", "masar_system")
_LOCK = 4829173


def sql(passwords: dict[str, str] | None = None) -> str:
    """Return the SQL that makes the roles, for the owner of the database or an administrator.

    `passwords` by login role, where the server asks for them; without, a role keeps the password it has.
    """
    made = "\n".join(_create(name, "LOGIN" if name in LOGINS else "NOLOGIN") for name in LOGINS + GROUPS)
    alter = "\n".join(f"  ALTER ROLE {name} PASSWORD '{word}';" for name, word in (passwords or {}).items())
    members = "\n".join(_grant(name) for name in (*GROUPS, "masar_citizen"))
    return f"""DO $$ BEGIN
  PERFORM pg_advisory_xact_lock({_LOCK});
{made}
{alter}
{members}
END $$;
"""


def _create(name: str, kind: str) -> str:
    return (
        f"  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN"
        f" CREATE ROLE {name} {kind} NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS; END IF;"
    )


def _grant(name: str) -> str:
    return (
        "  IF NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        " JOIN pg_roles w ON w.oid = m.member"
        f" WHERE r.rolname = '{name}' AND w.rolname = 'masar_web') THEN GRANT {name} TO masar_web; END IF;"
    )


def person_policy(table: str, column: str = "person_id") -> str:
    """Return the policies by which `masar_citizen` sees only the person set in `masar.person`."""
    mine = f"{column} = nullif(current_setting('masar.person', true), '')::bigint"
    return (
        f"CREATE POLICY citizen_reads ON {table} FOR SELECT TO masar_citizen USING ({mine});\n"
        f"CREATE POLICY citizen_adds ON {table} FOR INSERT TO masar_citizen WITH CHECK ({mine});\n"
        f"CREATE POLICY citizen_changes ON {table} FOR UPDATE TO masar_citizen USING ({mine}) WITH CHECK ({mine});\n"
    )


def close(table: str) -> str:
    """Return the SQL that closes a table to everybody and opens it whole to `masar_system`, by policy.

    Rights (GRANT) are given beside it: a policy without a right shows nothing.
    """
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"REVOKE ALL ON {table} FROM PUBLIC;\n"
        f"CREATE POLICY system_all ON {table} TO masar_system USING (true) WITH CHECK (true);\n"
    )
