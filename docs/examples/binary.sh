# The binary form: the data alone, the attributes as headers.
set -eu
ref="TEST-$(date +%s)-$$"
curl -sS --fail-with-body "$MASAR_URL/api/v1/events" \
  -H "Authorization: Bearer $MASAR_KEY" -H "Content-Type: application/json" \
  -H "ce-specversion: 1.0" -H "ce-id: $ref/1" -H "ce-sequence: 000000000001" \
  -H "ce-source: urn:masar:kw.moi.gdt:licences" \
  -H "ce-type: masar.request.opened.v1" \
  -H "ce-time: $(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  -d '{"service": "kw.moi.gdt.renew-driving-licence", "agency_ref": "'"$ref"'",
       "civil_id": "290010100012", "name": "نورة التجريبية"}'
