"""Following a request with number and PIN: wrong PINs are counted, and the public's role sees one row without its person."""

from django.db import migrations, models

from masar.kernel.roles import close

COLUMNS = (
    "id, number, definition_id, agency_id, step, state, outcome, holder, since, opened_at, closed_at, changed_at,"
    " heard_at, last_type, last_at, due_at, used, allowed, unit, is_paused, broken_at, step_due_at, limit_at, seq, fold"
)
SQL = f"""
{close("cases_attempt")}
CREATE POLICY public_counts ON cases_attempt TO masar_public USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_attempt TO masar_public;
CREATE POLICY public_follows ON cases_request FOR SELECT TO masar_public
  USING (number = nullif(current_setting('masar.tracked', true), '')::bigint);
GRANT SELECT ({COLUMNS}) ON cases_request TO masar_public;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_pace")]
    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("level", models.IntegerField()),
                ("forget_seconds", models.IntegerField()),
                ("counted_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "cases_attempt",
                "indexes": [models.Index("counted_at", name="attempt_by_age")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
