"""The checker of the W3C (vnu) finds no fault in the HTML of any page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.journeys.browsing import LANGUAGES, Person, Visits, switch_mode
from tests.journeys.pages import HALVES, by_person, in_turn, places
from tests.journeys.sending import MODULES, needs_node

VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
pytestmark = [
    pytest.mark.node,
    needs_node,
    pytest.mark.skipif(
        not (shutil.which("java") and VNU.exists()) and os.environ.get("CI") != "true",
        reason="SKIPPED LOUDLY: no Java (apt-get install default-jre-headless) or no vnu-jar",
    ),
]


def checked(*paths: Path) -> list[str]:
    """Return what the checker finds wrong."""
    command = ["java", "-Xss1024k", "-jar", str(VNU), "--format", "json", *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, check=False, timeout=120)
    told = json.loads(ran.stderr)["messages"]
    return [
        f"{Path(one['url']).name}: {one['message']} {one.get('extract', '')}" for one in told if one["type"] == "error"
    ]


def test_the_checker_finds_a_planted_fault(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!DOCTYPE html><html lang="ar"><title>x</title><p id="a"><p id="a">', encoding="utf-8")
    assert len(checked(page)) == 1


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_valid_html(
    language: str,
    half: int,
    visits: Visits,
    cast: Mapping[str, Person],
    numbers: Mapping[str, int],
    tmp_path: Path,
) -> None:
    files = []
    for person, group in by_person(places(numbers), cast):
        page = visits.of(person) if person else visits.stranger()
        for mode in ("normal", "simple"):
            switch_mode(page, language, mode)
            for place in in_turn(group, language, mode, half):
                file = tmp_path / f"{place.name}-{mode}.html"
                file.write_text(page.request.get(place.address(language, mode)).text(), encoding="utf-8")
                files.append(file)
        switch_mode(page, language, "normal")
    faults = checked(*files)
    print(f"vnu {language}: {len(files)} pages, {len(faults)} faults")
    assert faults == []
