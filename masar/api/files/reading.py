"""What a file is, by its bytes and never by its name, and the reader for it."""

from __future__ import annotations

from masar.api.files.separated import read_separated
from masar.api.files.table import LARGEST_FILE, Table, Unreadable
from masar.api.files.workbook import read_workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old workbooks, and new ones behind a password
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"{\\rtf",
    b"MZ",
    b"\x7fELF",
)


def read_table(content: bytes, charset: str | None = None) -> Table:
    """Read a file as far as its headings. Raises: Unreadable."""
    if len(content) > LARGEST_FILE:
        raise Unreadable("too-large", 413, most="20 MB")
    if not content.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n,;\x00"):
        raise Unreadable("empty")
    if content.startswith(b"PK"):
        return read_workbook(content)
    if content.startswith(_OLE):
        raise Unreadable("locked" if _ENCRYPTED in content else "old-workbook")
    if content.startswith(_OTHERS):
        raise Unreadable("not-a-table")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise Unreadable("markup")
    return read_separated(content, charset)
