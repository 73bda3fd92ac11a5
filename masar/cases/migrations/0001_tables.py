
import django.db.models.deletion
from django.db import migrations, models

EVENT = """
CREATE TABLE cases_event (
    received_at timestamptz NOT NULL,
    id uuid NOT NULL,
    request_id bigint NOT NULL,
    person_id bigint NOT NULL,
    agency_id varchar(100),
    source varchar(200) NOT NULL,
    event_id varchar(200) NOT NULL,
    type varchar(16) NOT NULL,
    at timestamptz NOT NULL,
    sequence varchar(32),
    facts jsonb NOT NULL,
    is_late boolean NOT NULL,
    is_backfill boolean NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
CREATE INDEX event_of_request ON cases_event (person_id, request_id, received_at);
CREATE TABLE cases_event_other PARTITION OF cases_event DEFAULT;

CREATE FUNCTION masar_make_partitions(since date, months integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first date := date_trunc('month', since)::date;
    made integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(4829174);
    FOR i IN 0 .. least(months, 60) - 1 LOOP
        IF to_regclass('public.cases_event_' || to_char(first, 'YYYY_MM')) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.cases_event FOR VALUES FROM (%L) TO (%L)',
                           'cases_event_' || to_char(first, 'YYYY_MM'),
                           first::timestamp AT TIME ZONE 'UTC',
                           (first + interval '1 month') AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        first := (first + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
REVOKE ALL ON FUNCTION masar_make_partitions(date, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION masar_make_partitions(date, integer) TO masar_system;
SELECT masar_make_partitions(now()::date, 4);
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0002_isolation'),
        ('people', '0002_isolation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.BigIntegerField(unique=True)),
                ('is_appeal', models.BooleanField(default=False)),
                ('opened_by', models.CharField(max_length=100)),
                ('step', models.CharField(max_length=64)),
                ('state', models.CharField(max_length=16)),
                ('outcome', models.CharField(max_length=64, null=True)),
                ('holder', models.CharField(max_length=100, null=True)),
                ('since', models.DateTimeField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('used', models.IntegerField(default=0)),
                ('allowed', models.IntegerField(default=0)),
                ('unit', models.CharField(default='days', max_length=8)),
                ('is_paused', models.BooleanField(default=False)),
                ('broken_at', models.DateTimeField(null=True)),
                ('step_due_at', models.DateTimeField(null=True)),
                ('limit_at', models.DateTimeField(null=True)),
                ('last_type', models.CharField(max_length=16)),
                ('last_at', models.DateTimeField()),
                ('first_received_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('heard_at', models.DateTimeField(null=True)),
                ('seq', models.IntegerField(default=1)),
                ('fold', models.JSONField()),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.agency')),
                ('definition', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.definition')),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='cases.request')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='people.person')),
            ],
            options={
                'db_table': 'cases_request',
            },
        ),
        migrations.CreateModel(
            name='Directory',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('request_id', models.BigIntegerField(unique=True)),
                ('definition_id', models.IntegerField()),
            ],
            options={
                'db_table': 'cases_directory',
            },
        ),
        # Partitioned by month of receipt, which Django cannot declare.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('pk', models.CompositePrimaryKey('received_at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.UUIDField()),
                        ('received_at', models.DateTimeField()),
                        ('request_id', models.BigIntegerField()),
                        ('person_id', models.BigIntegerField()),
                        ('agency_id', models.CharField(max_length=100, null=True)),
                        ('source', models.CharField(max_length=200)),
                        ('event_id', models.CharField(max_length=200)),
                        ('type', models.CharField(max_length=16)),
                        ('at', models.DateTimeField()),
                        ('sequence', models.CharField(max_length=32, null=True)),
                        ('facts', models.JSONField()),
                        ('is_late', models.BooleanField(default=False)),
                        ('is_backfill', models.BooleanField(default=False)),
                        ('sealed', models.BinaryField()),
                    ],
                    options={
                        'db_table': 'cases_event',
                    },
                ),
            ],
            database_operations=[migrations.RunSQL(EVENT)],
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('request_id', models.BigIntegerField()),
                ('person_id', models.BigIntegerField()),
                ('number', models.BigIntegerField()),
                ('seq', models.IntegerField()),
            ],
            options={
                'db_table': 'cases_outbox',
            },
        ),
        migrations.CreateModel(
            name='Seen',
            fields=[
                ('pk', models.CompositePrimaryKey('source', 'event_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=200)),
                ('event_id', models.CharField(max_length=200)),
                ('digest', models.BinaryField()),
                ('request_id', models.BigIntegerField()),
                ('person_id', models.BigIntegerField()),
                ('agency_id', models.CharField(max_length=100, null=True)),
            ],
            options={
                'db_table': 'cases_seen',
            },
        ),
        migrations.CreateModel(
            name='Conflict',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('agency_id', models.CharField(max_length=100, null=True)),
                ('source', models.CharField(max_length=200)),
                ('event_id', models.CharField(max_length=200)),
                ('digest', models.BinaryField()),
                ('sealed', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'cases_conflict',
                'constraints': [models.UniqueConstraint(fields=('source', 'event_id', 'digest'), name='conflict_once')],
            },
        ),
        migrations.CreateModel(
            name='Parked',
            fields=[
                ('pk', models.CompositePrimaryKey('source', 'event_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=200)),
                ('event_id', models.CharField(max_length=200)),
                ('agency_id', models.CharField(max_length=100)),
                ('subject', models.CharField(max_length=120)),
                ('digest', models.BinaryField()),
                ('sealed', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('dead_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'cases_parked',
                'indexes': [models.Index(models.F('subject'), name='parked_by_subject')],
            },
        ),
        migrations.CreateModel(
            name='Participation',
            fields=[
                ('pk', models.CompositePrimaryKey('agency_id', 'request_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.BigIntegerField()),
                ('granted_by', models.CharField(max_length=100)),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.agency')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.request')),
            ],
            options={
                'db_table': 'cases_participation',
            },
        ),
        migrations.CreateModel(
            name='Reference',
            fields=[
                ('pk', models.CompositePrimaryKey('agency_id', 'ref', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ref', models.CharField(max_length=100)),
                ('agency', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='catalogue.agency')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='cases.request')),
            ],
            options={
                'db_table': 'cases_reference',
            },
        ),
        migrations.CreateModel(
            name='CaseKey',
            fields=[
                ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='cases.request')),
                ('wrapped', models.BinaryField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.person')),
            ],
            options={
                'db_table': 'cases_case_key',
            },
        ),
        migrations.AddIndex(
            model_name='request',
            index=models.Index(models.F('person'), models.F('changed_at'), condition=models.Q(('closed_at', None)), name='request_of_person'),
        ),
        migrations.AddIndex(
            model_name='request',
            index=models.Index(models.F('person'), models.F('closed_at'), condition=models.Q(('closed_at', None), _negated=True), name='archive_of_person'),
        ),
        migrations.AddIndex(
            model_name='request',
            index=models.Index(models.F('limit_at'), condition=models.Q(('limit_at', None), _negated=True), name='request_limits'),
        ),
    ]
