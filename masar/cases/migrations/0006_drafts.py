"""Drafts: what a person has filled in and not sent yet. Only they read it; the system forgets it after its time."""

import django.db.models.deletion
from django.db import migrations, models

from masar.kernel.roles import close, person_policy

SQL = f"""
{close("cases_draft")}
{person_policy("cases_draft")}
CREATE POLICY citizen_removes ON cases_draft FOR DELETE TO masar_citizen
  USING (person_id = nullif(current_setting('masar.person', true), '')::bigint);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_draft TO masar_citizen;
GRANT SELECT, DELETE ON cases_draft TO masar_system;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_tracking"), ("catalogue", "0003_country"), ("people", "0002_isolation")]
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=200)),
                ("sealed", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("definition", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="catalogue.definition")),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.person")),
            ],
            options={
                "db_table": "cases_draft",
                "indexes": [models.Index("changed_at", name="draft_by_age")],
                "constraints": [models.UniqueConstraint(fields=("person", "subject"), name="draft_once")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
