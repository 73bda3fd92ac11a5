// Send events with the CloudEvents SDK of npm: node send.mjs URL KEY binary|structured|batch < events.json
// Prints one line of JSON for each answer: {sent, status, type, body}; sent in epoch milliseconds.
import { CloudEvent, HTTP } from "cloudevents";
import { readFileSync } from "node:fs";

const [url, key, mode] = process.argv.slice(2);
const events = JSON.parse(readFileSync(0, "utf8")).map((event) => new CloudEvent(event));

async function post({ headers, body }) {
  const sent = Date.now();
  const answer = await fetch(url, { method: "POST", headers: { ...headers, authorization: `Bearer ${key}` }, body });
  console.log(JSON.stringify({ sent, status: answer.status, type: answer.headers.get("content-type"), body: await answer.json() }));
}

if (mode === "batch") {
  const body = `[${events.map((event) => HTTP.structured(event).body).join(",")}]`;
  await post({ headers: { "content-type": "application/cloudevents-batch+json; charset=utf-8" }, body });
} else {
  for (const event of events) await post(HTTP[mode](event));
}
