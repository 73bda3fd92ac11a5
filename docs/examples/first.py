"""Open a request. MASAR_URL and MASAR_KEY are set."""

import os
import uuid
from datetime import UTC, datetime

import httpx

ref = f"TEST-{uuid.uuid4()}"  # your own number of the request
event = {
    "specversion": "1.0",
    "id": f"{ref}/1",
    "source": "urn:masar:kw.moi.gdt:licences",
    "type": "masar.request.opened.v1",
    "time": datetime.now(UTC).isoformat(),
    "sequence": "000000000001",
    "data": {
        "service": "kw.moi.gdt.renew-driving-licence",
        "agency_ref": ref,
        "civil_id": "290010100012",
        "name": "نورة التجريبية",
    },
}
answer = httpx.post(
    f"{os.environ['MASAR_URL']}/api/v1/events",
    headers={
        "Authorization": f"Bearer {os.environ['MASAR_KEY']}",
        "Content-Type": "application/cloudevents+json",
    },
    json=event,
    timeout=30,
)
print(answer.text)
answer.raise_for_status()
