"""The program `python -m demo`: brings the scenes in, then lives, while the history comes in beside it.

It never dies of an error: it says it in a line and tries again.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from demo.api import Api, GaveUp
from demo.facts import Knowledge
from demo.heart import Heart
from demo.history import FAMILIES, History
from demo.keys import Keys, read_keys
from demo.life import Life
from demo.replay.lane import Lane, Told
from demo.scenes import reports
from demo.seeding import Seeding, is_seeded
from demo.services import Book, Service, read_book
from demo.stories import SCENES

PAUSE = 5.0  # seconds after something went wrong
REST = 30  # paces that a step is left to one of the cast before the demonstration does it for them
SAVED = 2.0  # seconds between two notes of how far the history came


@dataclass(frozen=True, slots=True)
class Settings:
    """What the surroundings say: where Masar answers, the keys, the home, the pace, how many families of history."""

    url: str
    keys: Path
    home: Path
    seconds: float
    families: int = FAMILIES

    @classmethod
    def read(cls, surroundings: Mapping[str, str]) -> Settings:
        """Read MASAR_URL, MASAR_DEMO_KEYS, MASAR_HOME, MASAR_DEMO_SECONDS and MASAR_DEMO_FAMILIES.

        Raises: KeyError, ValueError.
        """
        home = Path(surroundings.get("MASAR_HOME", "var"))
        return cls(
            surroundings.get("MASAR_URL", "http://127.0.0.1:8000"),
            Path(surroundings.get("MASAR_DEMO_KEYS") or home / "run" / "demo-keys.yaml"),
            home,
            float(surroundings.get("MASAR_DEMO_SECONDS", "60")),
            int(surroundings.get("MASAR_DEMO_FAMILIES", FAMILIES)),
        )

    @property
    def anchor(self) -> Path:
        """The file that says from which instant all is dated."""
        return self.home / "demo" / "anchor"

    @property
    def state(self) -> Path:
        """The file that says how far the history came."""
        return self.home / "demo" / "history.json"

    @property
    def progress(self) -> Path:
        """The file with a line for whoever waits."""
        return self.home / "run" / "demo.words"


def main() -> None:
    """Run until somebody stops it."""
    settings = Settings.read(os.environ)
    heart = Heart(settings.home / "run" / "demo.alive")
    settings.progress.unlink(missing_ok=True)
    try:
        _until_done("the scenes", heart, lambda: bring_in(settings, heart))
        heart.start()
        live(settings, heart)
    except KeyboardInterrupt:
        sys.exit(0)


def bring_in(settings: Settings, heart: Heart) -> str:
    """Send every scene; return a line with the counts. What is there already stays as it is."""
    told: list[Told] = []
    api = connect(settings, heart.sleep)
    try:
        anchor = anchor_of(settings.anchor, is_known=_has_scenes(api))
        if anchor is None:
            return "they are there already"
        lane = Lane(api, told.append)
        for scene in SCENES:
            lane.add(reports(scene, anchor))
        lane.finish()
        trouble = Knowledge(api, lambda: datetime.now(UTC)).tell_daily()
    finally:
        api.close()
    counts = sum((part.counts for part in told), start=Counter[str]())
    problems = [f"\n  {problem}" for part in told for problem in part.problems]
    problems += [f"\n  {trouble}"] if trouble else []
    return ", ".join(f"{status} {count}" for status, count in sorted(counts.items())) + "".join(problems)


def _has_scenes(api: Api) -> bool:
    first = SCENES[0]
    page = api.get("/api/v1/requests", first.agency, limit="200") or {}
    return any(item.get("agency_ref") == first.ref for item in page.get("items", ()))


def live(settings: Settings, heart: Heart) -> None:
    """Bring the history in and move one request after another, for ever."""
    chance = Random()  # noqa: S311 - plays a part, keeps no secret
    api = connect(settings, heart.sleep)
    book: dict[str, Service] = {}
    _until_done("the services", heart, lambda: _learn(api, book))
    rest = timedelta(seconds=settings.seconds * REST)
    life = Life(api, book, chance, lambda: datetime.now(UTC), pace=settings.seconds, rest=rest)
    seeding = begin_history(settings, book)
    progress = _Progress(settings, seeding)
    while True:
        heart.sleep(1.0)
        life.is_seeding = seeding is not None and not seeding.is_done
        progress.beat()
        _until_done("", heart, lambda: "\n".join(life.beat()))


def _learn(api: Api, book: dict[str, Service]) -> str:
    book |= read_book(api)
    return f"{len(book)} are known"


def begin_history(settings: Settings, book: Book) -> Seeding | None:
    """Begin to bring the history in, where an earlier run ended; None where it is in, or its date is not known."""
    if not settings.anchor.exists():
        return None
    anchor = datetime.fromisoformat(settings.anchor.read_text(encoding="utf-8").strip())
    history = History(book, anchor, settings.families)
    if is_seeded(settings.state, history.anchor.isoformat(), settings.families):
        return None
    seeding = Seeding(history, lambda: connect(settings, time.sleep), settings.state)
    seeding.start()
    return seeding


class _Progress:
    """Says how far the history came: in the log, and in a file for whoever started Masar."""

    def __init__(self, settings: Settings, seeding: Seeding | None) -> None:
        self._settings, self._seeding = settings, seeding
        self._began, self._saved = time.monotonic(), 0.0

    def beat(self) -> None:
        """Note how far it came, at most every two seconds."""
        seeding, now = self._seeding, time.monotonic()
        if seeding is None or now - self._saved < SAVED:
            return
        is_done, self._saved = seeding.is_done, now
        seeding.save()
        done, families = seeding.progress
        words = f"The history comes in: {10 * (10 * done // families)} %"
        if is_done:
            events = sum(seeding.counts.values())
            words = f"The history is in: {families} requests with {events} events, in {now - self._began:.0f} s"
            say("; ".join([words, ", ".join(f"{k} {n}" for k, n in seeding.counts.items()), *seeding.problems]))
            self._seeding = None
        self._settings.progress.parent.mkdir(parents=True, exist_ok=True)
        self._settings.progress.write_text(words, encoding="utf-8")


def connect(settings: Settings, pause: Callable[[float], None]) -> Api:
    """Return a connection that waits for a server that is away."""
    return Api(settings.url, _Fresh(settings.keys), patience=3600.0, pause=pause)


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
    """Keys read anew when their file changes: `masar up` may write them while this program waits."""

    def __init__(self, file: Path) -> None:
        self._file, self._stamp, self._held = file, 0, Keys({})

    def of(self, agency: str) -> str | None:
        stamp = self._file.stat().st_mtime_ns if self._file.exists() else 0
        if stamp != self._stamp:
            self._held, self._stamp = read_keys(self._file), stamp
        return self._held.of(agency)


def _until_done(what: str, heart: Heart, work: Callable[[], str]) -> None:
    """Do something again and again until it works; say what came of it, if anything did."""
    while True:
        try:
            words = work()
            if words:
                say(f"{what}: {words}" if what else words)
            return
        except GaveUp as trouble:
            say(f"{what}: {trouble}; trying again")
        except Exception as trouble:
            say(f"{what}: {type(trouble).__name__}: {trouble}; trying again")
            heart.sleep(PAUSE)


def say(words: str) -> None:
    """Write to the log."""
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)
