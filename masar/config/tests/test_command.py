"""The command's smaller verbs: words instead of tracebacks, honest exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from masar.kernel.tests.servers import throwaway_home

SOURCES = Path(__file__).resolve().parents[3]


def masar(*words: str, **surroundings: str) -> "subprocess.CompletedProcess[str]":
    kept = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "LIVE_PORT", "PORT"}}
    return subprocess.run(
        [sys.executable, "-m", "masar.config.command", *words],
        env={**kept, "PYTHONPATH": str(SOURCES), **surroundings},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_help_names_every_verb_without_loading_django() -> None:
    answer = masar("--help", DJANGO_SETTINGS_MODULE="nowhere")
    assert answer.returncode == 0
    for verb in ("up", "doctor", "dsn", "agency", "alarms", "catalogue", "demo", "person", "replay"):
        assert f"\n  {verb} " in answer.stdout
    code = "import sys, masar.config.command; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=SOURCES, check=False).returncode == 0


@pytest.mark.parametrize("words", [("up",), ("dsn",), ("agency", "key", "kw.x"), ("person", "password", "1")])
def test_a_database_that_does_not_answer_is_said_in_words(tmp_path: Path, words: tuple[str, ...]) -> None:
    url = "postgresql://nobody@127.0.0.1:9/none"
    answer = masar(*words, MASAR_HOME=str(tmp_path), DATABASE_URL=url, PORT="18999")
    assert answer.returncode == 1
    assert "The server that DATABASE_URL names does not answer" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_the_doctor_of_a_database_that_does_not_answer_exits_with_1(tmp_path: Path) -> None:
    answer = masar("doctor", MASAR_HOME=str(tmp_path), DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert answer.returncode == 1
    assert "BAD   The database cannot be used." in answer.stdout
    assert "Traceback" not in answer.stderr


def test_an_impossible_port_is_refused(tmp_path: Path) -> None:
    answer = masar("up", MASAR_HOME=str(tmp_path), PORT="70000")
    assert answer.returncode == 2
    assert "70000" in answer.stderr


def test_a_folder_that_is_a_file_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    answer = masar("dsn", MASAR_HOME=str(tmp_path / "var"))
    assert answer.returncode == 1
    assert answer.stderr.startswith("masar: Masar cannot")
    assert "Traceback" not in answer.stderr


def test_the_shipped_catalogue_is_checked_and_a_missing_one_refused(tmp_path: Path) -> None:
    answer = masar("catalogue", "check", str(SOURCES / "masar" / "catalogue" / "kuwait"))
    assert answer.returncode == 0, answer.stdout
    assert masar("catalogue", "check", str(tmp_path / "none")).returncode == 2


@pytest.mark.database
def test_the_address_that_dsn_prints_answers() -> None:
    import psycopg

    with throwaway_home() as home:
        answer = masar("dsn", MASAR_HOME=str(home))
        assert answer.returncode == 0, answer.stderr
        with psycopg.connect(answer.stdout.strip()) as connection:
            assert connection.execute("select current_user::text").fetchone() == ("masar",)
