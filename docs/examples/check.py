"""Hold an event against Masar's own schema before it is sent: pip install httpx jsonschema

python3 check.py event.json
"""

import json
import os
import sys
from pathlib import Path

import httpx
from jsonschema import Draft202012Validator

document = httpx.get(f"{os.environ['MASAR_URL']}/api/v1/openapi.json").raise_for_status().json()
event = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
part = event["type"].removeprefix("masar.request.").removesuffix(".v1")
name = "Event" + "".join(word.title() for word in part.split("-"))
schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
faults = list(Draft202012Validator(schema).iter_errors(event))
for fault in faults:
    print(fault.json_path, fault.message)
sys.exit(bool(faults))
