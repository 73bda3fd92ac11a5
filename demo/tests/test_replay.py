"""A replay over real HTTP: order kept, every event once, whatever the line and the server do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from demo.replay import main
from demo.tests.little_masar import Memory, little_masar
from demo.tests.logs import CSV_MAPPING, RECEIPT, ROOT, real, write_csv

KEYS = {"zz.town": "msk_town", "zz.fire": "msk_fire"}


class Trial:
    """A small log with its mapping, keys and state."""

    def __init__(self, folder: Path, cases: int) -> None:
        self.folder = folder
        self.log = write_csv(folder / "small.csv", cases)
        (folder / "small.yaml").write_text(CSV_MAPPING, encoding="utf-8")
        (folder / "keys").write_text("\n".join(f"{agency}={key}" for agency, key in KEYS.items()), encoding="utf-8")

    def arguments(self, url: str, *more: str) -> list[str]:
        options = {"mapping": "small.yaml", "keys": "keys", "state": "state.json"}
        paths = [part for name, file in options.items() for part in (f"--{name}", str(self.folder / file))]
        return [str(self.log), *paths, "--url", url, *more]

    def run(self, url: str, *more: str) -> Result:
        return CliRunner().invoke(main, self.arguments(url, *more))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path, 60)


def in_order(memory: Memory) -> bool:
    """Every source of every request arrived in sequence, and the opening first."""
    by_request: dict[str, list[dict[str, object]]] = defaultdict(list)
    refs = {number: ref for (_, ref), number in memory.numbers.items()}
    for event in memory.taken:
        subject = str(event["subject"])
        by_request[refs.get(subject, subject.removeprefix("ref:"))].append(event)
    return all(
        (times := [datetime.fromisoformat(str(event["time"])) for event in events]) == sorted(times)
        for events in by_request.values()
    )


def test_every_event_arrives_once_and_each_request_in_order(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        result = trial.run(url)
    assert result.exit_code == 0, result.output
    assert "60 cases, 300 events" in result.output
    assert dict(memory.statuses) == {"accepted": 300}
    assert in_order(memory)
    assert max(memory.batches) <= 500


def test_the_other_agency_speaks_of_the_request_by_its_number(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        trial.run(url, "--limit", "1")
    fire = [event for event in memory.taken if ":zz.fire:" in event["source"]]
    assert {event["subject"] for event in fire} == set(memory.numbers.values())
    assert all(event["masarbackfill"] is True for event in memory.taken)


def test_faults_of_the_line_lose_nothing_and_double_nothing(trial: Trial) -> None:
    memory = Memory(KEYS, faults=["503", "cut", "lost", "429", "", "lost", "500", "cut", "", "lost"])
    with little_masar(memory) as url:
        result = trial.run(url)
    assert result.exit_code == 0, result.output
    assert len(memory.taken) == len(memory.seen) == 300
    assert memory.statuses["duplicate"] > 0
    assert set(memory.statuses) == {"accepted", "duplicate"}
    assert in_order(memory)


def test_again_sends_everything_and_all_of_it_is_known(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        trial.run(url)
        assert "Everything was sent already" in trial.run(url).output
        result = trial.run(url, "--again")
    assert result.exit_code == 0
    assert dict(memory.statuses) == {"accepted": 300, "duplicate": 300}


def test_a_shifted_log_is_shifted_the_same_when_it_is_sent_again(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        trial.run(url, "--shift-to-now")
        trial.run(url, "--shift-to-now", "--again")
    assert memory.statuses["conflict"] == 0
    last = max(datetime.fromisoformat(event["time"]) for event in memory.taken)
    yesterday = datetime.now(ZoneInfo("Asia/Kuwait")).date() - timedelta(days=1)
    assert last.date() == yesterday


def test_after_kill_9_the_next_run_goes_on_and_sends_little_twice(tmp_path: Path) -> None:
    trial = Trial(tmp_path, 3_000)
    memory = Memory(KEYS, stop_after=9_000)
    program = [sys.executable, "-c", "from demo.replay import main; main()"]
    with little_masar(memory) as url:
        first = subprocess.Popen(
            [*program, *trial.arguments(url)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert memory.stopped.wait(60)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        memory.stop_after = None
        behind = sum(json.loads((tmp_path / "state.json").read_text())["done"])
        assert behind > 0
        second = subprocess.run(
            [*program, *trial.arguments(url)], cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert second.returncode == 0, second.stderr
    assert len(memory.taken) == len(memory.seen) == 15_000
    assert memory.statuses["duplicate"] < 15_000 - 5 * behind
    assert set(memory.statuses) == {"accepted", "duplicate"}
    assert in_order(memory)


def test_a_refused_event_makes_the_run_fail_and_is_named(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        trial.run(url)
        for name in memory.seen:
            memory.seen[name] = "something else"
        result = trial.run(url, "--again")
    assert result.exit_code == 1
    assert "conflict 300" in result.output


def test_a_wrong_key_stops_the_run_at_once_with_the_reason(trial: Trial) -> None:
    memory = Memory({"zz.town": "another", "zz.fire": "msk_fire"})
    with little_masar(memory) as url:
        result = trial.run(url)
    assert result.exit_code == 1
    assert "401" in result.output
    assert memory.taken == []


def test_a_missing_key_is_said_with_the_command_that_makes_one(trial: Trial) -> None:
    (trial.folder / "keys").write_text("zz.town: msk_town\n", encoding="utf-8")
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        result = trial.run(url)
    assert result.exit_code == 1
    assert "masar agency key zz.fire" in result.output


def test_a_server_that_never_answers_ends_the_run_after_its_patience(trial: Trial) -> None:
    result = trial.run("http://127.0.0.1:9", "--patience", "0.3", "--workers", "1")
    assert result.exit_code == 1
    assert "gave up" in result.output


def test_a_dry_run_writes_the_events_and_sends_nothing(trial: Trial) -> None:
    result = trial.run("http://127.0.0.1:9", "--dry-run", "--limit", "2")
    events = [json.loads(line) for line in result.output.splitlines()]
    assert len(events) == 10
    assert not (trial.folder / "state.json").exists()


def test_the_state_of_another_log_is_not_used(trial: Trial) -> None:
    memory = Memory(KEYS)
    with little_masar(memory) as url:
        trial.run(url)
        write_csv(trial.log, 61)
        result = trial.run(url)
    assert result.exit_code == 1
    assert "another log" in result.output


@pytest.mark.data
def test_the_receipt_log_goes_over_the_line_whole(tmp_path: Path) -> None:
    memory = Memory({"nl.coselog": "msk_nl"})
    with little_masar(memory) as url:
        arguments = [str(real(RECEIPT)), "--mapping", "receipt", "--url", url, "--state", str(tmp_path / "state")]
        result = CliRunner(env={"MASAR_KEY_NL_COSELOG": "msk_nl"}).invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "1434 cases, 9906 events" in result.output
    assert dict(memory.statuses) == {"accepted": 9_906}
    assert in_order(memory)
