
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [('ledger', '0001_roles')]

    operations = [
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('pk', models.CompositePrimaryKey('username', 'source', blank=True, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=64)),
                ('source', models.BinaryField()),
                ('failures', models.IntegerField(default=0)),
                ('blocked_until', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'people_attempt',
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('civil_index', models.BinaryField(unique=True)),
                ('sealed', models.BinaryField()),
                ('language', models.CharField(default='ar', max_length=8)),
                ('digits', models.CharField(default='latn', max_length=4)),
                ('hijri', models.BooleanField(default=False)),
                ('simple', models.BooleanField(default=False)),
                ('nastaliq', models.BooleanField(default=False)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('previous_visit_at', models.DateTimeField(null=True)),
                ('last_visit_at', models.DateTimeField(null=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'people_person',
            },
        ),
        migrations.CreateModel(
            name='PersonKey',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='people.person')),
                ('wrapped', models.BinaryField()),
                ('kek', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'people_person_key',
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=64, unique=True)),
                ('is_active', models.BooleanField(default=True)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='people.person')),
            ],
            options={
                'db_table': 'people_account',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ends_at', models.DateTimeField(db_default=django.db.models.expressions.RawSQL("now() + interval '12 hours'", []))),
                ('proved_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('way', models.CharField(db_default='', max_length=20)),
                ('sealed', models.BinaryField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='people.person')),
            ],
            options={
                'db_table': 'people_session',
            },
        ),
    ]
