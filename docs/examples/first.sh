# Open a request, then say where it is. MASAR_URL and MASAR_KEY are set.
set -eu
ref="TEST-$(date +%s)-$$"   # your own number of the request

report() {
  curl -sS --fail-with-body "$MASAR_URL/api/v1/events" \
    -H "Authorization: Bearer $MASAR_KEY" \
    -H "Content-Type: application/cloudevents+json" --data-binary @-
  echo
}

report <<EVENT
{"specversion": "1.0", "id": "$ref/1", "sequence": "000000000001",
 "source": "urn:masar:kw.moi.gdt:licences",
 "type": "masar.request.opened.v1",
 "time": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
 "data": {"service": "kw.moi.gdt.renew-driving-licence",
          "agency_ref": "$ref",
          "civil_id": "290010100012", "name": "نورة التجريبية"}}
EVENT

report <<EVENT
{"specversion": "1.0", "id": "$ref/2", "sequence": "000000000002",
 "source": "urn:masar:kw.moi.gdt:licences",
 "type": "masar.request.step.v1", "subject": "ref:$ref",
 "time": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
 "data": {"step": "review",
          "note": {"ar": "بدأت المراجعة", "en": "Review began"}}}
EVENT
