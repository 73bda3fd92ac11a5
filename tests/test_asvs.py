"""docs/asvs.md: each requirement of the standard once, each named test there, no row without a reason, right numbers.

`python -m tests.test_asvs` writes the numbers anew.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "docs" / "asvs.md"
IDS = Path(__file__).with_name("asvs-ids.txt")  # ids and levels alone: ASVS 5.0.0, levels 1 and 2, without V17
STATES = ("met", "n/a", "open")
BEGIN, END = "<!-- numbers -->\n", "<!-- end of numbers -->"
_ID = re.compile(r"\bV\d+\.\d+\.\d+\b")
_CHAPTER = re.compile(r"^## (V\d+) (.+)$")
_TEST = re.compile(r"`([\w/.-]+\.py)::(\w+)`")
_ANY_TEST = re.compile(r"\btest_\w+")
FEWEST_WORDS = 3  # of a reason


@dataclass(frozen=True, slots=True)
class Row:
    """What is said of one requirement, and under which chapter."""

    chapter: str
    id: str
    level: str
    words: str
    state: str
    why: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests that the row names: (file, function)."""
        return _TEST.findall(self.why)

    @property
    def reason(self) -> list[str]:
        """The words of the row beside the tests it names."""
        return re.findall(r"[^\W\d_]{2,}", _TEST.sub(" ", self.why))


def levels() -> Mapping[str, str]:
    """Return the level of each requirement, in the order of the standard."""
    return dict(line.split() for line in IDS.read_text(encoding="utf-8").splitlines())


def chapters(text: str) -> dict[str, str]:
    """Return what each chapter is about."""
    found = (_CHAPTER.match(line) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match}


def rows(text: str) -> Iterator[Row]:
    """Read every row of a requirement; a line of another shape has empty cells at its end."""
    chapter = ""
    for line in text.splitlines():
        if match := _CHAPTER.match(line):
            chapter = match[1]
        if line.startswith("| V") and _ID.match(line[2:]):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            yield Row(chapter, *(cells + [""] * 5)[:5])


@lru_cache(maxsize=128)
def functions_of(file: str) -> frozenset[str]:
    """Return the tests that a file defines; none where it is not there."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def numbers(text: str) -> str:
    """Return the table of how many are met, not applicable and open in each chapter."""
    count = Counter((row.chapter, row.state) for row in rows(text))
    lines = ["| chapter | met | n/a | open | all |", "|---|---|---|---|---|"]
    for chapter, title in chapters(text).items():
        of = [count[chapter, state] for state in STATES]
        lines.append(f"| {chapter} {title} | " + " | ".join(map(str, [*of, sum(of)])) + " |")
    whole = [sum(count[chapter, state] for chapter in chapters(text)) for state in STATES]
    lines.append("| **all** | " + " | ".join(f"**{number}**" for number in [*whole, sum(whole)]) + " |")
    return "\n".join(lines) + "\n"


def faults(text: str, wanted: Mapping[str, str]) -> list[str]:
    """Say what is wrong with the list."""
    found = list(rows(text))
    return [*_ids(found, wanted), *(fault for row in found for fault in _of_row(row, wanted)), *_numbers(text)]


def _ids(found: Sequence[Row], wanted: Mapping[str, str]) -> Iterator[str]:
    count = Counter(row.id for row in found)
    yield from (f"{id_} is missing" for id_ in wanted if id_ not in count)
    yield from (f"{id_} is unknown" for id_ in count if id_ not in wanted)
    yield from (f"{id_} stands {times} times" for id_, times in count.items() if times > 1)
    known = [row.id for row in found if row.id in wanted]
    if known != sorted(known, key=list(wanted).index):
        yield "rows do not stand in the order of the standard"


def _of_row(row: Row, wanted: Mapping[str, str]) -> Iterator[str]:
    if row.chapter != row.id.split(".")[0]:
        yield f"{row.id} stands under {row.chapter or 'no chapter'}"
    if row.level != wanted.get(row.id, row.level):
        yield f"{row.id} is of level {wanted[row.id]}"
    if not row.words:
        yield f"{row.id} does not say what is asked"
    if row.state not in STATES:
        yield f"{row.id} is neither met, n/a nor open"
    if row.state == "met" and not row.tests:
        yield f"{row.id} is met and names no test"
    if row.state != "met" and len(row.reason) < FEWEST_WORDS:
        yield f"{row.id} gives no reason"
    yield from (f"{row.id} names {file}::{name}, which is not there" for file, name in row.tests
                if not name.startswith("test_") or name not in functions_of(file))  # fmt: skip
    if "::" in _TEST.sub("", row.why) or _ANY_TEST.search(_TEST.sub("", row.why)):
        yield f"{row.id} names a test in another form than `path/to/test_file.py::test_name`"


def _numbers(text: str) -> Iterator[str]:
    before, begin, rest = text.partition(BEGIN)
    said, end, _ = rest.partition(END)
    if not (before and begin and end):
        yield "the place of the numbers is not marked"
    elif said != numbers(text):
        yield "the numbers are not those of the rows: python -m tests.test_asvs"


def renewed(text: str) -> str:
    """Return the list with its numbers as its rows are."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return before + begin + numbers(text) + end + after


def test_the_list_has_each_requirement_once_each_with_its_tests_or_its_reason() -> None:
    assert len(levels()) == 246
    assert faults(LIST.read_text(encoding="utf-8"), levels()) == []


HERE = "`tests/test_asvs.py::test_a_fault_of_the_list_is_found`"
SOUND = f"""# A list

{BEGIN}{END}

## V1 One

| id | level | what is asked | state | shown by, or why |
|---|---|---|---|---|
| V1.1.1 | 1 | words | met | {HERE}. |
| V1.1.2 | 2 | words | n/a | There is no such thing. |

## V2 Two

| id | level | what is asked | state | shown by, or why |
|---|---|---|---|---|
| V2.1.1 | 1 | words | open | It is not done, see {HERE}. |
"""
WANTED = {"V1.1.1": "1", "V1.1.2": "2", "V2.1.1": "1"}
ROW = "| V1.1.2 | 2 | words | n/a | There is no such thing. |\n"


def test_a_list_without_a_fault_has_none_and_its_numbers_are_counted() -> None:
    text = renewed(SOUND)
    assert faults(text, WANTED) == []
    assert renewed(text) == text
    assert "| V1 One | 1 | 1 | 0 | 2 |\n| V2 Two | 0 | 0 | 1 | 1 |\n| **all** | **1** | **1** | **1** | **3** |" in text


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (ROW, "", "V1.1.2 is missing"),
        (ROW, ROW * 2, "V1.1.2 stands 2 times"),
        (ROW, ROW.replace("V1.1.2", "V1.1.9"), "V1.1.9 is unknown"),
        (ROW, ROW.replace("| 2 |", "| 1 |"), "V1.1.2 is of level 2"),
        (ROW, ROW.replace("words", ""), "V1.1.2 does not say what is asked"),
        (ROW, ROW.replace("n/a", "done"), "V1.1.2 is neither met, n/a nor open"),
        (ROW, ROW.replace("There is no such thing.", ""), "V1.1.2 gives no reason"),
        (ROW, ROW.replace("There is no such thing.", HERE), "V1.1.2 gives no reason"),
        (f"It is not done, see {HERE}.", "–", "V2.1.1 gives no reason"),
        (f"{HERE}. |", "Believe it. |", "V1.1.1 is met and names no test"),
        ("_of_the_list_is_found`. |\n| V1", "`. |\n| V1", "V1.1.1 names tests/test_asvs.py::test_a_fault, "),
        ("`tests/test_asvs.py", "`tests/test_none.py", "V1.1.1 names tests/test_none.py::test_a_fault_of"),
        ("test_a_fault_of_the_list_is_found`. |\n| V1", "faults`. |\n| V1", "V1.1.1 names tests/test_asvs.py::faults"),
        ("not done, see", "not done, test_isolation.py::test_x", "V2.1.1 names a test in another form"),
        ("## V2 Two", "## V3 Two", "V2.1.1 stands under V3"),
        (f"{END}\n", "", "the place of the numbers is not marked"),
    ],
)  # fmt: skip
def test_a_fault_of_the_list_is_found(old: str, new: str, fault: str) -> None:
    assert SOUND.count(old), "the fault is planted"
    text = SOUND.replace(old, new, 1)
    assert any(one.startswith(fault) for one in faults(renewed(text) if END in text else text, WANTED))


def test_wrong_numbers_and_another_order_are_found() -> None:
    text = renewed(SOUND)
    wrong = text.replace("| V1 One | 1 | 1 | 0 | 2 |", "| V1 One | 2 | 0 | 0 | 2 |")
    assert faults(wrong, WANTED) == ["the numbers are not those of the rows: python -m tests.test_asvs"]
    first = f"| V1.1.1 | 1 | words | met | {HERE}. |\n"
    turned = renewed(SOUND.replace(first + ROW, ROW + first))
    assert faults(turned, WANTED) == ["rows do not stand in the order of the standard"]


def test_a_test_inside_another_function_is_none() -> None:
    assert "test_a_fault_of_the_list_is_found" in functions_of("tests/test_asvs.py")
    assert functions_of("tests/nothing.py") == frozenset()
    assert "run" not in functions_of("masar/people/tests/test_entering.py")


if __name__ == "__main__":
    LIST.write_text(renewed(LIST.read_text(encoding="utf-8")), encoding="utf-8")
