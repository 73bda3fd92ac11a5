"""Keys are wrapped anew, persons are erased: rights of the system, and who was erased."""

from django.db import migrations, models

from masar.kernel.roles import close

SQL = f"""
{close("people_erasure")}
GRANT SELECT, INSERT ON people_erasure TO masar_system;
GRANT UPDATE (wrapped, kek), DELETE ON people_person_key TO masar_system;
GRANT UPDATE (civil_index, language) ON people_person TO masar_system;
GRANT SELECT, DELETE ON people_factor, people_device, people_attempt, people_voucher, people_recovery TO masar_system;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0005_lost")]
    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("pk", models.CompositePrimaryKey("person_id", "made_at", blank=True, editable=False, primary_key=True, serialize=False)),
                ("person_id", models.BigIntegerField()),
                ("made_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField()),
            ],
            options={"db_table": "people_erasure"},
        ),
        migrations.RunSQL(SQL),
    ]
