"""Codes that a counter hands out, and recoveries with their waiting day; used by the door for the person who is set."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from masar.kernel.roles import close

MINE = "person_id = nullif(current_setting('masar.person', true), '')::bigint"
OWN = ("people_voucher", "people_recovery")
SQL = "".join(
    [
        *(close(table) for table in OWN),
        *(f"CREATE POLICY door_own ON {t} TO masar_login USING ({MINE}) WITH CHECK ({MINE});\n" for t in OWN),
        f"""
CREATE POLICY citizen_reads ON people_recovery FOR SELECT TO masar_citizen USING ({MINE});
GRANT SELECT ON people_recovery TO masar_citizen;
GRANT SELECT, INSERT ON people_recovery TO masar_login;
GRANT UPDATE (ended_at) ON people_recovery TO masar_login;
GRANT SELECT ON people_voucher TO masar_login;
GRANT UPDATE (used_at) ON people_voucher TO masar_login, masar_system;
GRANT SELECT, INSERT ON people_voucher TO masar_system;
""",
    ]
)
PERSON = {"on_delete": django.db.models.deletion.PROTECT, "to": "people.person"}
NOW = django.db.models.functions.datetime.Now


class Migration(migrations.Migration):
    dependencies = [("people", "0004_doors")]
    operations = [
        migrations.CreateModel(
            name="Voucher",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("forgets", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(db_default=NOW())),
                ("ends_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("person", models.ForeignKey(**PERSON)),
            ],
            options={"db_table": "people_voucher"},
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField(db_default=NOW())),
                ("ready_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("person", models.ForeignKey(**PERSON)),
            ],
            options={"db_table": "people_recovery"},
        ),
        migrations.RunSQL(SQL),
    ]
