"""YAML read strictly into plain JSON values, with the line of every node.

Values are those of YAML 1.2's core schema (so `no` and `08:00` stay texts); what could surprise is refused:
aliases, tags, tabs, duplicate keys, a second document, great size or depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn

import yaml

Path = tuple[str | int, ...]
MAX_BYTES = 1_000_000
MAX_DEPTH = 40
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something to mend: where it stands, how grave it is, a stable code, and what to do about it."""

    file: str
    line: int
    severity: Literal["error", "warning"]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; lines count from 1. `origin` names where a template wrote what is used here."""

    file: str
    line: int
    origin: str = ""


@dataclass(frozen=True)
class Loaded:
    """One file: its value and, by path, where each node stands (for an entry of a mapping, its key)."""

    file: str
    value: Any
    marks: Mapping[Path, Mark] = field(repr=False)

    def mark(self, path: Path) -> Mark:
        """The place of a node, or of the nearest one above it that exists."""
        while path and path not in self.marks:
            path = path[:-1]
        return self.marks.get(path, Mark(self.file, 1))

    def finding(self, path: Path, code: str, message: str, *, warning: bool = False) -> Finding:
        """A finding at the line of `path`."""
        mark = self.mark(path)
        message += f" (written in {mark.origin})" if mark.origin else ""
        return Finding(mark.file, mark.line, "warning" if warning else "error", code, message)


class Unreadable(ValueError):
    """The text is not the strict YAML that a catalogue is written in."""

    def __init__(self, file: str, line: int, code: str, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.finding = Finding(file, line, "error", code, message)


def read(file: str, content: bytes) -> Loaded:
    """Read one YAML document. Raises: Unreadable."""
    text = _decoded(file, content)
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as problem:
        line = getattr(problem.problem_mark or problem.context_mark, "line", 0) + 1
        raise Unreadable(file, line, "yaml", f"this is not YAML: {problem.problem or problem.context}") from problem
    return Loaded(file, builder.value, builder.marks)


def _decoded(file: str, content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise Unreadable(file, 1, "too-large", f"the file is larger than {MAX_BYTES:,} bytes: split it")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise Unreadable(file, line, "not-utf8", "the file is not UTF-8: save it so") from problem
    for code, found, mend in (
        ("tab", text.find("\t"), "use spaces instead of a tab"),
        ("control-character", _control(text), "remove the invisible control character"),
    ):
        if found >= 0:
            raise Unreadable(file, text.count("\n", 0, found) + 1, code, mend)
    return text


def _control(text: str) -> int:
    # Bidirectional overrides would make a reviewer read another order than the machine does.
    match = re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
    return match.start() if match else -1


class _Builder:
    """Builds the value from parser events, without recursion, noting lines on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.value: Any = None
        self.marks: dict[Path, Mark] = {}
        self.documents = 0
        self.open: list[tuple[Any, Path, list[str]]] = []  # container, its path, the pending key of a mapping

    def take(self, event: yaml.Event) -> None:
        mark: Any = event.start_mark
        line = mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.refuse(line, "alias", "anchors and aliases are not allowed: write it out, or use a shared template")
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(line, "second-document", "one file holds one document: move the second to its own file")
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()

    def refuse(self, line: int, code: str, message: str) -> NoReturn:
        raise Unreadable(self.file, line, code, message)

    def begin(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self.no_tag(event, line)
        if len(self.open) >= MAX_DEPTH:
            self.refuse(line, "too-deep", f"nested deeper than {MAX_DEPTH} levels: flatten it")
        if self.awaits_key():
            self.refuse(line, "key", "a key is a plain text")
        container: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append((container, self.place(container, line), []))

    def scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self.no_tag(event, line)
        if not self.awaits_key():
            self.place(_resolved(event), line)
            return
        container, path, pending = self.open[-1]
        if event.value in container:
            self.refuse(line, "duplicate-key", f"`{event.value}` is written twice here: keep one")
        if event.value == "<<":
            self.refuse(line, "alias", "merge keys are not allowed: write it out, or use a shared template")
        pending.append(event.value)
        self.marks[(*path, event.value)] = Mark(self.file, line)

    def awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1][0], dict) and not self.open[-1][2]

    def no_tag(self, event: Any, line: int) -> None:
        if event.tag is not None:
            self.refuse(line, "tag", f"the tag {event.tag} is not allowed: remove it")

    def place(self, value: Any, line: int) -> Path:
        if not self.open:
            self.value = value
            path: Path = ()
        else:
            container, above, pending = self.open[-1]
            key: str | int
            if isinstance(container, dict):
                key = pending.pop()
                container[key] = value
            else:
                key = len(container)
                container.append(value)
            path = (*above, key)
        self.marks.setdefault(path, Mark(self.file, line))
        return path


def _resolved(event: yaml.ScalarEvent) -> Any:
    text = event.value
    if not event.implicit[0]:  # quoted or folded: a text, whatever it looks like
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and len(text) < 20:
        return float(text)
    return text


def listed(loaded: Loaded, *path: str | int) -> Iterator[tuple[Path, Any]]:
    """Yield (path, item) for the items of a list in the document; nothing where there is no such list."""
    found: Any = loaded.value
    for part in path:
        if isinstance(found, Mapping) and part in found:
            found = found[str(part)]
        elif isinstance(found, list) and isinstance(part, int):
            found = found[part]
        else:
            return
    if isinstance(found, list):
        for index, item in enumerate(found):
            yield (*path, index), item
