"""Read what a person filled in on Masar, and keep their papers in a folder: application.py NUMBER FOLDER."""

import json
import os
import sys
from pathlib import Path

import httpx

masar = httpx.Client(
    base_url=os.environ["MASAR_URL"],
    headers={
        "Authorization": f"Bearer {os.environ['MASAR_KEY']}",
        "Masar-Purpose": "examining the application",
    },
    timeout=30,
)
number, folder = sys.argv[1], Path(sys.argv[2])
application = masar.get(f"/api/v1/requests/{number}/application").raise_for_status().json()
print(json.dumps(application["form"], ensure_ascii=False))
papers = [*application["papers"], *(paper for answer in application["answers"] for paper in answer["papers"])]
folder.mkdir(exist_ok=True)
for paper in papers:
    content = masar.get(paper["href"]).raise_for_status().content
    ending = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}[paper["type"]]
    (folder / f"{paper['document']}-{paper['id']}.{ending}").write_bytes(content)
    print(paper["document"], paper["name"], len(content))
