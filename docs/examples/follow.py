"""Compare with Masar: every request of your agency that changed since an instant, page by page."""

import os
import sys

import httpx

masar = httpx.Client(
    base_url=os.environ["MASAR_URL"],
    headers={
        "Authorization": f"Bearer {os.environ['MASAR_KEY']}",
        "Masar-Purpose": "nightly comparison",
    },
    timeout=30,
)
asked = {"updated_since": sys.argv[1], "limit": "200"}  # such as 2026-11-01T00:00:00Z
while True:
    page = masar.get("/api/v1/requests", params=asked).raise_for_status().json()
    for request in page["items"]:
        print(request["number"], request["agency_ref"], request["state"], request["step"])
    if page["next"] is None:
        break
    asked["cursor"] = page["next"]
