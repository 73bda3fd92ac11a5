"""What a device fetches beside pages: the manifest, the service worker, static files."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from masar.catalogue.queries import direction
from masar.portal.look import LANGUAGES, OWN_NAMES
from masar.portal.shelf import ADDRESS, FOLDER, address_of, by_address
from masar.portal.views.visiting import in_their_language

_FOREVER = "public, max-age=31536000, immutable"
_SHELL = ("masar.css", "masar.js", "icon.svg", "icon-192.png")


@require_safe
def doorstep(request: HttpRequest) -> HttpResponse:
    """Lead to the first page in the visitor's language."""
    return in_their_language(request, "home")


@require_safe
def to_components(request: HttpRequest) -> HttpResponse:
    """Lead to the page of components."""
    with translation.override(LANGUAGES[0]):
        return HttpResponseRedirect(reverse("components"))


@require_safe
def manifest(request: HttpRequest, language: str) -> HttpResponse:
    """Give what a phone needs to install Masar in one language."""
    if language not in LANGUAGES:
        raise Http404
    response = HttpResponse(_manifest(language), content_type="application/manifest+json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@lru_cache(maxsize=len(LANGUAGES))
def _manifest(language: str) -> bytes:
    with translation.override(language):
        icons = [
            {"src": address_of(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ]
        return msgspec.json.encode(
            {
                "id": "/",
                "name": _("Masar"),
                "short_name": _("Masar"),
                "description": _("All your government requests on one path"),
                "lang": language,
                "dir": direction(language),
                "start_url": reverse("home"),
                "scope": "/",
                "display": "standalone",
                "background_color": "#f6f4ef",
                "theme_color": "#0b5560",
                "icons": icons,
                "shortcuts": [{"name": _("My requests"), "url": reverse("requests")}],
            }
        )


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, with the list of what it keeps."""
    response = HttpResponse(_service_worker(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Service-Worker-Allowed"] = "/"
    return response


@lru_cache(maxsize=1)
def _service_worker() -> bytes:
    shell = [address_of(name) for name in _SHELL]
    body = (FOLDER.parent / "worker.js").read_bytes()
    known = msgspec.json.encode({"shell": shell, "languages": list(OWN_NAMES)})
    mark = hashlib.sha256(known + body).hexdigest()[:8]
    return b'"use strict";const MARK="' + mark.encode() + b'",KEEP=' + known + b";\n" + body


@require_safe
def static(request: HttpRequest, path: str) -> HttpResponse:
    """Give a static file under its lasting name."""
    file = by_address().get(ADDRESS + path)
    if file is None:
        raise Http404
    packs = file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(file.packed if packs and file.packed else file.body, content_type=file.kind)
    if packs:
        response["Content-Encoding"] = "gzip"
    if file.packed is not None:
        response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = _FOREVER
    return response
