"""The program `python -m demo`: brings the scenes in, then lives.

It never dies of an error: it says it in a line and tries again.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo.api import Api, GaveUp
from demo.heart import Heart
from demo.keys import Keys, read_keys
from demo.life import Life
from demo.replay.lane import Lane, Told
from demo.scenes import reports
from demo.stories import SCENES

PAUSE = 5.0  # seconds after something went wrong
REST = 30  # beats that a step is left to the person before the demonstration does it for them


@dataclass(frozen=True, slots=True)
class Settings:
    """What the surroundings say: where Masar answers, the keys, the home, seconds between two moves."""

    url: str
    keys: Path
    home: Path
    seconds: float

    @classmethod
    def read(cls, surroundings: Mapping[str, str]) -> Settings:
        """Read MASAR_URL, MASAR_DEMO_KEYS, MASAR_HOME and MASAR_DEMO_SECONDS. Raises: KeyError, ValueError."""
        home = Path(surroundings.get("MASAR_HOME", "var"))
        return cls(
            surroundings.get("MASAR_URL", "http://127.0.0.1:8000"),
            Path(surroundings.get("MASAR_DEMO_KEYS") or home / "run" / "demo-keys.yaml"),
            home,
            float(surroundings.get("MASAR_DEMO_SECONDS", "60")),
        )


def main() -> None:
    """Run until somebody stops it."""
    settings = Settings.read(os.environ)
    heart = Heart(settings.home / "run" / "demo.alive")
    try:
        _until_done("the scenes", heart, lambda: bring_in(settings, heart))
        heart.start()
        live(settings, heart)
    except KeyboardInterrupt:
        sys.exit(0)


def bring_in(settings: Settings, heart: Heart) -> str:
    """Send every scene; return a line with the counts. What is there already stays as it is."""
    told: list[Told] = []
    api = connect(settings, heart)
    try:
        anchor = anchor_of(settings.home / "demo" / "anchor", is_known=_has_scenes(api))
        if anchor is None:
            return "they are there already"
        lane = Lane(api, told.append)
        for scene in SCENES:
            lane.add(reports(scene, anchor))
        lane.finish()
    finally:
        api.close()
    counts = sum((part.counts for part in told), start=Counter[str]())
    problems = [f"\n  {problem}" for part in told for problem in part.problems]
    return ", ".join(f"{status} {count}" for status, count in sorted(counts.items())) + "".join(problems)


def _has_scenes(api: Api) -> bool:
    first = SCENES[0]
    page = api.get("/api/v1/requests", first.agency, limit="200") or {}
    return any(item.get("agency_ref") == first.ref for item in page.get("items", ()))


def live(settings: Settings, heart: Heart) -> None:
    """Move one request after another, for ever."""
    chance = random.Random()  # noqa: S311 - plays a part, keeps no secret
    rest = timedelta(seconds=settings.seconds * REST)
    api = connect(settings, heart)
    life = Life(api, chance, rest, lambda: datetime.now(UTC))
    while True:
        heart.sleep(settings.seconds)
        _until_done("a move", heart, life.beat)


def connect(settings: Settings, heart: Heart) -> Api:
    """Return a connection that waits for a server that is away, beating meanwhile."""
    return Api(settings.url, _Fresh(settings.keys), patience=3600.0, pause=heart.sleep)


def anchor_of(file: Path, *, is_known: bool) -> datetime | None:
    """Return the instant from which the scenes are dated, None where they are known and it is not.

    It is chosen once, so that a second start repeats the same events; a Masar that knows no scene gets a new one.
    """
    if is_known:
        return datetime.fromisoformat(file.read_text(encoding="utf-8").strip()) if file.exists() else None
    anchor = datetime.now(UTC).replace(microsecond=0)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(anchor.isoformat(), encoding="utf-8")
    return anchor


class _Fresh(Keys):
    """Keys read anew each time: `masar up` may write them while this program waits."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, agency: str) -> str | None:
        return read_keys(self._file).of(agency)


def _until_done(what: str, heart: Heart, work: Callable[[], str]) -> None:
    """Do something again and again until it works."""
    while True:
        try:
            say(f"{what}: {work()}")
            return
        except GaveUp as trouble:
            say(f"{what}: {trouble}; trying again")
        except Exception as trouble:
            say(f"{what}: {type(trouble).__name__}: {trouble}; trying again")
            heart.sleep(PAUSE)


def say(words: str) -> None:
    """Write one line to the log."""
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)
