"""The pages for developers and all that they promise: every example as it stands, every code, every document."""

from __future__ import annotations

import ast
import gzip
import html
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
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

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
NODE = Path(__file__).parent / "node"
PARTS = tuple(part_titles())
NOW = datetime(2026, 11, 24, tzinfo=UTC)

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules" / "@asyncapi").exists()) and os.environ.get("CI") != "true",
    reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
)


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
