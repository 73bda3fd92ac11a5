"""What is known of persons: they read all of it and write what they say; an agency writes and reads only its own."""

import django.db.models.deletion
from django.db import migrations, models

from masar.kernel.roles import close

MINE = "person_id = nullif(current_setting('masar.person', true), '')::bigint"
SAID = f"{MINE} AND source = 'masar'"
TOLD = "source = nullif(current_setting('masar.agency', true), '') AND source <> 'masar'"
SQL = f"""
{close("people_fact")}
CREATE POLICY citizen_reads ON people_fact FOR SELECT TO masar_citizen USING ({MINE});
CREATE POLICY citizen_adds ON people_fact FOR INSERT TO masar_citizen WITH CHECK ({SAID});
CREATE POLICY citizen_changes ON people_fact FOR UPDATE TO masar_citizen USING ({SAID}) WITH CHECK ({SAID});
CREATE POLICY agency_reads ON people_fact FOR SELECT TO masar_agency USING ({TOLD});
CREATE POLICY agency_adds ON people_fact FOR INSERT TO masar_agency WITH CHECK ({TOLD});
CREATE POLICY agency_changes ON people_fact FOR UPDATE TO masar_agency USING ({TOLD}) WITH CHECK ({TOLD});
GRANT SELECT, INSERT ON people_fact TO masar_citizen, masar_agency;
GRANT UPDATE (sealed, known_at, holds_until) ON people_fact TO masar_citizen, masar_agency;
GRANT SELECT, DELETE ON people_fact TO masar_system;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0002_isolation")]
    operations = [
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("pk", models.CompositePrimaryKey("person_id", "fact", "source", blank=True, editable=False, primary_key=True, serialize=False)),
                ("fact", models.CharField(max_length=100)),
                ("source", models.CharField(max_length=100)),
                ("sealed", models.BinaryField()),
                ("known_at", models.DateTimeField()),
                ("holds_until", models.DateTimeField()),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.person")),
            ],
            options={"db_table": "people_fact"},
        ),
        migrations.RunSQL(SQL),
    ]
