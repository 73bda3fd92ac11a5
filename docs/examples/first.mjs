// Open a request. MASAR_URL and MASAR_KEY are set.
import { randomUUID } from "node:crypto";

const { MASAR_URL, MASAR_KEY } = process.env;
const ref = `TEST-${randomUUID()}`; // your own number of the request
const answer = await fetch(`${MASAR_URL}/api/v1/events`, {
  method: "POST",
  headers: {
    authorization: `Bearer ${MASAR_KEY}`,
    "content-type": "application/cloudevents+json",
  },
  body: JSON.stringify({
    specversion: "1.0",
    id: `${ref}/1`,
    source: "urn:masar:kw.moi.gdt:licences",
    type: "masar.request.opened.v1",
    time: new Date().toISOString(),
    sequence: "000000000001",
    data: {
      service: "kw.moi.gdt.renew-driving-licence",
      agency_ref: ref,
      civil_id: "290010100012",
      name: "نورة التجريبية",
    },
  }),
});
console.log(await answer.text());
if (!answer.ok) process.exit(1);
