"""Papers handed in to a request: their person reads them, and the agencies that have part in that request."""

import django.db.models.deletion
from django.db import migrations, models

from masar.kernel.roles import close

MINE = "person_id = nullif(current_setting('masar.person', true), '')::bigint"
ME = "nullif(current_setting('masar.agency', true), '')"
SQL = f"""
{close("cases_paper")}
CREATE POLICY citizen_reads ON cases_paper FOR SELECT TO masar_citizen USING ({MINE});
CREATE POLICY citizen_adds ON cases_paper FOR INSERT TO masar_citizen WITH CHECK ({MINE}
  AND EXISTS (SELECT FROM cases_request mine WHERE mine.id = request_id AND mine.person_id = cases_paper.person_id)
  AND EXISTS (SELECT FROM files_paper mine WHERE mine.id = paper_id AND mine.person_id = cases_paper.person_id));
CREATE POLICY agency_reads ON cases_paper FOR SELECT TO masar_agency USING (EXISTS (
    SELECT FROM cases_participation mine WHERE mine.agency_id = {ME} AND mine.request_id = cases_paper.request_id));
CREATE POLICY agency_reads ON files_paper FOR SELECT TO masar_agency USING (EXISTS (
    SELECT FROM cases_paper theirs WHERE theirs.paper_id = files_paper.id));
GRANT SELECT, INSERT ON cases_paper TO masar_citizen;
GRANT SELECT ON cases_paper, files_paper TO masar_agency;
GRANT SELECT, DELETE ON cases_paper TO masar_system;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_drafts"), ("files", "0001_papers")]
    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("paper", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to="files.paper")),
                ("document", models.CharField(max_length=64)),
                ("person", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="people.person")),
                ("request", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="cases.request")),
            ],
            options={
                "db_table": "cases_paper",
                "indexes": [models.Index("person", "request", name="paper_of_request")],
            },
        ),
        migrations.RunSQL(SQL),
    ]
