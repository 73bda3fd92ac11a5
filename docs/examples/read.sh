# Which requests changed since the day before, and one of them with its events.
set -eu
masar() {
  curl -sS --fail-with-body -G "$MASAR_URL/api/v1/$1" -H "Authorization: Bearer $MASAR_KEY" \
    -H "Masar-Purpose: status at the counter" "${@:2}"
  echo
}
since=$(date -u -d "1 day ago" +%Y-%m-%dT%H:%M:%SZ)
list=$(masar requests --data-urlencode "updated_since=$since" -d limit=1)
echo "$list"
number=$(echo "$list" | sed 's/.*"number":"\([0-9]*\)".*/\1/')
masar "requests/$number"
