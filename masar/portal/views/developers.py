"""Pages for developers of agencies, in the language of the address or of the browser."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from masar.portal.jinja import origin
from masar.portal.presenters.developers import part, part_titles
from masar.portal.views.visiting import in_their_language, page


@require_safe
def developers(request: HttpRequest, id: str = "") -> HttpResponse:
    """Show one of the pages. Raises: Http404 when there is no such page."""
    found = part(id, origin(request))
    if found is None:
        raise Http404
    first = reverse("developers")
    links = [(title, f"{first}{other}/" if other else first, other == id) for other, title in part_titles().items()]
    return page(request, "developers.html", {"part": found, "links": links})


@require_safe
def to_developers(request: HttpRequest) -> HttpResponse:
    """Lead to the page in the visitor's language."""
    return in_their_language(request, "developers")
