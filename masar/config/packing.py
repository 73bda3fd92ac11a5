"""Packs pages for the browser, each with a padding of another length, so that no secret is guessed from its length."""

from __future__ import annotations

import gzip
import secrets
from collections.abc import Callable
from io import BytesIO

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

SHORTEST = 600  # bytes; below that the headers of a packet weigh more
LEVEL = 3  # within 6 % of the smallest at a third of its cost
PADDING = 100
_TEXTS = (
    *("text/html", "text/plain", "text/javascript", "application/json", "application/manifest+json"),
    *("application/ld+json", "application/xml"),
)
_PACKED_ALREADY = ("font/", "image/png")
_Next = Callable[[HttpRequest], HttpResponse]


class Packing:
    """Packs what is worth it with gzip. The padding (in gzip's own field for a name) is BREACH's answer."""

    def __init__(self, get_response: _Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._next(request)
        if response.streaming or len(response.content) < SHORTEST or not _is_worth_packing(response):
            return response
        if response.headers.get("Content-Type", "").startswith(_PACKED_ALREADY):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = packed(response.content)
            response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
        return response


def _is_worth_packing(response: HttpResponse) -> bool:
    """Tell text that is not packed yet from pictures and fonts, which are packed in their own way."""
    kind = response.headers.get("Content-Type", "")
    return "Content-Encoding" not in response.headers and kind.startswith(_TEXTS)


def packed(body: bytes) -> bytes:
    """Return a body in gzip's form, up to 100 bytes longer than it need be."""
    out = BytesIO()
    name = "x" * (1 + secrets.randbelow(PADDING))
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as file:
        file.write(body)
    return out.getvalue()
