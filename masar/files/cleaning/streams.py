"""Unpacks every stream of a document, within a limit, to see that it unpacks and what is in it."""

from __future__ import annotations

import zlib

import pikepdf

from masar.files.cleaning import EICAR
from masar.files.rules import NotAPaper

MOST_UNPACKED = 256 * 1024 * 1024
_READABLE = ("/FlateDecode", "/LZWDecode", "/ASCIIHexDecode", "/ASCII85Decode", "/RunLengthDecode")
_PICTURES = ("/DCTDecode", "/JPXDecode", "/CCITTFaxDecode", "/JBIG2Decode")


class Streams:
    """Counts what the streams of one document unpack to."""

    def __init__(self) -> None:
        self.unpacked = 0

    def look(self, stream: pikepdf.Object) -> None:
        """Unpack one stream. Raises: NotAPaper, pikepdf.PdfError."""
        if "/F" in stream or "/FFilter" in stream:  # its content lies in a file elsewhere
            raise NotAPaper("script")
        filters = _filters(stream)
        if not set(filters) <= {*_READABLE, *_PICTURES}:
            raise NotAPaper("damaged")
        content = stream.read_raw_bytes()
        if not content:
            return
        self._count(content)
        if filters[:1] == ["/FlateDecode"]:
            self._flate(content)
        readable = [one for one in filters if one in _READABLE]
        if readable and len(readable) == len(filters) and (len(filters) > 1 or filters != ["/FlateDecode"]):
            self._count(stream.read_bytes())

    def _flate(self, content: bytes) -> None:
        """Unpack by ourselves: what others unpack is in memory before its size is known."""
        worker = zlib.decompressobj()
        made = worker.decompress(content, MOST_UNPACKED - self.unpacked + 1)
        self._count(made)
        if not worker.eof:
            raise NotAPaper("damaged")

    def _count(self, content: bytes) -> None:
        self.unpacked += len(content)
        if self.unpacked > MOST_UNPACKED:
            raise NotAPaper("too-large", most=MOST_UNPACKED)
        if EICAR in content:
            raise NotAPaper("infected")


def _filters(stream: pikepdf.Object) -> list[str]:
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(one) for one in given.as_list()] if isinstance(given, pikepdf.Array) else [str(given)]
