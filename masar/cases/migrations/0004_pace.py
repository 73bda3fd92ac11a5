"""How long each service really takes: figures without persons, for everybody to read and the system to write."""

from django.db import migrations, models

from masar.kernel.roles import close

READERS = "masar_public, masar_agency, masar_citizen"
SQL = f"""
{close("cases_pace")}
CREATE POLICY all_read ON cases_pace FOR SELECT TO {READERS} USING (true);
GRANT SELECT ON cases_pace TO {READERS};
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_pace TO masar_system;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_jobs")]
    operations = [
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("service", models.CharField(max_length=200, primary_key=True, serialize=False)),
                ("measured_at", models.DateTimeField()),
                ("count", models.IntegerField()),
                ("waiting", models.IntegerField()),
                ("median_days", models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ("ninth_days", models.DecimalField(decimal_places=1, max_digits=7, null=True)),
                ("agency_days", models.DecimalField(decimal_places=1, max_digits=7, null=True)),
            ],
            options={"db_table": "cases_pace"},
        ),
        migrations.RunSQL(SQL),
    ]
