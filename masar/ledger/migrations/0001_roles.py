"""The roles, before any table (docs/adr/0005)."""

from django.db import migrations
from psycopg.conninfo import conninfo_to_dict

from masar.kernel.crypto import vault
from masar.kernel.roles import GROUPS, LOGINS, sql


def make_roles(apps, schema_editor):
    """Make what is missing; give the login roles a password where the server asks the owner for one."""
    asks = bool(conninfo_to_dict(schema_editor.connection.connection.info.dsn).get("password")) or bool(
        schema_editor.connection.settings_dict.get("PASSWORD")
    )
    words = {role: vault().password_of_role(role) for role in LOGINS} if asks else None
    everyone = ", ".join(LOGINS + GROUPS)
    # One statement each: the text is ours, and a role's password is hexadecimal.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(sql(words))
        cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {everyone}")


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
