"""How a visitor likes their pages: kept with the person when logged in, and in a cookie on the device."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from masar.cases.queries import home
from masar.people.actions import prefer
from masar.people.queries import Viewer
from masar.portal.jinja import look_of
from masar.portal.look import LANGUAGES, Look, choices_of
from masar.portal.views.visiting import YEAR, SeeOther, for_person, keep_look, look_for, page, viewer_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def account(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show a person's preferences, and keep them."""
    if request.method == "POST":
        return _keep(request, "account")
    profile = home(viewer, look_of(request).now).profile
    look_for(request, profile)
    return _form(request, profile.name)


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Show the preferences of a device, and keep them; one button switches simple mode from any page."""
    if request.method != "POST":
        return SeeOther(reverse("account")) if viewer_of(request) else _form(request, "")
    if request.POST.get("all"):
        return _keep(request, "preferences")
    simple = request.POST.get("simple") == "1"
    viewer = viewer_of(request)
    if viewer:
        prefer(viewer, simple=simple)
    look = look_of(request)
    changed = Look(look.language, look.digits, look.hijri, simple, look.nastaliq)
    return _with_cookie(SeeOther(_back(request)), changed, None)


def _form(request: HttpRequest, name: str) -> HttpResponse:
    values = {"name": name, "is_saved": request.GET.get("done") == "saved"}
    return page(request, "account.html", {"page": values})


def _keep(request: HttpRequest, place: str) -> HttpResponse:
    chosen: dict[str, Any] = choices_of({key: str(value) for key, value in request.POST.items()})
    viewer = viewer_of(request)
    if viewer:
        prefer(viewer, **chosen)
    with translation.override(chosen["language"]):
        address = f"{reverse(place)}?done=saved"
    return _with_cookie(SeeOther(address), Look(**chosen), chosen["language"])


def _with_cookie(response: HttpResponse, look: Look, language: str | None) -> HttpResponse:
    keep_look(response, look)
    if language in LANGUAGES:
        name = settings.LANGUAGE_COOKIE_NAME
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(name, language or "", max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
    return response


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("home")
