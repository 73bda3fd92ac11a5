"""The first page and the lists."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from masar.cases.queries import Filter, home, my_requests
from masar.people.actions import visit
from masar.people.queries import Viewer
from masar.portal.jinja import look_of
from masar.portal.presenters.lists import FILTERS, home_page, list_page
from masar.portal.views.visiting import for_person, look_for, page, viewer_of

SAME_VISIT = timedelta(minutes=30)


@require_safe
def first(request: HttpRequest) -> HttpResponse:
    """Show what needs the person, what changed and what runs; to a stranger, what Masar is."""
    viewer = viewer_of(request)
    if viewer is None:
        return page(request, "landing.html", {"page": {"is_home": True}})
    now = look_of(request).now
    found = home(viewer, now)
    last = found.profile.last_visit
    if last is None or now - last > SAME_VISIT:
        visit(viewer, now)
    look = look_for(request, found.profile)
    return page(request, "home.html", {"page": home_page(look, found)})


@require_safe
@for_person
def running(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the requests that run, or those of one filter."""
    chosen = request.GET.get("f", "open")
    return _list(request, viewer, cast(Filter, chosen if chosen in FILTERS else "open"))


@require_safe
@for_person
def archive(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show the requests that have ended."""
    return _list(request, viewer, "archive")


def _list(request: HttpRequest, viewer: Viewer, filter_: Filter) -> HttpResponse:
    profile, listing = my_requests(viewer, filter_, request.GET.get("after"), look_of(request).now)
    next_ = ""
    if listing.next:
        kept = {} if filter_ in ("open", "archive") else {"f": filter_}
        next_ = "?" + urlencode({**kept, "after": listing.next})
    look = look_for(request, profile)
    address = reverse("requests")
    return page(
        request, "requests.html", {"page": list_page(look, listing, filter_, address, reverse("archive"), next_)}
    )
