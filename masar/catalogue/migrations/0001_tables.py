import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Agency",
            fields=[
                ("id", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("document", models.JSONField()),
            ],
            options={
                "db_table": "catalogue_agency",
            },
        ),
        migrations.CreateModel(
            name="Calendar",
            fields=[
                ("id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("document", models.JSONField()),
            ],
            options={
                "db_table": "catalogue_calendar",
            },
        ),
        migrations.CreateModel(
            name="AgencyKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(unique=True)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="catalogue.agency")),
            ],
            options={
                "db_table": "catalogue_agency_key",
            },
        ),
        migrations.CreateModel(
            name="CalendarOverride",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("on", models.DateField()),
                ("working", models.BooleanField()),
                ("hours", models.JSONField(null=True)),
                ("decision", models.CharField(max_length=100)),
                ("reason", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("calendar", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="catalogue.calendar")),
            ],
            options={
                "db_table": "catalogue_calendar_override",
                "constraints": [models.UniqueConstraint(fields=("calendar", "on", "decision"), name="override_once")],
            },
        ),
        migrations.CreateModel(
            name="Definition",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("service", models.CharField(max_length=200)),
                ("version", models.IntegerField()),
                ("status", models.CharField(max_length=16)),
                ("digest", models.BinaryField()),
                ("document", models.JSONField()),
                ("made_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("agency", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="catalogue.agency")),
            ],
            options={
                "db_table": "catalogue_definition",
                "constraints": [models.UniqueConstraint(fields=("service", "version"), name="definition_once")],
            },
        ),
    ]
