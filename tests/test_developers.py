"""The pages for developers and all that they promise: every example as it stands, every code, every document."""

from __future__ import annotations

import ast
import gzip
import html
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft7Validator, Draft202012Validator

from masar.cases.actions.upkeep import PARKED_FOR
from masar.cases.queries import FLAWS, LIMITS, REFUSALS, event_types, example
from masar.cases.rules.envelope import Envelope, read_envelope
from masar.catalogue.actions import new_key
from masar.portal.look import LANGUAGES
from masar.portal.presenters.answering import REFUSED
from masar.portal.presenters.developers import part_titles
from masar.portal.presenters.guide import marked
from masar.portal.presenters.profile import (
    attribute_words,
    field_words,
    flaw_words,
    kind_words,
    refusal_words,
    status_words,
    type_words,
)
from tests.running import Server

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
NODE = Path(__file__).parent / "node"
PARTS = tuple(part_titles())
NOW = datetime(2026, 11, 24, tzinfo=UTC)

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules" / "@asyncapi").exists()) and os.environ.get("CI") != "true",
    reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
)
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")


def text_of(language: str, part: str = "", **cookies: str) -> str:
    """The page as it is sent."""
    web = Client()
    web.cookies.load(cookies)
    answer = web.get(f"/{language}/developers/{part}/".replace("//", "/"))
    assert answer.status_code == 200
    return answer.content.decode()


def codes_of(page: str) -> list[tuple[bool, str, str]]:
    """Every piece of code on a page, in order: whether it is to be run, the name of its file, and its text."""
    found = re.findall(
        r'<figure class="listing( run)?">(?:<figcaption><code>(.*?)</code></figcaption>)?<pre[^>]*>(.*?)</pre>',
        page,
        re.DOTALL,
    )
    return [(bool(run), name, html.unescape(text)) for run, name, text in found]


# The pages


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("simple", [False, True])
def test_the_pages_are_whole_and_small(part: str, language: str, simple: bool) -> None:
    page = text_of(language, part, **({"masar-look": "simple=1"} if simple else {}))
    size = len(gzip.compress(page.encode()))
    print(f"{language} /developers/{part}: {size} bytes")
    assert size <= 10 * 1024
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", page)]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    targets = re.findall(r'class="link" href="#([^"]+)"', page)
    assert targets
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    assert "`" not in re.sub(r"<pre.*?</pre>", "", page, flags=re.DOTALL)
    assert not re.search(r"<[^>]+ (style|on\w+)=", page)


@pytest.mark.database
@pytest.mark.parametrize("part", PARTS)
def test_a_page_asks_the_database_nothing(part: str) -> None:
    with CaptureQueriesContext(connections["default"]) as asked:
        text_of("ar", part)
    assert len(asked) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_on_the_pages_is_in_the_language_of_the_page(language: str) -> None:
    if language == "en":
        return
    for part in PARTS:
        text = re.sub(
            r"<pre.*?</pre>|<code>.*?</code>|<head>.*?</head>|<svg.*?</svg>",
            "",
            text_of(language, part),
            flags=re.DOTALL,
        )
        words = re.sub(r"<[^>]+>", " ", text.partition("<main")[2].partition("</main>")[0])
        assert not re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", words), words


def test_the_address_without_a_language_leads_to_that_of_the_browser() -> None:
    for said, language in {"ur,en;q=0.5": "ur", "en": "en", "de": "ar"}.items():
        answer = Client().get("/developers/", headers={"Accept-Language": said})
        assert (answer.status_code, answer["Location"]) == (302, f"/{language}/developers/")
        assert "Accept-Language" in answer["Vary"]


def test_a_page_that_does_not_exist_is_not_found() -> None:
    assert Client().get("/en/developers/nothing/").status_code == 404


def test_the_foot_of_every_page_leads_there_and_the_sitemap_names_it() -> None:
    assert 'href="/ur/developers/"' in Client().get("/ur/about/").content.decode().partition("<footer")[2]
    assert "/en/developers/events/</loc>" in Client().get("/sitemap.xml").content.decode()


def test_marked_words_cannot_bring_markup() -> None:
    assert marked("<b> `<i>`") == "&lt;b&gt; <code>&lt;i&gt;</code>"


# What the pages say is what the code does


def test_each_type_field_kind_and_status_has_its_words() -> None:
    known = event_types()
    fields = [field for one in known for field in one.fields]
    assert set(type_words()) == {one.short for one in known}
    assert set(field_words()) == {field.name for field in fields}
    assert set(kind_words()) == {field.kind for field in fields}
    assert set(refusal_words()) == set(REFUSALS)
    assert set(flaw_words()) == set(FLAWS)
    assert set(status_words()) == {"accepted", "duplicate", "conflict", "parked", "invalid", "forbidden"}


def test_the_statuses_on_the_page_are_those_that_are_answered() -> None:
    from masar.api.views import HTTP

    assert {name: http for name, (http, _) in status_words().items()} == HTTP


@pytest.mark.database
def test_the_refusal_that_is_shown_is_what_is_answered(kuwait: None) -> None:
    event = example("step") | {"data": {"step": 7}}
    answer = Client().post(
        "/api/v1/events",
        json.dumps(event),
        content_type="application/cloudevents+json",
        headers={"Authorization": f"Bearer {new_key('kw.moi.gdt')}"},
    )
    assert answer.status_code == 422
    assert answer.json() == json.loads(REFUSED)


def _raised() -> Iterator[tuple[str, int | None]]:
    """Every code of a problem that stands in the source, with its HTTP status."""
    items = {"invalid": 422, "forbidden": 403, "conflict": 409, "parked": 202}
    for folder in ("api", "cases/actions"):
        for file in (ROOT / "masar" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                    continue
                values = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
                if node.func.id == "Problem":
                    yield values[1], values[0]
                elif node.func.id == "refused" and values[2]:
                    yield values[2], items[values[0]]


def test_every_code_of_a_problem_stands_on_the_page_with_its_status() -> None:
    from masar.api.problems import _WORDS

    raised = {code: status for code, status in _raised() if code}
    raised |= {code: status for status, (code, _) in _WORDS.items()} | {"invalid-parameters": 422}
    only_at_our_desk = {"changed-meanwhile"}
    assert {code: status for code, status in raised.items() if code not in only_at_our_desk} == dict(REFUSALS)


def test_every_code_of_a_flaw_stands_on_the_page() -> None:
    codes = set()
    for folder in ("cases/rules", "cases/actions"):
        for file in (ROOT / "masar" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Flaw":
                    codes |= {node.args[1].value} if isinstance(node.args[1], ast.Constant) else set()
    kinds = set(kind_words())
    assert codes - kinds == set(FLAWS) - kinds
    page = text_of("en", "answers")
    assert all(f"<code>{code}</code>" in page for code in codes | kinds)


def test_limits_on_the_pages_are_those_of_intake() -> None:
    from masar.api import events

    assert (events.LARGEST_BODY, events.LARGEST_EVENT, events.MOST_EVENTS) == (2**20, 2**16, 500)
    assert timedelta_hours(PARKED_FOR) == timedelta_hours(LIMITS.parked) == 24
    page = text_of("en", "practice")
    for said in ("64 KiB", "1 MiB", ">500<", ">200<", ">5<", ">24<", ">1950<"):
        assert said in page


def timedelta_hours(span: Any) -> int:
    return int(span.total_seconds()) // 3600


@pytest.mark.parametrize(
    ("kind", "most", "over"),
    [
        ("line", "x" * 300, "x" * 301),
        ("text", "x" * 4000, "x" * 4001),
        ("list", [1] * 50, [1] * 51),
        ("ref", "x" * 100, "x" * 101),
    ],
)
def test_what_a_page_says_of_a_kind_is_what_intake_takes(kind: str, most: Any, over: Any) -> None:
    from masar.cases.rules.envelope import _KINDS

    assert _KINDS[kind][0](most)
    assert not _KINDS[kind][0](over)
    assert str(len(most)) in kind_words()[kind].replace(",", "")


@pytest.mark.parametrize("short", list(type_words()))
def test_each_example_of_a_type_is_taken_and_fits_the_schema(short: str) -> None:
    from masar.api.contract import event_schemas, schema_name

    event = example(short)
    assert isinstance(read_envelope(event, NOW, "kw.moi.gdt"), Envelope)
    schema = {"$ref": f"#/components/schemas/{schema_name(short)}", "components": {"schemas": event_schemas()}}
    assert [fault.message for fault in Draft202012Validator(schema).iter_errors(event)] == []


def test_attributes_of_an_event_are_all_explained() -> None:
    from masar.api.contract import event_schemas

    known = set(event_schemas()["EventStep"]["properties"]) - {"data", "datacontenttype"}
    assert set(attribute_words()) == known


# AsyncAPI


def asyncapi() -> Mapping[str, Any]:
    answer = Client().get("/api/v1/asyncapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_the_asyncapi_document_has_every_type_with_an_example_that_fits() -> None:
    document = asyncapi()
    messages = document["components"]["messages"]
    assert [message["name"] for message in messages.values()] == [one.name for one in event_types()]
    for message in messages.values():
        schema = {**message["payload"], "components": document["components"]}
        assert Draft7Validator(schema).is_valid(message["examples"][0]["payload"])
        assert not Draft7Validator(schema).is_valid(message["examples"][0]["payload"] | {"data": {"no": 1}})


def test_both_documents_have_the_same_schemas() -> None:
    ours = asyncapi()["components"]["schemas"]
    theirs = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]
    assert ours
    assert all(theirs[name] == schema for name, schema in ours.items())


@pytest.mark.node
@needs_node
def test_the_asyncapi_document_fits_the_official_schema() -> None:
    official = NODE / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"
    validator = Draft7Validator(json.loads(official.read_text(encoding="utf-8")))
    document = dict(asyncapi())
    assert [fault.message for fault in validator.iter_errors(document)] == []
    assert not validator.is_valid(document | {"channels": {"events": {"address": 7}}})


# Examples, as they stand


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
