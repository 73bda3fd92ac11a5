"""Pages of services for everybody: look through them, search, read one, and see what changed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from masar.cases.queries import pace
from masar.catalogue.queries import (
    Section,
    agencies_with_services,
    catalogue,
    changes,
    compare,
    find,
    in_section,
    life_events,
    sectors,
    service,
    versions_of,
)
from masar.portal.jinja import look_of, origin
from masar.portal.presenters.changes import change_view, difference_view, version_views
from masar.portal.presenters.service import service_view
from masar.portal.presenters.services import (
    SectionKind,
    found_page,
    index_page,
    missing_page,
    section_page,
    url_of,
)
from masar.portal.presenters.structured import government_service
from masar.portal.views.visiting import page
from masar.portal.words import agency, said

MOST_FOUND = 20
CHANGES = 20
SECTIONS = {"sector": sectors, "agency": agencies_with_services, "life": life_events}


@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Show the ways to look through the services, or what a search found."""
    look, asked = look_of(request), request.GET.get("q", "").strip()[:300]
    if not asked:
        return page(request, "services.html", {"page": index_page(look)})
    request.kept_query = urlencode({"q": asked})  # type: ignore[attr-defined]
    found = find(asked, look.language, MOST_FOUND)
    return page(request, "services.html", {"page": found_page(look, asked, found)})


@require_safe
def section(request: HttpRequest, kind: SectionKind, id: str) -> HttpResponse:
    """Show the services of a sector, an agency or a life event."""
    look = look_of(request)
    found: Section | None = next((one for one in SECTIONS[kind]() if one.id == id), None)
    if found is None:
        return _missing(request)
    title = agency(look, id) if kind == "agency" else said(look, found.title)
    number = request.GET.get("page", "1")
    at = int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 0
    shown = section_page(look, title, in_section(kind, id), at)
    if not shown.items:
        raise Http404
    return page(request, "services.html", {"page": shown})


@require_safe
def one(request: HttpRequest, id: str) -> HttpResponse:
    """Show one service as it is in force, or one version of it."""
    look, version = look_of(request), _version(request, "version")
    current = service(id)
    found = service(id, version) if version else current
    if found is None:
        return _missing(request)
    is_old = current is None or current.version != found.version
    canonical = origin(request) + url_of(id)
    values = {
        "view": service_view(look, found, pace().get(id), is_old=is_old),
        "canonical": canonical,
        "structured": Markup()
        if is_old
        else government_service(look, found, canonical, catalogue().country.get("currency", "")),
    }
    return page(request, "service.html", values)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Show what changed in the catalogue, newest first."""
    before = _version(request, "before")
    found = changes(CHANGES + 1, before)
    if not found and before is not None:
        raise Http404
    look = look_of(request)
    next_ = "?" + urlencode({"before": found[CHANGES - 1].id}) if len(found) > CHANGES else ""
    views = [change_view(look, change) for change in found[:CHANGES]]
    return page(request, "changes.html", {"changes": views, "next": next_})


@require_safe
def versions(request: HttpRequest, id: str) -> HttpResponse:
    """Show the versions of a service, and two of them side by side."""
    look, known = look_of(request), versions_of(id)
    if not known:
        return _missing(request)
    numbers = [one.version for one in known]
    new = _version(request, "to") or numbers[0]
    older = [number for number in numbers if number < new]
    old = _version(request, "from") or (older[0] if older else new)
    if old not in numbers or new not in numbers:
        raise Http404
    newer = next(one for one in known if one.version == new)
    values = {
        "title": said(look, newer.title),
        "back": url_of(id),
        "old": old,
        "new": new,
        "versions": version_views(look, known),
        "differences": [difference_view(look, newer, one) for one in compare(id, old, new)],
    }
    return page(request, "compare.html", values)


def _missing(request: HttpRequest) -> HttpResponse:
    return page(request, "services.html", {"page": missing_page(look_of(request))}, 404)


def _version(request: HttpRequest, name: str) -> int | None:
    """Read a number of the address. Raises: Http404 when it is none."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise Http404
    return int(text)
