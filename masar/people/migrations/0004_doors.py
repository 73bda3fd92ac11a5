"""Second steps, who is on the way in, devices that are trusted, and what a person is told about their account.

The door of log-ins sees the key and the sealed name of the one person who is set; the rest of its tables by their rows.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from masar.kernel.roles import close

MINE = "person_id = nullif(current_setting('masar.person', true), '')::bigint"
ME = "id = nullif(current_setting('masar.person', true), '')::bigint"
OWN = ("people_factor", "people_device", "people_alert")
SQL = "".join(
    [
        *(close(table) for table in (*OWN, "people_entering")),
        *(f"CREATE POLICY citizen_reads ON {t} FOR SELECT TO masar_citizen USING ({MINE});\n" for t in OWN),
        *(f"CREATE POLICY door_own ON {t} TO masar_login USING ({MINE}) WITH CHECK ({MINE});\n" for t in OWN[1:]),
        f"""
CREATE POLICY door_finds ON people_factor FOR SELECT TO masar_login USING (true);
CREATE POLICY door_adds ON people_factor FOR INSERT TO masar_login WITH CHECK ({MINE});
CREATE POLICY door_uses ON people_factor FOR UPDATE TO masar_login USING ({MINE}) WITH CHECK ({MINE});
CREATE POLICY door_removes ON people_factor FOR DELETE TO masar_login USING ({MINE});
CREATE POLICY door_all ON people_entering TO masar_login USING (true) WITH CHECK (true);
CREATE POLICY door_reads ON people_person FOR SELECT TO masar_login USING ({ME});
CREATE POLICY door_reads ON people_person_key FOR SELECT TO masar_login USING ({MINE});
GRANT SELECT ON people_factor, people_device, people_alert TO masar_citizen;
GRANT SELECT ON people_person, people_person_key TO masar_login;
GRANT SELECT, INSERT, DELETE ON people_factor TO masar_login;
GRANT UPDATE (sealed, counter, used_at) ON people_factor TO masar_login;
GRANT SELECT, INSERT, DELETE ON people_entering TO masar_login;
GRANT UPDATE (sealed, challenge) ON people_entering TO masar_login;
GRANT SELECT, INSERT ON people_device TO masar_login;
GRANT UPDATE (ends_at) ON people_device TO masar_login;
GRANT SELECT, INSERT ON people_alert TO masar_login;
GRANT SELECT, INSERT ON people_factor, people_alert TO masar_system;
GRANT SELECT, DELETE ON people_entering TO masar_system;
""",
    ]
)
PERSON = {"on_delete": django.db.models.deletion.PROTECT, "to": "people.person"}
NOW = django.db.models.functions.datetime.Now


class Migration(migrations.Migration):
    dependencies = [("people", "0003_facts")]
    operations = [
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("way", models.CharField(max_length=20)),
                ("sealed", models.BinaryField()),
                ("index", models.BinaryField(null=True, unique=True)),
                ("counter", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField(db_default=NOW())),
                ("used_at", models.DateTimeField(null=True)),
                ("person", models.ForeignKey(**PERSON)),
            ],
            options={"db_table": "people_factor"},
        ),
        migrations.CreateModel(
            name="Entering",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("purpose", models.CharField(max_length=20)),
                ("sealed", models.BinaryField(null=True)),
                ("challenge", models.BinaryField(null=True)),
                ("ends_at", models.DateTimeField()),
                ("person", models.ForeignKey(null=True, **PERSON)),
            ],
            options={"db_table": "people_entering"},
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField()),
                ("sealed", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField(db_default=NOW())),
                ("ends_at", models.DateTimeField()),
                ("person", models.ForeignKey(**PERSON)),
            ],
            options={"db_table": "people_device"},
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=40)),
                ("at", models.DateTimeField(db_default=NOW())),
                ("about", models.UUIDField(null=True)),
                ("person", models.ForeignKey(db_index=False, **PERSON)),
            ],
            options={"db_table": "people_alert", "indexes": [models.Index(fields=["person", "-at"], name="people_alert_person")]},
        ),
        migrations.RunSQL(SQL),
    ]
