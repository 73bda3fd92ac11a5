"""Who may see which request: its person, the agencies that have part in it, the system all.

The setting is read exactly as docs/adr/0005 writes it: wrapped in a sub-select it costs a fifth more.
"""

from django.db import migrations

from masar.kernel.roles import close, person_policy

ME = "nullif(current_setting('masar.agency', true), '')"
PART = f"EXISTS (SELECT FROM cases_participation mine WHERE mine.agency_id = {ME} AND mine.request_id = %s)"
# A request that its own statement opens is in no directory yet: nobody can let themselves into one that stands.
GRANTS = (
    f"granted_by = {ME} AND ({PART % 'cases_participation.request_id'} OR NOT EXISTS"
    " (SELECT FROM cases_directory known WHERE known.request_id = cases_participation.request_id))"
)
OWNED = ("cases_request", "cases_event", "cases_seen", "cases_case_key", "cases_participation")
REPORTED = ("cases_event", "cases_seen", "cases_conflict", "cases_parked")
TABLES = (*OWNED, "cases_directory", "cases_reference", "cases_conflict", "cases_parked", "cases_outbox")


def reads(table: str, condition: str, verbs: str = "SELECT") -> str:
    return f"CREATE POLICY agency_{verbs.lower()}s ON {table} FOR {verbs} TO masar_agency USING ({condition});\n"


def adds(table: str, condition: str, role: str = "masar_agency") -> str:
    return f"CREATE POLICY {role}_adds ON {table} FOR INSERT TO {role} WITH CHECK ({condition});\n"


SQL = "".join(
    [
        *(close(table) for table in TABLES),
        *(person_policy(table) for table in OWNED),
        reads("cases_participation", f"agency_id = {ME}"),
        reads("cases_request", PART % "cases_request.id"),
        reads("cases_request", PART % "cases_request.id", "UPDATE"),
        reads("cases_event", PART % "cases_event.request_id"),
        reads("cases_case_key", PART % "cases_case_key.request_id"),
        reads("cases_reference", f"agency_id = {ME}"),
        *(reads(table, f"agency_id = {ME}") for table in ("cases_seen", "cases_conflict", "cases_parked")),
        *(reads("cases_parked", f"agency_id = {ME}", verb) for verb in ("UPDATE", "DELETE")),
        adds("cases_request", f"opened_by = {ME}"),
        adds("cases_participation", GRANTS),
        adds("cases_reference", f"agency_id = {ME}"),
        adds("cases_case_key", "true"),
        *(adds(table, f"agency_id = {ME}") for table in REPORTED),
        *(adds(table, "true", role) for table in ("cases_directory", "cases_outbox") for role in ("masar_agency", "masar_citizen")),
        "CREATE POLICY all_find ON cases_directory FOR SELECT TO masar_agency, masar_citizen USING (true);\n",
        f"""
CREATE POLICY agency_keys ON people_person_key FOR SELECT TO masar_agency USING (
    EXISTS (SELECT FROM cases_case_key theirs WHERE theirs.person_id = people_person_key.person_id));
GRANT SELECT, INSERT ON {", ".join(TABLES[:-1])} TO masar_system;
GRANT SELECT, INSERT ON cases_event, cases_seen, cases_case_key, cases_participation, cases_directory, cases_request
  TO masar_agency, masar_citizen;
GRANT SELECT, INSERT ON cases_reference, cases_conflict, cases_parked TO masar_agency;
GRANT SELECT ON people_person_key TO masar_agency;
GRANT SELECT ON cases_reference, cases_parked TO masar_citizen;
GRANT UPDATE ON cases_request TO masar_agency, masar_citizen, masar_system;
GRANT DELETE ON cases_parked TO masar_agency, masar_system;
GRANT UPDATE (received_at, dead_at) ON cases_parked TO masar_agency, masar_system;
GRANT INSERT ON cases_outbox TO masar_agency, masar_citizen, masar_system;
GRANT SELECT, UPDATE, DELETE ON cases_outbox TO masar_system;
GRANT USAGE ON SEQUENCE cases_request_id_seq, cases_outbox_id_seq TO masar_agency, masar_citizen, masar_system;
""",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_tables"), ("ledger", "0002_pending_leaf")]
    operations = [migrations.RunSQL(SQL)]
