"""The living demonstration against the real API: scenes once, moves that stay on the path, trouble survived."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import yaml

from demo.api import Api
from demo.heart import Heart
from demo.keys import read_keys
from demo.life import Life
from demo.program import Settings, bring_in
from demo.services import read_book
from demo.tests.catalogue import services
from tests.running import ROOT, running
from tests.server import own_database

pytestmark = pytest.mark.database
AGENCIES = sorted({service.holder(step) for service in services() for step in service.steps})


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("demo")
    keys = home / "keys.yaml"
    with own_database("living") as url:
        masar(url, "catalogue", "load", str(ROOT / "masar" / "catalogue" / "kuwait"))
        made = {agency: masar(url, "agency", "key", agency).strip() for agency in AGENCIES}
        keys.write_text(yaml.safe_dump(made), encoding="utf-8")
        with running(home / "web.log", MASAR_DEMONSTRATION="1", DATABASE_URL=url) as server:
            yield Settings(server.url, keys, home, 60.0)


def masar(url: str, *words: str) -> str:
    """Run a command of Masar on a database that nobody else uses."""
    command = [sys.executable, "-m", "masar.config.command", *words]
    return subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=True, text=True, stdout=-1).stdout


def test_the_scenes_come_in_once_and_then_live(settings: Settings) -> None:
    heart = Heart(settings.home / "run" / "demo.alive")
    first = bring_in(settings, heart)
    assert first == "accepted 91"
    assert bring_in(settings, heart) == "duplicate 91"
    (settings.home / "demo" / "anchor").unlink()
    assert bring_in(settings, heart) == "they are there already"

    words = lived(settings, beats=400, hours_ago=30)
    assert not [
        line for line in words if "invalid" in line or "forbidden" in line or "parked" in line or "conflict" in line
    ]
    assert any("begins" in line for line in words)
    assert any("decided" in line for line in words)
    assert any("handed-over" in line for line in words)


def lived(settings: Settings, beats: int, hours_ago: int) -> list[str]:
    """Let the demonstration live for so many beats of twenty seconds, some hours ago; return what it said."""
    api = Api(settings.url, read_keys(settings.keys), pause=lambda _: None)
    now = datetime.now(UTC) - timedelta(hours=hours_ago)
    life = Life(api, read_book(api), Random(7), lambda: now, rest=timedelta(minutes=30))
    words = []
    for _ in range(beats):
        now += timedelta(seconds=20)
        words += life.beat()
    api.close()
    return words


def test_something_moves_every_half_minute(settings: Settings) -> None:
    assert len(lived(settings, beats=90, hours_ago=10)) >= 60  # in half an hour


def test_no_move_of_the_demonstration_left_the_path(settings: Settings) -> None:
    api = Api(settings.url, read_keys(settings.keys), pause=lambda _: None)
    for agency in AGENCIES:
        page = api.get("/api/v1/requests", agency, limit="200") or {}
        for item in page["items"]:
            whole = api.get(f"/api/v1/requests/{item['number']}", agency) or {}
            mine = [event for event in whole["events"] if event["source"].endswith(":demo")]
            off = [(whole["service"], event["type"], event["step"]) for event in mine if event["off_path"]]
            assert off == [], [(e["type"], e["source"], e["step"], e["time"], e["off_path"]) for e in whole["events"]]
    api.close()


def test_the_heart_beats_only_after_it_was_started(tmp_path: Path) -> None:
    heart = Heart(tmp_path / "run" / "demo.alive")
    heart.sleep(0.01)
    assert not (tmp_path / "run" / "demo.alive").exists()
    heart.start()
    assert (tmp_path / "run" / "demo.alive").exists()
