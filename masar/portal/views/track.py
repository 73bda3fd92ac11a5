"""Following a request without logging in, by number and PIN; and the slip of paper that says both."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from masar.cases.actions import TooMany, tracked
from masar.cases.queries import followed, my_request
from masar.kernel.ids import read_number
from masar.people.queries import Viewer
from masar.portal.jinja import look_of, origin
from masar.portal.presenters.track import LONGEST, asked_fields, pin_digits, slip_of, tracked_view, wait_words
from masar.portal.views.visiting import SeeOther, for_person, look_for, number_of, page

COOKIE, KEPT_SECONDS = "masar-track", 600
_SALT = "masar.track"


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask for number and PIN, and show the request whose PIN was shown within ten minutes.

    The PIN comes by POST and goes no further: what shows that it was right is a signed cookie with the number.
    """
    if request.method == "POST":
        return _private(_left() if "leave" in request.POST else _asked(request))
    number, wanted = _proven(request), read_number(request.GET.get("n", "")[:LONGEST])
    found = followed(number, look_of(request).now) if number and wanted in (None, number) else None
    if found is not None:
        return _private(page(request, "tracked.html", {"view": tracked_view(look_of(request), found)}))
    if wanted:
        request.kept_query = urlencode({"n": wanted})  # type: ignore[attr-defined]
    return _private(_form(request, {"fields": asked_fields(request.GET.get("n", ""))}))


@require_safe
@for_person
def slip(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show the slip of one's own request, to print and to give to whoever may follow it."""
    found = my_request(viewer, number_of(number), look_of(request).now)
    if found is None:
        raise Http404
    profile, sheet = found
    address = origin(request) + reverse("track")
    return _private(page(request, "slip.html", {"slip": slip_of(look_for(request, profile), sheet, address)}))


def _asked(request: HttpRequest) -> HttpResponse:
    """Look the request up and lead to it; else ask again and say what is wrong."""
    typed, pin = (str(request.POST.get(name, ""))[:LONGEST] for name in ("number", "pin"))
    number, digits = read_number(typed), pin_digits(pin)
    if number is None or digits is None:
        fields = asked_fields(typed, checked=True, pin=pin)
        errors = [(f"f-{field.name}", field.error) for field in fields if field.error]
        return _form(request, {"fields": fields, "errors": errors}, 422)
    look = look_of(request)
    found = tracked(number, digits, request.META.get("REMOTE_ADDR", ""), look.now)
    if isinstance(found, TooMany):
        refused = (_("Too many wrong tries"), wait_words(look, found.wait))
        response = _form(request, {"fields": asked_fields(typed), "refused": refused}, 429)
        response["Retry-After"] = str(int(found.wait.total_seconds()) + 1)
        return response
    if found is None:
        refused = (
            _("Number and PIN do not belong together"),
            _("Compare both with the slip. After several wrong tries you must wait a little longer each time."),
        )
        return _form(request, {"fields": asked_fields(typed), "refused": refused}, 422)
    return _proof(SeeOther(reverse("track")), number)


def _form(request: HttpRequest, values: dict[str, Any], status: int = 200) -> HttpResponse:
    return page(request, "track.html", {"errors": (), "refused": None} | values, status)


def _proof(response: HttpResponse, number: int) -> HttpResponse:
    response.set_cookie(
        COOKIE, signing.dumps(number, salt=_SALT), max_age=KEPT_SECONDS,
        httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _proven(request: HttpRequest) -> int | None:
    try:
        number: int = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    return number


def _left() -> HttpResponse:
    response = SeeOther(reverse("track"))
    response.delete_cookie(COOKIE, samesite="Strict")
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
