"""The examples for developers, each run as it stands on its page against a running Masar."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import logged_in, new_civil_id
from masar.cases import actions
from masar.cases.queries import example
from masar.catalogue.actions import new_key
from masar.files.tests.good import jpeg
from masar.people.actions import introduce
from masar.portal.look import LANGUAGES
from masar.portal.presenters.profile import type_words
from tests.running import Server
from tests.test_developers import NODE, PARTS, codes_of, needs_node, text_of

EXAMPLES = Path(__file__).resolve().parent.parent / "docs" / "examples"
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")


@pytest.fixture(scope="module")
def around(kuwait: None, server: Server) -> Mapping[str, str]:
    """The environment that the page tells people to set, with the programs of this very Python first."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MASAR_", "DJANGO_", "PYTEST"))}
    own = {"PATH": path, "MASAR_URL": server.url, "MASAR_KEY": new_key("kw.moi.gdt")}
    return plain | own | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: str, around: Mapping[str, str], folder: Path, code: int = 0) -> str:
    """Run a command in a folder; return what it printed."""
    ran = subprocess.run(command, env=dict(around), cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == code, ran.stdout + ran.stderr
    return ran.stdout


def statuses(printed: str) -> list[str]:
    return re.findall(r'"status":"(\w+)"', printed)


def test_every_example_stands_on_a_page_as_it_is() -> None:
    shown = {name: text for part in PARTS for _, name, text in codes_of(text_of("en", part)) if name}
    files = {file.name: file.read_text(encoding="utf-8").rstrip("\n") for file in EXAMPLES.iterdir() if file.is_file()}
    assert shown == files


@pytest.mark.database
@needs_curl
@pytest.mark.node
@needs_node
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_followed_literally_leads_from_an_empty_folder_to_an_accepted_event(
    language: str, around: Mapping[str, str], tmp_path: Path
) -> None:
    """Files are saved under the names they have on the page; commands are pasted into one shell, in their order."""
    page, commands = text_of(language), []
    for is_run, name, text in codes_of(page.partition('id="sdk"')[0]):
        if name:
            (tmp_path / name).write_text(text + "\n", encoding="utf-8")
        elif is_run:
            commands.append(text.replace("msk_…", around["MASAR_KEY"]))
    assert len(commands) == 4
    assert "http://testserver" in commands[0]
    whole = "\n".join(["set -e", *commands]).replace("http://testserver", around["MASAR_URL"])
    bare = {name: value for name, value in around.items() if not name.startswith("MASAR_")}
    printed = run("bash", "-c", whole, around=bare, folder=tmp_path)
    assert statuses(printed) == ["accepted"] * 4


@pytest.mark.database
@needs_curl
@pytest.mark.parametrize(("name", "expected"), [("first.sh", 2), ("binary.sh", 1), ("history.sh", 2)])
def test_an_example_of_curl_is_accepted(name: str, expected: int, around: Mapping[str, str], tmp_path: Path) -> None:
    printed = run("bash", str(EXAMPLES / name), around=around, folder=tmp_path)
    assert statuses(printed) == ["accepted"] * expected


@pytest.mark.database
@pytest.mark.parametrize("name", ["first.py", "sdk.py"])
def test_an_example_of_python_is_accepted(name: str, around: Mapping[str, str], tmp_path: Path) -> None:
    assert statuses(run("python3", str(EXAMPLES / name), around=around, folder=tmp_path)) == ["accepted"]


@pytest.mark.database
@pytest.mark.node
@needs_node
@pytest.mark.parametrize("name", ["first.mjs", "sdk.mjs"])
def test_an_example_of_node_is_accepted(name: str, around: Mapping[str, str], tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(NODE / "node_modules")
    assert statuses(run("node", name, around=around, folder=tmp_path)) == ["accepted"]


@pytest.mark.database
@needs_curl
def test_an_example_that_is_refused_says_so_and_fails(around: Mapping[str, str], tmp_path: Path) -> None:
    wrong = {**around, "MASAR_KEY": "msk_wrong"}
    assert '"code":"unauthorized"' in run("bash", str(EXAMPLES / "first.sh"), around=wrong, folder=tmp_path, code=22)
    run("python3", str(EXAMPLES / "first.py"), around=wrong, folder=tmp_path, code=1)


@pytest.mark.database
@needs_curl
def test_examples_of_reading_list_what_was_reported(around: Mapping[str, str], tmp_path: Path) -> None:
    told = run("python3", str(EXAMPLES / "first.py"), around=around, folder=tmp_path)
    number = json.loads(told)["request"]
    listed, one = run("bash", str(EXAMPLES / "read.sh"), around=around, folder=tmp_path).splitlines()
    assert json.loads(listed)["next"] is None or json.loads(listed)["next"].isdigit()
    assert json.loads(one)["number"] == json.loads(listed)["items"][0]["number"]
    assert json.loads(one)["events"]
    followed = run("python3", str(EXAMPLES / "follow.py"), "2026-01-01T00:00:00Z", around=around, folder=tmp_path)
    assert number in {line.split()[0] for line in followed.splitlines()}
    services = json.loads(run("bash", str(EXAMPLES / "services.sh"), around=around, folder=tmp_path))
    assert services["items"][0]["steps"]


@pytest.mark.database
@needs_curl
def test_the_example_of_facts_is_kept(around: Mapping[str, str], tmp_path: Path) -> None:
    run("python3", str(EXAMPLES / "first.py"), around=around, folder=tmp_path)  # now the person is known
    for _ in range(2):
        assert statuses(run("bash", str(EXAMPLES / "facts.sh"), around=around, folder=tmp_path)) == ["kept"]


@pytest.mark.database
def test_the_check_names_what_is_wrong_before_it_is_sent(around: Mapping[str, str], tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    for short in type_words():
        event.write_text(json.dumps(example(short)), encoding="utf-8")
        assert run("python3", str(EXAMPLES / "check.py"), str(event), around=around, folder=tmp_path) == ""
    event.write_text(json.dumps(example("step") | {"data": {"step": 7}}), encoding="utf-8")
    said = run("python3", str(EXAMPLES / "check.py"), str(event), around=around, folder=tmp_path, code=1)
    assert said.startswith("$.data.step")


@pytest.mark.database
def test_a_file_of_events_is_sent_once_whatever_the_line_does(
    around: Mapping[str, str], tmp_path: Path, rough_line: str
) -> None:
    """The line loses the first answer after the events arrived, and refuses the second try as overloaded."""
    ref = f"MANY-{os.getpid()}"
    about = {"specversion": "1.0", "source": "urn:masar:kw.moi.gdt:many", "time": "2026-11-20T09:00:00+03:00"}
    opening = example("opened") | about | {"id": f"{ref}/1"}
    opening["data"] = {**opening["data"], "agency_ref": ref}
    step = example("step") | about | {"id": f"{ref}/2", "subject": f"ref:{ref}"}
    bad = step | {"id": f"{ref}/3", "data": {"step": "nowhere"}}
    lines = tmp_path / "events.jsonl"
    lines.write_text("\n".join(json.dumps(event) for event in (opening, step, bad)), encoding="utf-8")
    printed = run(
        "python3", str(EXAMPLES / "many.py"), str(lines), around={**around, "MASAR_URL": rough_line}, folder=tmp_path
    )
    assert [json.loads(line)["id"] for line in printed.splitlines()] == [f"{ref}/3"]
    again = run("python3", str(EXAMPLES / "many.py"), str(lines), around=around, folder=tmp_path)
    assert statuses(again.replace(" ", "")) == ["invalid"]


@pytest.fixture
def rough_line(server: Server) -> Iterator[str]:
    """A line before the server that cuts the first answer off and answers the second try with 503."""
    import httpx

    tries: list[int] = []

    class Rough(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            tries.append(len(tries))
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if tries[-1] == 1:
                self.send_response(503)
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            headers = {name: self.headers[name] for name in ("Authorization", "Content-Type")}
            answer = httpx.post(server.url + self.path, headers=headers, content=body)
            if tries[-1] == 0:
                self.close_connection = True
                return
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    line = ThreadingHTTPServer(("127.0.0.1", 0), Rough)
    thread = threading.Thread(target=line.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{line.server_port}"
    line.shutdown()
    line.server_close()
    thread.join()
    assert len(tries) == 3


@pytest.mark.database
def test_what_was_filled_in_is_read_with_its_papers(around: Mapping[str, str], tmp_path: Path) -> None:
    civil_id = new_civil_id()
    introduce(civil_id, "نورة التجريبية", "ar", secrets.token_hex(8))
    viewer, service = logged_in(civil_id), "kw.moi.gdt.renew-driving-licence"
    form = {"licence_number": "12345678", "delivery": "kiosk", "declaration": True}
    draft = actions.keep(viewer, service, form)
    actions.attach(viewer, service, draft.id, "photo", jpeg(), "صورة.jpg")
    number = actions.send(viewer, service, draft.id)
    program = str(EXAMPLES / "application.py")
    printed = run(sys.executable, program, str(number), "papers", around=around, folder=tmp_path).splitlines()
    assert json.loads(printed[0]) == form
    kept = list((tmp_path / "papers").iterdir())
    assert [file.suffix for file in kept] == [".jpg"]
    assert printed[1] == f"photo صورة.jpg {kept[0].stat().st_size}"
