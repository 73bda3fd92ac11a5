"""Lighthouse on a phone, and pa11y with HTML_CodeSniffer: programs of others judge every kind of page."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import pytest

from tests.journeys.browsing import CHROMIUM, LANGUAGES, Person, Visits
from tests.journeys.pages import Place, places
from tests.journeys.sending import NODE, needs_node

Cast = Mapping[str, Person]
Numbers = Mapping[str, int]
pytestmark = [pytest.mark.node, needs_node]
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 95}
PUBLIC = ("landing", "login", "start", "words", "family", "services", "service")
# Each page once in the ordinary suite; all languages of all pages in the soak.
ONCE = (
    ("landing", "ar"), ("login", "ur"), ("home", "ar"), ("requests", "en"), ("request-review", "ar"),
    ("archive", "ur"), ("account", "en"), ("start", "ar"), ("words", "en"), ("family", "ur"),
    ("services", "ur"), ("service", "ar"),
)  # fmt: skip


def judged(program: str, language_of: Sequence[tuple[Place, str]], visits: Visits, cast: Cast) -> list[dict[str, Any]]:
    """Let a program of others judge pages; return what it says of each."""
    asked = []
    for place, language in language_of:
        cookies = visits.cookies_of(cast[place.who]) if place.who else {}
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        asked.append({"url": f"{visits.site.url}/{language}/{place.tail}", "cookie": cookie})
    ran = subprocess.run(
        ["node", str(NODE / program), str(CHROMIUM)],
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
        timeout=60 + 40 * len(asked),
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def light_on(names: Sequence[tuple[str, str]], visits: Visits, cast: Cast, numbers: Numbers) -> None:
    """Run Lighthouse on (page, language) and hold the scores against what is promised.

    A page that scores too low is judged again, twice at most: a busy machine makes a page slower, never faster.
    """
    named = {place.name: place for place in places(numbers)}
    left, last = list(names), []
    for _ in range(3):
        answers = judged("quality.mjs", [(named[name], language) for name, language in left], visits, cast)
        last = [(*page, told) for page, told in zip(left, answers, strict=True) if not _is_content(*page, told)]
        left = [(name, language) for name, language, _ in last]
        if not left:
            break
    assert not last, json.dumps(last, ensure_ascii=False, indent=1)


def _is_content(name: str, language: str, told: Mapping[str, Any]) -> bool:
    assert unquote(told["url"]) == told["asked"], told
    print(f"lighthouse {name} {language}: {told['scores']} {told['figures']}")
    least = LEAST if name in PUBLIC else {key: value for key, value in LEAST.items() if key != "seo"}
    return all(told["scores"][key] >= value for key, value in least.items())


def test_lighthouse_is_content(visits: Visits, cast: Cast, numbers: Numbers) -> None:
    light_on(ONCE, visits, cast, numbers)


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_lighthouse_is_content_with_every_page(language: str, visits: Visits, cast: Cast, numbers: Numbers) -> None:
    light_on(
        [(place.name, language) for place in places(numbers) if place.status == 200 and place.name != "components"],
        visits,
        cast,
        numbers,
    )


@pytest.mark.parametrize(
    "language", ["ar", pytest.param("en", marks=pytest.mark.soak), pytest.param("ur", marks=pytest.mark.soak)]
)
def test_pa11y_finds_nothing(language: str, visits: Visits, cast: Cast, numbers: Numbers) -> None:
    found = [place for place in places(numbers) if place.status == 200]
    answers = judged("check.mjs", [(place, language) for place in found], visits, cast)
    assert len(answers) == len(found)
    issues = {told["url"]: told["issues"] for told in answers if told["issues"]}
    print(f"pa11y {language}: {len(answers)} pages, {sum(map(len, issues.values()))} issues")
    assert issues == {}
