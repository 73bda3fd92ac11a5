"""Writes documents anew: those that do nothing but show pages are taken, without links and hidden words about them."""

from __future__ import annotations

import io

import pikepdf

from masar.files.cleaning.objects import Inspection
from masar.files.rules import MOST_PAGES, NotAPaper

UNPACKED_AT_ONCE = 128 * 1024 * 1024
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=UNPACKED_AT_ONCE,
    run_length_max_memory=UNPACKED_AT_ONCE,
    png_max_memory=UNPACKED_AT_ONCE,
    tiff_max_memory=UNPACKED_AT_ONCE,
    max_stream_filters=4,
    parser_max_nesting=100,
    doc_max_warnings=50,
)


def clean_document(data: bytes, max_bytes: int) -> bytes:
    """Return a PDF written anew, at most `max_bytes` long. Raises: NotAPaper, pikepdf.PdfError, RuntimeError."""
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as pdf:
            _count_pages(pdf)
            Inspection(pdf).run()
            content = _written(pdf)
    except pikepdf.PasswordError as locked:
        raise NotAPaper("password") from locked
    if len(content) > max_bytes:
        raise NotAPaper("too-large", most=max_bytes)
    return content


def _count_pages(pdf: pikepdf.Pdf) -> None:
    pages = len(pdf.pages)
    if pages > MOST_PAGES:
        raise NotAPaper("too-many-pages", most=MOST_PAGES, pages=pages)
    if not pages:
        raise NotAPaper("damaged")


def _written(pdf: pikepdf.Pdf) -> bytes:
    """Write what the pages need, and nothing that lies beside it. The same document gives the same bytes."""
    for name in ("/Info", "/ID"):
        if name in pdf.trailer:
            del pdf.trailer[name]
    made = io.BytesIO()
    pdf.save(made, encryption=False, deterministic_id=True, compress_streams=True, recompress_flate=False)
    return made.getvalue()
