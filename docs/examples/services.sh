# The services with their steps, outcomes, reasons and forms: open to everybody.
set -eu
curl -sS --fail-with-body "$MASAR_URL/api/v1/services?limit=1"
