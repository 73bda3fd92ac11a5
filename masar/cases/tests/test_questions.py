"""What an agency may ask with in an event: plain fields. Nothing is fetched, nothing raises, nothing is slow."""

from __future__ import annotations

import time
from typing import Any

import pytest

from conftest import Reporter
from masar.cases.rules.questions import is_question_form, is_quick_pattern
from masar.catalogue.rules.form import fault


def asks(**rule: Any) -> dict[str, Any]:
    return {"schema": {"type": "object", "properties": {"answer": rule}, "required": ["answer"]}}


GOOD = (
    asks(type="string", maxLength=200),
    asks(type="integer", minimum=1, maximum=9),
    asks(type="string", enum=["a", "b"]),
    asks(type="boolean"),
    asks(type="array", items={"type": "string", "enum": ["a"]}, uniqueItems=True),
    asks(type="string", format="date"),
    asks(type="string", pattern="^[0-9]{1,2}[- /]?[0-9]{1,5}$"),
    asks(type="string", pattern="^KW[0-9]{2}[A-Z]{4}[A-Z0-9]{22}$") | {"words": {"answer": {"ar": "الآيبان"}}},
)
BAD: tuple[Any, ...] = (
    asks(**{"$ref": "http://127.0.0.1:9/x"}),
    asks(**{"$dynamicRef": "http://127.0.0.1:9/x"}),
    {"schema": {"$ref": "http://127.0.0.1:9/x"}},
    {"schema": {"properties": {"a": {}}, "allOf": [{"$ref": "file:///etc/passwd"}]}},
    asks(pattern="("),
    asks(pattern="(a+)+$"),
    asks(pattern="[0-9]*[0-9]*[0-9]*x"),
    asks(pattern="[0-9]{0,99}[0-9]{0,99}[0-9]{0,99}[0-9]{0,99}x"),
    asks(pattern="^(?=a)"),
    asks(maxLength="many"),
    asks(maxLength=True),
    asks(maxLength=10**9),
    asks(type="object"),
    asks(enum=[{"a": 1}]),
    asks(items={"$ref": "x"}),
    {"schema": {"properties": {"answer": "text"}}},
    {"schema": {"properties": {}}},
    {"schema": {"properties": {f"f{n}": {} for n in range(31)}}},
    {"schema": {"properties": {"Answer!": {}}}},
    {"schema": {"properties": {"a": {}}, "required": ["b"]}},
    {"schema": []},
    {},
    [],
    asks() | {"extra": 1},
    asks() | {"words": []},
)


@pytest.mark.parametrize("form", GOOD)
def test_plain_fields_are_taken(form: dict[str, Any]) -> None:
    assert is_question_form(form)


@pytest.mark.parametrize("form", BAD, ids=range(len(BAD)))
def test_what_would_be_fetched_raise_or_be_slow_is_not(form: Any) -> None:
    assert not is_question_form(form)


@pytest.mark.database
@pytest.mark.parametrize("form", BAD, ids=range(len(BAD)))
def test_an_event_that_asks_so_is_invalid_and_says_why(form: Any, traffic: Reporter, open_licence: Any) -> None:
    _, ref, _ = open_licence()
    asked = traffic.event("asked", ref, "2026-11-02T10:00:00+03:00", step="more-information", form=form)
    item = traffic.send(asked)[0]
    assert item.status == "invalid"


def test_every_pattern_of_the_catalogue_without_alternatives_is_a_quick_one() -> None:
    import re
    from pathlib import Path

    import masar.catalogue

    folder = Path(masar.catalogue.__file__).parent / "kuwait"
    told = {
        found
        for path in folder.rglob("*.yaml")
        for found in re.findall(r'pattern: "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    plain = {pattern for pattern in told if "(" not in pattern}
    assert len(plain) > 25
    assert [pattern for pattern in sorted(plain) if not is_quick_pattern(pattern)] == []


def test_the_slowest_pattern_that_is_taken_is_quick() -> None:
    slowest = "^[0-9a]{0,99}[0-9b]{0,99}[0-9c]{0,99}x$"
    assert is_quick_pattern(slowest)
    began = time.perf_counter()
    assert fault({"type": "string", "pattern": slowest}, "1" * 4000) is not None
    assert time.perf_counter() - began < 1


def test_a_reference_in_a_form_is_fetched_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    from referencing.exceptions import Unresolvable

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_: pytest.fail("somebody fetched"))
    with pytest.raises(Exception) as refused:  # noqa: PT011 - whatever it is, it is no fetch
        fault({"$ref": "http://127.0.0.1:9/schema"}, "x")
    assert isinstance(refused.value.__cause__ or refused.value, Unresolvable | Exception)
