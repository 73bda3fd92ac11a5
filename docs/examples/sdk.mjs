// The same with the CloudEvents SDK: npm install cloudevents
import { randomUUID } from "node:crypto";
import { CloudEvent, HTTP } from "cloudevents";

const { MASAR_URL, MASAR_KEY } = process.env;
const ref = `TEST-${randomUUID()}`;
const { headers, body } = HTTP.structured(
  new CloudEvent({
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
);
const answer = await fetch(`${MASAR_URL}/api/v1/events`, {
  method: "POST",
  headers: { ...headers, authorization: `Bearer ${MASAR_KEY}` },
  body,
});
console.log(await answer.text());
if (!answer.ok) process.exit(1);
