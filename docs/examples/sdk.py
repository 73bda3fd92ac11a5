"""The same with the CloudEvents SDK: pip install cloudevents httpx"""

import os
import uuid
from datetime import UTC, datetime

import httpx
from cloudevents.core.bindings.http import to_structured_event
from cloudevents.core.v1.event import CloudEvent

ref = f"TEST-{uuid.uuid4()}"
attributes = {
    "specversion": "1.0",
    "id": f"{ref}/1",
    "source": "urn:masar:kw.moi.gdt:licences",
    "type": "masar.request.opened.v1",
    "time": datetime.now(UTC),
    "datacontenttype": "application/json",
    "sequence": "000000000001",
}
data = {
    "service": "kw.moi.gdt.renew-driving-licence",
    "agency_ref": ref,
    "civil_id": "290010100012",
    "name": "نورة التجريبية",
}
message = to_structured_event(CloudEvent(attributes, data))
answer = httpx.post(
    f"{os.environ['MASAR_URL']}/api/v1/events",
    headers={**message.headers, "Authorization": f"Bearer {os.environ['MASAR_KEY']}"},
    content=message.body,
    timeout=30,
)
print(answer.text)
answer.raise_for_status()
