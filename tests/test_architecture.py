"""The house as docs/map.md tells it, where the import contracts do not look: sizes, one clock, money without floats."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(
    path
    for part in ("masar", "demo")
    for path in (ROOT / part).rglob("*.py")
    if not {"tests", "migrations"} & {*path.parts}
)
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
ROOMS = sorted(path.parent for path in (ROOT / "masar").glob("*/__init__.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_is_for(room: Path) -> None:
    words = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert words
    assert len([line for line in words.splitlines() if line]) <= 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_module_is_short_and_says_what_it_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert not text or ast.get_docstring(tree) or file.name == "__main__.py"
    assert text.count("\n") <= LONGEST_FILE
    for function in functions(tree):
        length = (function.end_lineno or 0) - function.lineno
        assert length <= LONGEST_FUNCTION, f"{function.name}: {length} lines"


def test_names_say_what_things_are() -> None:
    bad = re.compile(r"^(utils?|helpers?|misc|common)\.py$")
    assert not [file for file in FILES if bad.match(file.name)]


def test_the_rooms_ask_one_place_what_time_it_is() -> None:
    """So that a test, or a server's clock that jumps, concerns one function. The doctor compares clocks."""
    asks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(")
    found = [str(file.relative_to(ROOT)) for file in FILES if asks.search(file.read_text(encoding="utf-8"))]
    assert [name for name in found if not name.startswith("demo/")] == [
        "masar/config/checks.py",
        "masar/kernel/clock.py",
    ]


def test_money_is_never_a_float() -> None:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
                name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
                if re.search(r"fils|amount|fee|price|dinar", name, re.IGNORECASE):
                    assert "float" not in ast.unparse(node.annotation), (file, name)


def test_models_declare_no_float_column() -> None:
    for file in (ROOT / "masar").rglob("*.py"):
        if {"models.py", "migrations"} & {*file.parts}:
            assert "FloatField" not in file.read_text(encoding="utf-8"), file


def test_code_names_no_agency_of_a_country() -> None:
    """Kuwait is data: what is said in words of help may name one as an example, what decides may not."""
    for file in FILES:
        if file.is_relative_to(ROOT / "demo"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                for side in (node.left, *node.comparators):
                    if isinstance(side, ast.Constant) and isinstance(side.value, str):
                        assert not re.match(r"kw\.|urn:masar:kw", side.value), (file, node.lineno)


def test_migrations_are_linear() -> None:
    for room in ROOMS:
        names = (
            sorted(path.stem for path in (room / "migrations").glob("0*.py")) if (room / "migrations").is_dir() else []
        )
        assert [name[:4] for name in names] == [f"{n + 1:04d}" for n in range(len(names))], room
