"""Send a file of events, one JSON object a line, in batches; send again whenever no answer came.

python3 many.py events.jsonl
"""

import json
import os
import random
import sys
import time
from itertools import islice
from pathlib import Path

import httpx

MOST = 500
WAITS = (1, 2, 4, 8, 16, 32, 60, 60)  # seconds, each made a little shorter or longer by chance


def send(events: list[dict]) -> list[dict]:
    """Send a batch until it is answered. Again is safe: what was taken answers "duplicate"."""
    for wait in WAITS:
        pause = wait * random.uniform(0.5, 1.5)
        try:
            answer = httpx.post(
                f"{os.environ['MASAR_URL']}/api/v1/events",
                headers={
                    "Authorization": f"Bearer {os.environ['MASAR_KEY']}",
                    "Content-Type": "application/cloudevents-batch+json",
                },
                content=json.dumps(events),
                timeout=60,
            )
        except httpx.TransportError:
            pass  # cut off: nobody knows whether it arrived
        else:
            if answer.status_code < 500 and answer.status_code != 429:
                answer.raise_for_status()  # 4xx: again would not help
                return answer.json()["items"]
            pause = float(answer.headers.get("Retry-After", pause))
        time.sleep(pause)
    sys.exit("Masar does not answer; run this again later, nothing is sent twice.")


lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
events = map(json.loads, lines)
while part := list(islice(events, MOST)):
    for item in send(part):
        if item["status"] not in ("accepted", "duplicate"):
            print(json.dumps(item, ensure_ascii=False))
