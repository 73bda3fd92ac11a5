# Tell what you know of a person, so that Masar does not ask them. MASAR_URL and MASAR_KEY are set.
set -eu
curl -sS --fail-with-body -X PUT "$MASAR_URL/api/v1/facts" \
  -H "Authorization: Bearer $MASAR_KEY" \
  -H "Content-Type: application/json" --data-binary @- <<FACTS
{"items": [
  {"civil_id": "290010100012", "at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
   "facts": {"fines.unpaid_fils": 0, "licence.number": "12345678",
             "licence.days_to_expiry": 20}}
]}
FACTS
echo
