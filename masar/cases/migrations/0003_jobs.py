"""The queue of jobs belongs to the system's role; nobody else may look into it."""

from django.db import migrations

SQL = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'procrastinate%' LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO masar_system', thing.tablename);
  END LOOP;
  FOR thing IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND sequencename LIKE 'procrastinate%' LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %I TO masar_system', thing.sequencename);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_isolation"), ("procrastinate", "0041_post_retry_failed_job")]
    operations = [migrations.RunSQL(SQL)]
