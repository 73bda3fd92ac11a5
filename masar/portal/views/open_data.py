"""What machines fetch of the public pages: the register of services as JSON and JSON-LD, robots.txt, the sitemap."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from masar.catalogue.queries import (
    agencies_with_services,
    catalogue,
    life_events,
    register_json,
    register_jsonld,
    sectors,
    services,
)
from masar.portal.jinja import origin
from masar.portal.look import LANGUAGES

_PUBLIC = (
    "",
    "about/",
    "start/",
    "track/",
    "words/",
    "family/",
    "developers/",
    "developers/events/",
    "developers/answers/",
    "developers/practice/",
    "services/",
    "services/changes/",
)
_CLOSED = ("requests/", "archive/", "account/", "preferences/", "logout/", "signed-out/")
_made: dict[str, tuple[str, bytes]] = {}  # name -> for which catalogue and day, body


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Give every service with all that is public about it, as JSON."""
    return _answer(request, _kept("json", register_json), "application/json")


@require_safe
def linked_register(request: HttpRequest) -> HttpResponse:
    """Give the register as JSON-LD, in the vocabulary CPSV-AP."""
    return _answer(request, _kept("jsonld", register_jsonld), "application/ld+json")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines to leave alone what belongs to a person."""
    closed = [f"Disallow: /{language}/{tail}" for language in LANGUAGES for tail in _CLOSED]
    lines = ["User-agent: *", *closed, "Disallow: /live/", f"Sitemap: {origin(request)}/sitemap.xml", ""]
    return _answer(request, "\n".join(lines).encode(), "text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page in every language."""
    return _answer(request, "".join(_sitemap(origin(request))).encode(), "application/xml; charset=utf-8")


def _sitemap(site: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    yield ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    for tail in _tails():
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{language}" href={quoteattr(f"{site}/{language}/{tail}")}/>'
            for language in LANGUAGES
        )
        yield from (f"<url><loc>{site}/{language}/{tail}</loc>{others}</url>\n" for language in LANGUAGES)
    yield "</urlset>\n"


def _tails() -> Iterator[str]:
    yield from _PUBLIC
    for kind, sections in (("life", life_events), ("sector", sectors), ("agency", agencies_with_services)):
        yield from (f"services/{kind}/{one.id}/" for one in sections())
    yield from (f"services/{one.id}/" for one in services())


def _kept(name: str, make: Callable[[], Mapping[str, Any]]) -> bytes:
    """Return the body as made for the catalogue of today; it is made anew when that changes."""
    known = catalogue()
    mark = f"{known.stamp} {known.today()}"
    if _made.get(name, ("", b""))[0] != mark:
        _made[name] = (mark, msgspec.json.encode(make()))
    return _made[name][1]


def _answer(request: HttpRequest, body: bytes, kind: str) -> HttpResponse:
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'  # weak: packed and plain are the same
    response = HttpResponse(body, content_type=kind)
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return get_conditional_response(request, etag=etag, response=response) or response
