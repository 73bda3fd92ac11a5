# A request of last year, as it went: a batch, marked as history.
set -eu
ref="OLD-$(date +%s)-$$"
about='"specversion": "1.0", "source": "urn:masar:kw.moi.gdt:archive", "masarbackfill": true'
curl -sS --fail-with-body "$MASAR_URL/api/v1/events" \
  -H "Authorization: Bearer $MASAR_KEY" \
  -H "Content-Type: application/cloudevents-batch+json" --data-binary @- <<BATCH
[{$about, "id": "$ref/1", "type": "masar.request.opened.v1",
  "sequence": "000000000001", "time": "2026-02-02T09:15:00+03:00",
  "data": {"service": "kw.moi.gdt.renew-driving-licence", "agency_ref": "$ref",
           "civil_id": "290010100012", "name": "نورة التجريبية"}},
 {$about, "id": "$ref/2", "type": "masar.request.decided.v1",
  "sequence": "000000000002", "time": "2026-02-05T11:00:00+03:00",
  "subject": "ref:$ref", "data": {"outcome": "done"}}]
BATCH
