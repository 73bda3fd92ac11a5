"""A definition keeps the order in which its author wrote it, and so a form its order of questions: jsonb sorts keys."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_country")]
    operations = [
        migrations.RunSQL("ALTER TABLE catalogue_definition ALTER COLUMN document TYPE json USING document::json")
    ]
