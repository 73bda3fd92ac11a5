"""The command `masar replay`."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from demo.api import Api, GaveUp, NoKey, Refused
from demo.keys import KeysUnreadable, read_keys
from demo.replay.mapping import LogMapping, MappingInvalid, read_mapping
from demo.replay.plan import Planner
from demo.replay.progress import Progress
from demo.replay.readers import Case, LogUnreadable, read_log
from demo.replay.run import Replay
from demo.replay.state import OtherLog, StateFile, open_state

OURS = Path(__file__).parent.parent / "mappings"
TROUBLE = (NoKey, Refused, GaveUp, KeysUnreadable, MappingInvalid, LogUnreadable, OtherLog, OSError)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("log", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping",
    "mapping_path",
    required=True,
    type=click.Path(path_type=Path),
    help="What the activities mean: a YAML file, or one that comes with Masar: receipt, chicago, road-fines.",
)
@click.option(
    "--url", envvar="MASAR_URL", default="http://127.0.0.1:8000", show_default=True, help="Where Masar answers."
)
@click.option(
    "--keys",
    "keys_path",
    envvar="MASAR_KEYS",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Keys of the agencies: lines `agency: key`. MASAR_KEY_NL_COSELOG=… in the environment wins.",
)
@click.option(
    "--state",
    "state_path",
    type=click.Path(path_type=Path),
    help="Where to keep how far it came. Usual: a file in $MASAR_HOME/replay for each mapping and URL.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=4,
    show_default=True,
    help="Connections at once. The events of one request always go over one of them.",
)
@click.option("--limit", type=click.IntRange(1), help="Only the first cases of the log.")
@click.option("--again", is_flag=True, help="Send everything again; all of it is then a duplicate.")
@click.option("--shift-to-now", is_flag=True, help="Move the whole log by days, so that it ends yesterday.")
@click.option("--dry-run", is_flag=True, help="Write the events as JSON lines instead of sending them.")
@click.option(
    "--patience",
    type=click.FloatRange(0),
    default=600,
    show_default=True,
    help="Seconds to go on while the server is away.",
)
def main(
    log: Path,
    mapping_path: Path,
    url: str,
    keys_path: Path | None,
    state_path: Path | None,
    workers: int,
    limit: int | None,
    again: bool,
    shift_to_now: bool,
    dry_run: bool,
    patience: float,
) -> None:
    """Send the events of LOG to a running Masar as the agencies of that log would have reported them.

    They go in as history: no notices, no escalations. An interrupted run goes on where it was; what was sent twice
    is a duplicate and does no harm. Exits with 1 if any event was refused.
    """
    try:
        mapping = read_mapping(mapping_path if mapping_path.exists() else OURS / f"{mapping_path}.yaml")
        if dry_run:
            _write(log, mapping, limit, _days_to_yesterday(log, mapping, limit) if shift_to_now else 0)
            return
        keys = read_keys(keys_path)
        place = state_path or _usual_state(mapping, url)
        file, stood = open_state(place, log, mapping.name, workers)
        if not _begin(
            file, stood, again, limit, lambda: _days_to_yesterday(log, mapping, limit) if shift_to_now else 0
        ):
            click.echo(f"Everything was sent already (so says {place}). Use --again to send it once more.")
            return
        is_wrong = _send(log, mapping, limit, file, lambda stop: Api(url, keys, patience=patience, is_stopping=stop))
    except TROUBLE as trouble:
        click.echo(f"masar replay: {trouble}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nmasar replay: stopped; the same command goes on from here.", err=True)
        sys.exit(130)
    sys.exit(1 if is_wrong else 0)


def _begin(file: StateFile, stood: bool, lanes: int, limit: int | None, days: Callable[[], int]) -> bool:
    """Make the state ready; False when all that is asked for was sent before. `lanes` above 0: begin again."""
    state = file.state
    if lanes:
        state.done, state.finished = [0] * lanes, ""
    elif state.finished in ("all", _extent(limit)):
        return False
    if not stood:
        state.shift_days = days()
    file.write()
    return True


def _send(
    log: Path, mapping: LogMapping, limit: int | None, file: StateFile, connect: Callable[[Callable[[], bool]], Api]
) -> bool:
    """Send the log; return whether any event was refused."""
    progress = Progress()
    replay = Replay(connect, file, progress)
    planner = Planner(mapping, timedelta(days=file.state.shift_days))
    read = replay.run(_cases(log, mapping, limit, lambda share: setattr(progress, "share", share)), planner)
    progress.end()
    for line in progress.summary(read):
        click.echo(line)
    if not progress.is_wrong:
        file.state.finished = _extent(limit)
        file.write()
    return progress.is_wrong


def _write(log: Path, mapping: LogMapping, limit: int | None, days: int) -> None:
    planner = Planner(mapping, timedelta(days=days))
    for case in _cases(log, mapping, limit):
        for report in planner.plan(case):
            click.echo(json.dumps(report.event, ensure_ascii=False))


def _cases(
    log: Path, mapping: LogMapping, limit: int | None, seen: Callable[[float], None] = lambda _: None
) -> Iterator[Case]:
    return itertools.islice(read_log(log, mapping.reader, mapping.columns, mapping.zone, seen), limit)


def _days_to_yesterday(log: Path, mapping: LogMapping, limit: int | None) -> int:
    """Read the log once for its last time; return the days from then to yesterday."""
    planner = Planner(mapping)
    last = max(datetime.fromisoformat(planner.plan(case)[-1].event["time"]) for case in _cases(log, mapping, limit))
    return (datetime.now(UTC).astimezone(mapping.zone).date() - last.astimezone(mapping.zone).date()).days - 1


def _usual_state(mapping: LogMapping, url: str) -> Path:
    home = Path(os.environ.get("MASAR_HOME", "var"))
    return home / "replay" / f"{mapping.name}-{hashlib.sha256(url.encode()).hexdigest()[:8]}.json"


def _extent(limit: int | None) -> str:
    return str(limit) if limit else "all"
