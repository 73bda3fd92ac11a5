"""Reads a catalogue from its folder of YAML files: checked, templates written in, each document with its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from masar.catalogue.rules.check import Finding, Loaded, Unreadable, check, kind_of, read, resolved

Document = Mapping[str, Any]
SCHEMA = Path(__file__).parent / "definition.schema.json"
DEFAULT = Path(__file__).parent / "kuwait"


class CatalogueInvalid(ValueError):
    """The catalogue has errors; `findings` says where and what to mend."""

    def __init__(self, findings: list[Finding]) -> None:
        first = next(finding for finding in findings if finding.severity == "error")
        super().__init__(f"{first.file}:{first.line}: {first.message} ({len(findings)} findings)")
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Entry:
    """One definition as it is kept for ever: the plain document and the SHA-256 of its canonical JSON (hex)."""

    file: str
    document: Document
    digest: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All documents of a folder, by id. `digest` (hex) changes when anything at all changes."""

    country: Document
    agencies: Mapping[str, Document]
    calendars: Mapping[str, Document]
    reasons: Mapping[str, Mapping[str, str]]
    definitions: tuple[Entry, ...]
    digest: str
    warnings: tuple[Finding, ...] = ()


@cache
def schema() -> Document:
    """The JSON Schema of the format."""
    document: Document = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return document


def check_path(path: Path, *, publish: bool = False, within: Path = DEFAULT) -> list[Finding]:
    """Check a catalogue folder or single files of one; files in findings are relative to the catalogue.

    A folder or file that does not stand in a catalogue of its own (no country.yaml there or above) is checked as an
    addition to the one at `within`; only findings about it are given.

    Raises: FileNotFoundError when there is nothing to check.
    """
    known, wanted, unreadable = _gather(Path(path), within)
    return _wanted(unreadable + check(known, schema(), publish=publish), wanted)


def load_folder(path: Path, *, publish: bool = False, within: Path = DEFAULT) -> Catalogue:
    """Read a catalogue folder, or an addition to the one at `within`, that has no errors.

    Raises: CatalogueInvalid, FileNotFoundError.
    """
    known, wanted, unreadable = _gather(Path(path), within)
    findings = _wanted(unreadable + check(known, schema(), publish=publish), wanted)
    if any(finding.severity == "error" for finding in findings):
        raise CatalogueInvalid(findings)
    ready, _ = resolved(known)
    own = {file: loaded for file, loaded in ready.items() if not wanted or file in wanted}
    return _catalogue(ready, own, findings)


def digest(document: Any) -> str:
    """SHA-256 (hex) of the canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _catalogue(known: Mapping[str, Loaded], own: Mapping[str, Loaded], findings: list[Finding]) -> Catalogue:
    agencies = _by_id(known, "agency")
    country = known["country.yaml"].value
    entries = [
        _entry(file, loaded.value, agencies, country)
        for file, loaded in sorted(own.items())
        if kind_of(file) == "service"
    ]
    shared = [loaded.value for file, loaded in known.items() if kind_of(file) == "shared"]
    return Catalogue(
        country=country,
        agencies=agencies,
        calendars=_by_id(known, "calendar"),
        reasons={item["id"]: item["title"] for document in shared for item in document.get("reasons", ())},
        definitions=tuple(entries),
        digest=digest({file: loaded.value for file, loaded in known.items()}),
        warnings=tuple(findings),
    )


def _entry(file: str, document: Document, agencies: Mapping[str, Document], country: Document) -> Entry:
    """A definition without a calendar of its own keeps its agency's, else the country's."""
    usual = agencies[document["agency"]].get("calendar", country["calendar"])
    complete = {"calendar": usual, **document}
    return Entry(file, complete, digest(complete))


def _by_id(documents: Mapping[str, Loaded], kind: str) -> dict[str, Document]:
    found = (loaded.value for file, loaded in sorted(documents.items()) if kind_of(file) == kind)
    return {document["id"]: document for document in found}


def _wanted(findings: list[Finding], wanted: frozenset[str]) -> list[Finding]:
    return sorted(finding for finding in findings if finding.file in wanted)


def _gather(path: Path, within: Path) -> tuple[dict[str, Loaded], frozenset[str], list[Finding]]:
    """All documents to be seen together, the files among them that were asked for, and what could not be read."""
    root = _root(path)
    if root is None:
        root, files = (path.parent, [path.name]) if path.is_file() else (path, _files(path))
        own, unreadable = _documents(root, files)
        documents = {**_documents(within, _files(within))[0], **own}
        wanted = frozenset(files)
    else:
        files = _files(root)
        documents, unreadable = _documents(root, files)
        place = path.resolve().relative_to(root.resolve())
        wanted = frozenset(file for file in files if Path(file) == place or place in Path(file).parents)
    if not wanted:
        raise FileNotFoundError(f"there is no .yaml file at {path}")
    return documents, wanted, unreadable


def _root(path: Path) -> Path | None:
    """The catalogue in which a file or folder stands: where country.yaml is."""
    above = (path, *path.resolve().parents)
    return next((folder for folder in above if (folder / "country.yaml").is_file()), None)


def _files(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.y*ml") if file.is_file())


def _documents(root: Path, files: list[str]) -> tuple[dict[str, Loaded], list[Finding]]:
    documents: dict[str, Loaded] = {}
    findings: list[Finding] = []
    for file in files:
        if not file.endswith(".yaml"):
            findings.append(Finding(file, 1, "error", "suffix", "only .yaml is read: rename the file"))
            continue
        try:
            documents[file] = read(file, (root / file).read_bytes())
        except Unreadable as refusal:
            findings.append(refusal.finding)
    return documents, findings
