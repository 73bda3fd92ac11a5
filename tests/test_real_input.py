"""Real logs through the public API, twice: order and end state as in the log, no second effect, a person sees theirs.

The logs are not part of Masar: MASAR_SHARED_DATA names their folder (usual: ../shared/data). The log is read here by a
parser of its own, so that a mistake of the replay's reader shows.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import yaml

from tests.running import ROOT, Server, running

pytestmark = [pytest.mark.database, pytest.mark.data]
DATA = Path(os.environ.get("MASAR_SHARED_DATA", ROOT.parent / "shared" / "data"))
DEMO = ROOT / "demo"


def log(name: str) -> Path:
    """Return the path of a real log, or skip in words."""
    path = DATA / "logs" / name
    if not path.exists():
        pytest.skip(f"REAL LOG MISSING: {path}; set MASAR_SHARED_DATA to the folder that holds logs/")
    return path


@pytest.fixture(scope="module")
def masar(kuwait: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    from masar.catalogue.actions import load_path

    for folder in ("receipt", "chicago"):
        load_path(DEMO / "catalogue" / folder)
    with running(tmp_path_factory.mktemp("real") / "web.log") as server:
        yield server


def keys_for(agencies: list[str], folder: Path) -> tuple[dict[str, str], Path]:
    from masar.catalogue.actions import new_key

    keys = {agency: new_key(agency) for agency in agencies}
    path = folder / "keys.yaml"
    path.write_text(yaml.safe_dump(keys), encoding="utf-8")
    return keys, path


def replay(path: Path, mapping: str, server: Server, keys: Path, state: Path, *more: str) -> str:
    command = [
        sys.executable, "-m", "demo.replay", str(path), "--mapping", mapping, "--url", server.url, "--keys", str(keys),
        "--state", str(state), "--workers", "2", *more,
    ]  # fmt: skip
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def everything(server: Server, key: str) -> dict[str, dict[str, Any]]:
    """Return all requests of an agency with their events, by its own reference."""
    found: dict[str, dict[str, Any]] = {}
    headers = {"Authorization": f"Bearer {key}", "Masar-Purpose": "comparison with the log"}
    with httpx.Client(base_url=server.url, headers=headers) as client:
        cursor = None
        while True:
            page = client.get("/api/v1/requests", params={"limit": 200} | ({"cursor": cursor} if cursor else {})).json()
            for item in page["items"]:
                whole = client.get(f"/api/v1/requests/{item['number']}").json()
                found[item["agency_ref"] or item["number"]] = whole
            cursor = page["next"]
            if cursor is None:
                return found


def traces(path: Path) -> Iterator[tuple[str, bool, list[str]]]:
    """Yield (case, whether it has an end date, activities in the order of the file)."""
    with gzip.open(path) as stream:
        for _, node in ElementTree.iterparse(stream):
            if not node.tag.endswith("trace"):
                continue
            attributes = {
                child.get("key"): child.get("value") for child in node if child.tag.endswith(("string", "date"))
            }
            names = [
                next(c.get("value") for c in event if c.get("key") == "concept:name")
                for event in node
                if event.tag.endswith("event")
            ]
            yield str(attributes["concept:name"]), "enddate" in attributes, [str(name) for name in names]
            node.clear()


def test_the_receipt_log_goes_in_twice_and_stands_as_it_was(masar: Server, tmp_path: Path) -> None:
    path = log("receipt.xes.gz")
    keys, file = keys_for(["nl.coselog"], tmp_path)
    first = replay(path, "receipt", masar, file, tmp_path / "state")
    before = everything(masar, keys["nl.coselog"])
    second = replay(path, "receipt", masar, file, tmp_path / "state", "--again")
    after = everything(masar, keys["nl.coselog"])
    print(first.strip().splitlines()[-1], second.strip().splitlines()[-1], sep="\n")
    assert before == after, "the second run had an effect"

    meant = yaml.safe_load((DEMO / "mappings" / "receipt.yaml").read_text(encoding="utf-8"))["activities"]
    cases = list(traces(path))
    assert (len(cases), sum(len(names) for _, _, names in cases)) == (1434, 8577)
    assert len(after) == 1434
    for case, is_ended, names in cases:
        stands = after[case]
        told = [event for event in stands["events"] if event["type"] != "masar.request.decided.v1"]
        expected = [None, *(meant[name].get("step") for name in names[1:])]
        assert [event["step"] for event in told] == expected, case
        assert (stands["closed_at"] is not None) == is_ended, case
        steps = [step for step in expected if step]
        if not is_ended and steps:
            assert stands["step"] == steps[-1], case


def test_the_requests_of_chicago_go_in_twice_with_their_hand_overs(masar: Server, tmp_path: Path) -> None:
    path = log("chicago311_geoReport_sample.json")
    agencies = [p.stem for p in sorted((DEMO / "catalogue" / "chicago" / "agencies").glob("*.yaml"))]
    keys, file = keys_for(agencies, tmp_path)
    replay(path, "chicago", masar, file, tmp_path / "state")
    before = {agency: everything(masar, key) for agency, key in keys.items()}
    replay(path, "chicago", masar, file, tmp_path / "state", "--again")
    assert {agency: everything(masar, key) for agency, key in keys.items()} == before, "the second run had an effect"

    by_ref = {ref: item for found in before.values() for ref, item in found.items() if item["agency_ref"]}
    requests = json.loads(path.read_text(encoding="utf-8"))
    assert (len(requests), sum(len(r["notes"]) for r in requests)) == (50, 276)
    kinds = {
        "opened": "opened", "submitted": "opened", "activity": "step", "follow_on_created": "handed-over",
        "follow_on_closed": "handed-over", "closed": "decided",
    }  # fmt: skip
    for request in requests:
        stands = by_ref[request["service_request_id"]]
        types = [re.sub(r"masar\.request\.(.*)\.v1", r"\1", event["type"]) for event in stands["events"]]
        assert len(types) == len(request["notes"])
        assert types[0] == "opened"
        for told, note in zip(types[1:], request["notes"][1:], strict=True):
            assert told == kinds[note["type"]] or told == "noted", (request["service_request_id"], told, note["type"])
        assert (stands["closed_at"] is not None) == (request["status"] == "closed")
    held = [r for r in requests if any(n["type"] == "follow_on_created" for n in r["notes"])]
    assert len(held) > 30
    assert all(
        any(e["type"].endswith("handed-over.v1") for e in by_ref[r["service_request_id"]]["events"]) for r in held
    )


def test_a_person_of_the_log_is_given_a_password_and_sees_theirs(masar: Server, tmp_path: Path) -> None:
    from masar.people.actions import set_password

    path = log("receipt.xes.gz")
    _, file = keys_for(["nl.coselog"], tmp_path)
    replay(path, "receipt", masar, file, tmp_path / "state", "--limit", "40", "--again")
    dry = subprocess.run(
        [sys.executable, "-m", "demo.replay", str(path), "--mapping", "receipt", "--dry-run", "--limit", "40"],
        cwd=ROOT, capture_output=True, text=True, check=True, env=os.environ | {"MASAR_HOME": str(tmp_path)},
    )  # fmt: skip
    events = [json.loads(line) for line in dry.stdout.splitlines() if line.startswith("{")]
    opened = [event["data"] for event in events if event["type"] == "masar.request.opened.v1"]
    person = opened[0]["civil_id"]
    set_password(person, "a-good-password-1")
    with httpx.Client(base_url=masar.url, follow_redirects=True) as browser:

        def send(path: str, **data: str) -> httpx.Response:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(path).text)
            assert token
            return browser.post(path, data=data | {"csrfmiddlewaretoken": token[1]}, headers={"Referer": masar.url})

        added = send("/en/login/", login=person, password="a-good-password-1")
        assert added.url.path == "/en/login/add/", "the first log-in asks for a second step"
        code = re.search(r"data-code><bdi[^>]*>([^<]+)<", browser.get("/en/login/add/message/").text)
        assert code
        assert send("/en/login/add/message/", code=code[1]).url.path == "/en/login/codes/"
        home = send("/en/login/codes/")
        assert home.status_code == 200
        assert opened[0]["name"].split()[0] in home.text
        mine = browser.get("/api/v1/me/requests?filter=archive").json()["counts"]
    assert mine["open"] + mine["archive"] >= sum(data["civil_id"] == person for data in opened)
