"""Papers: a person sees their own, and may drop what was not handed in; what was handed in is never changed by them."""

from django.db import migrations, models
from django.db.models.functions import Now

from masar.kernel.roles import close, person_policy

MINE = "person_id = nullif(current_setting('masar.person', true), '')::bigint"
SQL = f"""
ALTER TABLE files_paper ALTER COLUMN sealed SET STORAGE EXTERNAL;
{close("files_paper")}
{person_policy("files_paper")}
ALTER POLICY citizen_changes ON files_paper USING ({MINE} AND NOT handed_in) WITH CHECK ({MINE});
CREATE POLICY citizen_drops ON files_paper FOR DELETE TO masar_citizen USING ({MINE} AND NOT handed_in);
GRANT SELECT, INSERT, DELETE ON files_paper TO masar_citizen, masar_system;
GRANT UPDATE (made_at, handed_in) ON files_paper TO masar_citizen, masar_system;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("ledger", "0001_roles")]
    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("sealed", models.BinaryField()),
                ("sealed_name", models.BinaryField()),
                ("media_type", models.CharField(max_length=32)),
                ("size", models.IntegerField()),
                ("made_at", models.DateTimeField(db_default=Now())),
                ("handed_in", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "db_table": "files_paper",
                "indexes": [
                    models.Index("person_id", name="paper_by_person"),
                    models.Index("made_at", name="paper_left", condition=models.Q(("handed_in", False))),
                ],
            },
        ),
        migrations.RunSQL(SQL),
    ]
