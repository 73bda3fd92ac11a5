"""Who may see which person: a citizen themselves, the door of log-ins its accounts, the system all."""

from django.db import migrations

from masar.kernel.roles import close, person_policy

OWN = {"people_person": "id", "people_person_key": "person_id", "people_session": "person_id"}
DOOR = ("people_account", "people_session", "people_attempt")

SQL = "".join(
    [
        *(close(table) for table in ("people_person_key", "people_person", *DOOR)),
        *(person_policy(table, column) for table, column in OWN.items()),
        *(f"CREATE POLICY door_all ON {t} TO masar_login USING (true) WITH CHECK (true);\n" for t in DOOR),
        """
GRANT SELECT ON people_person, people_person_key, people_session TO masar_citizen;
GRANT UPDATE (language, digits, hijri, simple, nastaliq, previous_visit_at, last_visit_at) ON people_person TO masar_citizen;
GRANT SELECT, INSERT ON people_person, people_person_key TO masar_system;
GRANT UPDATE (language) ON people_person TO masar_system;
GRANT SELECT, INSERT, UPDATE ON people_account TO masar_system;
GRANT SELECT, UPDATE ON people_session TO masar_system;
GRANT SELECT, UPDATE ON people_account TO masar_login;
GRANT SELECT, INSERT ON people_session TO masar_login;
GRANT UPDATE (ends_at, proved_at) ON people_session TO masar_login;
GRANT SELECT, INSERT, UPDATE, DELETE ON people_attempt TO masar_login;
GRANT USAGE ON SEQUENCE people_person_id_seq, people_account_id_seq TO masar_system;
""",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_tables")]
    operations = [migrations.RunSQL(SQL)]
