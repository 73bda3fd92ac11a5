
import django.db.models.functions.datetime
from django.db import migrations, models

from masar.kernel.roles import close

ISOLATION = close("ledger_pending_leaf") + """
CREATE POLICY writers_add ON ledger_pending_leaf FOR INSERT TO masar_agency, masar_citizen WITH CHECK (true);
GRANT INSERT ON ledger_pending_leaf TO masar_agency, masar_citizen, masar_system;
GRANT SELECT ON ledger_pending_leaf TO masar_system;
GRANT USAGE ON SEQUENCE ledger_pending_leaf_id_seq TO masar_agency, masar_citizen, masar_system;
"""


class Migration(migrations.Migration):

    dependencies = [('ledger', '0001_roles')]

    operations = [
        migrations.CreateModel(
            name='PendingLeaf',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('subject', models.UUIDField()),
                ('commitment', models.BinaryField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'ledger_pending_leaf',
            },
        ),
        migrations.RunSQL(ISOLATION),
    ]
