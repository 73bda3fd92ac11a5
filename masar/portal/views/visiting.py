"""What views share: who looks, how a page is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request

from masar.kernel.ids import read_number
from masar.people.queries import Profile, Viewer
from masar.portal.jinja import look_of
from masar.portal.look import COOKIE, LANGUAGES, Look, look_of_cookie

PersonView = Callable[..., HttpResponse]
YEAR = 365 * 24 * 3600


class SeeOther(HttpResponseRedirect):
    """Leads to a page after something was sent, so that loading it again sends nothing again."""

    status_code = 303


def for_person(view: PersonView) -> PersonView:
    """Lead whoever is not logged in to the login page; hand the viewer to the view."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        if viewer is None:
            next_ = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("home")
            return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': next_})}")
        return view(request, viewer, *args, **kwargs)

    return guarded


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return who is logged in."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    return viewer


def look_for(request: HttpRequest, profile: Profile) -> Look:
    """Return how this person likes pages, and keep it for the page's frame."""
    look = look_of(request).of(profile)
    request.look = look  # type: ignore[attr-defined]
    return look


def page(request: HttpRequest, template: str, values: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Answer with a page."""
    response = render(request, template, dict(values), status=status, using="jinja2")
    patch_vary_headers(response, ["Cookie", "X-Masar-Fragment"])
    look = look_of(request)
    if look.cookie() != look_of_cookie(look.language, request.COOKIES.get(COOKIE, "")).cookie():
        keep_look(response, look)  # a person on a new device: pages that ask nobody follow the cookie alone
    return response


def keep_look(response: HttpResponse, look: Look) -> None:
    """Keep on the device how its visitor likes pages."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(COOKIE, look.cookie(), max_age=YEAR, samesite="Lax", secure=secure, httponly=True)


def posted(request: HttpRequest) -> dict[str, list[str]]:
    """Return what was sent with a form, every text of each field."""
    return {name: [str(text) for text in request.POST.getlist(name)] for name in request.POST}


def in_their_language(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to a page in the language that the visitor's browser prefers, of those that we have."""
    language = get_language_from_request(request)[:2]
    with translation.override(language if language in LANGUAGES else LANGUAGES[0]):
        response = HttpResponseRedirect(reverse(name))
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def number_of(text: str) -> int:
    """Read the number in an address. Raises: Http404 when it is none."""
    number = read_number(text)
    if number is None:
        raise Http404
    return number
