"""The catalogue is public to read and the system's to write; agencies' keys are read at the door alone."""

from django.db import migrations

from masar.kernel.roles import close

PUBLIC = ("catalogue_agency", "catalogue_calendar", "catalogue_calendar_override", "catalogue_definition")
READERS = "masar_public, masar_agency, masar_citizen"

SQL = "".join(
    [
        *(close(table) for table in (*PUBLIC, "catalogue_agency_key")),
        *(f"CREATE POLICY all_read ON {table} FOR SELECT TO {READERS} USING (true);\n" for table in PUBLIC),
        f"GRANT SELECT ON {', '.join(PUBLIC)} TO {READERS}, masar_system;\n",
        """
CREATE POLICY door_reads ON catalogue_agency_key FOR SELECT TO masar_login USING (true);
GRANT SELECT ON catalogue_agency_key TO masar_login;
GRANT INSERT, UPDATE ON catalogue_agency, catalogue_calendar TO masar_system;
GRANT INSERT ON catalogue_calendar_override, catalogue_definition TO masar_system;
GRANT UPDATE (status) ON catalogue_definition TO masar_system;
GRANT SELECT, INSERT ON catalogue_agency_key TO masar_system;
GRANT UPDATE (ended_at) ON catalogue_agency_key TO masar_system;
GRANT USAGE ON SEQUENCE catalogue_definition_id_seq, catalogue_calendar_override_id_seq, catalogue_agency_key_id_seq
  TO masar_system;
""",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_tables"), ("ledger", "0001_roles")]
    operations = [migrations.RunSQL(SQL)]
