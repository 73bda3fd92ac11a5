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
    root, wanted = _place(Path(path))
    documents, unreadable = _documents(root)
    if "country.yaml" not in documents and not (root / "country.yaml").exists():
        base, _ = _documents(within)
        documents = {**{file: loaded for file, loaded in base.items() if file not in documents}, **documents}
        wanted = wanted or frozenset(_files(root))
    findings = unreadable + check(documents, schema(), publish=publish)
    return sorted(finding for finding in findings if not wanted or finding.file in wanted)


def load_folder(path: Path, *, publish: bool = False, within: Path = DEFAULT) -> Catalogue:
    """Read a catalogue folder, or an addition to the one at `within`, that has no errors.

    Raises: CatalogueInvalid, FileNotFoundError.
    """
    root = Path(path)
    findings = check_path(root, publish=publish, within=within)
    if any(finding.severity == "error" for finding in findings):
        raise CatalogueInvalid(findings)
    ready, _ = resolved(_documents(root)[0])
    if "country.yaml" not in ready:
        base, _ = resolved({**_documents(within)[0], **ready})
        own = {file: base[file] for file in ready}
        return _catalogue(base, own, findings)
    return _catalogue(ready, ready, findings)


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


def _place(path: Path) -> tuple[Path, frozenset[str]]:
    """The catalogue's folder, and the files in it that were asked for (none: all)."""
    if not path.exists():
        raise FileNotFoundError(f"there is nothing at {path}")
    folder = path if path.is_dir() else path.parent
    root = next((above for above in (folder, *folder.resolve().parents) if (above / "country.yaml").exists()), folder)
    if root == folder and path.is_dir():
        return root, frozenset()
    place = path.resolve().relative_to(root.resolve())
    files = _files(root)
    return root, frozenset(file for file in files if Path(file) == place or place in Path(file).parents)


def _files(root: Path) -> list[str]:
    return sorted(file.relative_to(root).as_posix() for file in root.rglob("*.yaml") if file.is_file())


def _documents(root: Path) -> tuple[dict[str, Loaded], list[Finding]]:
    documents: dict[str, Loaded] = {}
    findings: list[Finding] = []
    for file in _files(root):
        try:
            documents[file] = read(file, (root / file).read_bytes())
        except Unreadable as refusal:
            findings.append(refusal.finding)
    return documents, findings
