"""The country's own document: its languages, its money, the words of its sections. Public, as the catalogue is."""

from django.db import migrations, models

from masar.kernel.roles import close

SQL = (
    close("catalogue_country")
    + "CREATE POLICY all_read ON catalogue_country FOR SELECT TO masar_public, masar_agency, masar_citizen USING (true);\n"
    + "GRANT SELECT ON catalogue_country TO masar_public, masar_agency, masar_citizen, masar_system;\n"
    + "GRANT INSERT, UPDATE ON catalogue_country TO masar_system;\n"
)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_isolation")]
    operations = [
        migrations.CreateModel(
            name="Country",
            fields=[
                ("id", models.CharField(max_length=2, primary_key=True, serialize=False)),
                ("document", models.JSONField()),
            ],
            options={"db_table": "catalogue_country"},
        ),
        migrations.RunSQL(SQL),
    ]
