"""The static files, held in memory under names that carry the hash of their content."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "static"
ADDRESS = "/static/"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_PACKED = frozenset({".css", ".js", ".svg", ".txt"})


@dataclass(frozen=True, slots=True)
class File:
    """One static file; `packed` is its gzip form, where that is worth it."""

    address: str
    kind: str
    body: bytes
    packed: bytes | None


@lru_cache(maxsize=1)
def shelf() -> Mapping[str, File]:
    """Read every static file once: by plain name, such as `fonts/masar-ar-400.woff2`."""
    files: dict[str, File] = {}
    names = sorted(path.relative_to(FOLDER) for path in FOLDER.rglob("*") if path.suffix in TYPES)
    for name in sorted(names, key=lambda name: name.suffix == ".css"):  # style sheets last: they name the others
        body = (FOLDER / name).read_bytes()
        if name.suffix == ".css":
            body = _with_addresses(body.decode(), files).encode()
        mark = hashlib.sha256(body).hexdigest()[:8]
        address = f"{ADDRESS}{name.with_suffix('').as_posix()}.{mark}{name.suffix}"
        packed = gzip.compress(body, 9, mtime=0) if name.suffix in _PACKED else None
        files[name.as_posix()] = File(address, TYPES[name.suffix], body, packed)
    return files


def address_of(name: str) -> str:
    """Return the address of a static file. Raises: KeyError for an unknown one."""
    return shelf()[name].address


@lru_cache(maxsize=1)
def by_address() -> Mapping[str, File]:
    """Return the files by address."""
    return {file.address: file for file in shelf().values()}


def _with_addresses(sheet: str, files: Mapping[str, File]) -> str:
    return re.sub(r"url\(([\w./-]+)\)", lambda found: f"url({files[found[1]].address})", sheet)
