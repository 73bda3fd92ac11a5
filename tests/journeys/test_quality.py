"""Lighthouse on a phone, and pa11y with HTML_CodeSniffer: programs of others judge every kind of page."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from tests.journeys.browsing import CHROMIUM, LANGUAGES, Visits
from tests.journeys.pages import Place, places
from tests.journeys.sending import NODE, needs_node

pytestmark = [pytest.mark.node, needs_node]
LEAST = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 95}
PUBLIC = ("landing", "login")
# Each page once in the ordinary suite; all languages of all pages in the soak.
ONCE = (
    ("landing", "ar"), ("login", "ur"), ("home", "ar"), ("requests", "en"), ("request-review", "ar"),
    ("archive", "ur"), ("account", "en"),
)  # fmt: skip


def judged(program: str, language_of: Sequence[tuple[Place, str]], visits: Visits, cast: dict) -> list[dict[str, Any]]:
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


def light_on(names: Sequence[tuple[str, str]], visits: Visits, cast: dict, numbers: dict) -> None:
    """Run Lighthouse on (page, language) and hold the scores against what is promised."""
    named = {place.name: place for place in places(numbers)}
    answers = judged("quality.mjs", [(named[name], language) for name, language in names], visits, cast)
    too_low = []
    for (name, language), told in zip(names, answers, strict=True):
        assert told["url"] == told["asked"], told
        print(f"lighthouse {name} {language}: {told['scores']} {told['figures']}")
        least = LEAST if name in PUBLIC else {key: value for key, value in LEAST.items() if key != "seo"}
        if any(told["scores"][key] < value for key, value in least.items()):
            too_low.append((name, language, told["scores"], told["failed"]))
    assert too_low == []


@pytest.mark.parametrize("page", ONCE, ids=lambda page: "-".join(page))
def test_lighthouse_is_content(page: tuple[str, str], visits: Visits, cast: dict, numbers: dict) -> None:
    light_on([page], visits, cast, numbers)


@pytest.mark.soak
@pytest.mark.parametrize("language", LANGUAGES)
def test_lighthouse_is_content_with_every_page(language: str, visits: Visits, cast: dict, numbers: dict) -> None:
    light_on([(place.name, language) for place in places(numbers) if place.status == 200], visits, cast, numbers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_pa11y_finds_nothing(language: str, visits: Visits, cast: dict, numbers: dict) -> None:
    found = [place for place in places(numbers) if place.status == 200]
    answers = judged("check.mjs", [(place, language) for place in found], visits, cast)
    assert len(answers) == len(found)
    issues = {told["url"]: told["issues"] for told in answers if told["issues"]}
    print(f"pa11y {language}: {len(answers)} pages, {sum(map(len, issues.values()))} issues")
    assert issues == {}
