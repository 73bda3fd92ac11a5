"""Coming in: civil ID and password, the second step, a passkey alone; and going out."""

from __future__ import annotations

import ipaddress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from masar.kernel.ids import civil_id_digits
from masar.people import actions
from masar.people.actions import NotEntering, PasskeyRefused, Standing, WrongCode, WrongLogIn
from masar.people.queries import Viewer
from masar.portal.cookie import SESSION_ENTERING, admit, on_the_way
from masar.portal.jinja import look_of
from masar.portal.presenters.entering import (
    LONGEST_PASSWORD,
    code_field,
    code_said,
    identities_said,
    login_fields,
    no_civil_id,
    push_errors,
    ways_said,
    wrong_code,
)
from masar.portal.views.visiting import SeeOther, page, viewer_of

TRUSTED = "masar-device"
LONGEST_ANSWER = 20_000  # of a passkey, characters


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for civil ID and password, and lead to the second step."""
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        late = "late" in request.GET
        return SeeOther(wanted or reverse("home")) if viewer_of(request) else login_form(request, wanted, is_late=late)
    typed = str(request.POST.get("login", ""))[:40]
    civil_id = civil_id_digits(typed)
    if civil_id is None:
        error = no_civil_id()
        return login_form(request, wanted, typed, error=error, status=422)
    password = str(request.POST.get("password", ""))[:LONGEST_PASSWORD]
    now, address = look_of(request).now, request.META.get("REMOTE_ADDR", "")
    try:
        person = actions.prove_password(civil_id, password, address, now)
        known = actions.enter_trusted(person, request.COOKIES.get(TRUSTED, ""), agent(request), now)
        if known is not None:
            return let_in(request, known, wanted)
        begin(request, person, "log-in", now, next=wanted)
    except (WrongLogIn, NotEntering):
        return login_form(request, wanted, typed, refused=_wrong(), status=422)
    return SeeOther(reverse("second"))


def login_form(
    request: HttpRequest,
    wanted: str,
    typed: str = "",
    *,
    error: str = "",
    refused: str = "",
    pushed: tuple[str, str] = ("", ""),
    is_late: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the ways to come in, with what was typed and what is wrong; `pushed` is that of a push."""
    values = {
        "fields": login_fields(typed, error),
        "next": wanted,
        "site": site_of(request),
        "is_late": is_late,
        "identities": identities_said(look_of(request), actions.identities(), *pushed),
        "errors": [("f-login", words) for words in (error, refused) if words] + push_errors(pushed[1]),
    }
    return page(request, "account/login.html", values, status)


def _wrong() -> str:
    return _(
        "The civil ID or the password is not right. Check both and try again. "
        "After several wrong tries you must wait a little longer each time."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the second step: of a new log-in, or once more before something that matters."""
    id_, now = on_the_way(request.session), look_of(request).now
    try:
        stands = actions.standing_of(id_, now)
        if id_ is None or stands.is_through:
            return through(request, id_, stands, now)
        if not offered(request, stands.ways):
            return _without_a_way(request, stands)
        return _prove(request, id_, stands, now) if request.method == "POST" else _ask(request, id_, stands, now)
    except NotEntering:
        return too_late()


def _prove(request: HttpRequest, id_: UUID, stands: Standing, now: datetime) -> HttpResponse:
    try:
        if answer := request.POST.get("credential"):
            actions.prove_by_passkey(id_, site_of(request), str(answer)[:LONGEST_ANSWER], now)
        else:
            actions.prove_by_code(id_, str(request.POST.get("code", "")), request.META.get("REMOTE_ADDR", ""), now)
    except WrongCode:
        return _ask(request, id_, stands, now, wrong_code(), 422)
    except PasskeyRefused:
        return _ask(request, id_, stands, now, passkey_refused(), 422)
    return through(request, id_, stands, now, trusts=request.POST.get("trust") == "true")


def _ask(request: HttpRequest, id_: UUID, stands: Standing, now: datetime, error: str = "",
         status: int = 200) -> HttpResponse:  # fmt: skip
    ways = offered(request, stands.ways)
    way = request.POST.get("way") or request.GET.get("way", "")
    way = way if way in ways else ways[0]
    values: dict[str, Any] = {"way": way, "others": [one for one in ways_said(ways) if one.id != way]}
    if way != "passkey":
        values["field"] = code_field(way, error)
    if way == "message":
        values["sent"] = code_said(look_of(request), actions.message_code(id_, now))
    errors = [("by-key" if way == "passkey" else "f-code", error)] if error else []
    return page(request, "account/second.html", values | {"errors": errors, "purpose": stands.purpose}, status)


def _without_a_way(request: HttpRequest, stands: Standing) -> HttpResponse:
    """Lead on somebody who cannot prove themselves here: to their first way, to a way back, or to log in anew."""
    if stands.may_add:
        return SeeOther(reverse("add"))
    viewer = viewer_of(request)
    if stands.purpose == "log-in" or viewer is None:
        return SeeOther(reverse("lost"))
    actions.end_session(viewer)  # of a national identity: coming by it again is the proof
    request.session.flush()
    return SeeOther(f"{reverse('login')}?{urlencode({'next': reverse('safety')})}")


def through(request: HttpRequest, id_: UUID | None, stands: Standing, now: datetime, *, trusts: bool = False,
            ) -> HttpResponse:  # fmt: skip
    """Let somebody in who is through, or back to what they were about. Raises: NotEntering."""
    if id_ is None:
        raise NotEntering
    viewer = viewer_of(request)
    if stands.purpose != "log-in":
        if viewer is None:
            raise NotEntering
        wanted = actions.finish_again(viewer, id_, now)
        request.session.pop(SESSION_ENTERING, None)
        return SeeOther(wanted or reverse("safety"))
    viewer, wanted = actions.finish(id_, agent(request), now)
    response = let_in(request, viewer, wanted)
    if trusts:
        secure, most = settings.SESSION_COOKIE_SECURE, int(actions.TRUST_HOLDS.total_seconds())
        kept = actions.trust(viewer, agent(request), now)
        response.set_cookie(TRUSTED, kept, max_age=most, httponly=True, samesite="Lax", secure=secure)
    return response


@require_POST
def ask_passkey(request: HttpRequest) -> HttpResponse:
    """Return what a browser needs to make or to prove a passkey, as JSON."""
    id_, site, now = on_the_way(request.session), site_of(request), look_of(request).now
    try:
        if id_ is not None and request.POST.get("for") == "new":
            asked = actions.ask_new(id_, site, now)
        elif id_ is not None and request.POST.get("for") == "known":
            asked = actions.ask_known(id_, site, now)
        else:
            fresh, asked = actions.ask_anybody(site, now)
            request.session[SESSION_ENTERING] = fresh.hex
    except NotEntering:
        return JsonResponse({}, status=409)
    return HttpResponse(asked, content_type="application/json", headers={"Cache-Control": "no-store"})


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Let somebody in with a passkey alone."""
    id_, now = on_the_way(request.session), look_of(request).now
    wanted = safe_next(request, request.POST.get("next", ""))
    answer = str(request.POST.get("credential", ""))[:LONGEST_ANSWER]
    try:
        if id_ is None:
            raise NotEntering
        viewer = actions.enter_by_passkey(id_, site_of(request), answer, agent(request), now)
    except (NotEntering, PasskeyRefused):
        return login_form(request, wanted, refused=passkey_refused(), status=422)
    return let_in(request, viewer, wanted)


@require_http_methods(["GET", "HEAD", "POST"])
def logout(request: HttpRequest) -> HttpResponse:
    """End the log-in, on the server too."""
    if request.method != "POST":
        return page(request, "account/logout.html", {})
    viewer = viewer_of(request)
    if viewer is not None:
        actions.end_session(viewer)
    request.session.flush()
    request.viewer = None  # type: ignore[attr-defined]
    return SeeOther(reverse("signed_out"))


def begin(request: HttpRequest, person: int, purpose: str, now: datetime, **state: Any) -> None:
    """Begin to come in, to prove oneself again or to add a way, and keep that in the cookie. Raises: NotEntering."""
    id_ = actions.begin(person, purpose, now, **state)
    if purpose == "log-in":
        request.session.flush()
    request.session[SESSION_ENTERING] = id_.hex
    rotate_token(request)


def let_in(request: HttpRequest, viewer: Viewer, wanted: str) -> HttpResponse:
    """Keep a new log-in in the cookie, and lead to where somebody wanted to go."""
    admit(request.session, viewer)
    rotate_token(request)
    if actions.is_recovering(viewer):
        wanted = reverse("safety")  # somebody asked for a new password: whoever comes in has to see it first
    return SeeOther(wanted or reverse("home"))


def too_late() -> HttpResponse:
    """Lead somebody whose way in took too long to its beginning."""
    return SeeOther(f"{reverse('login')}?late=1")


def passkey_refused() -> str:
    """Say that a passkey was not taken."""
    return _("The passkey was not taken. Try once more, or choose another way.")


def offered(request: HttpRequest, ways: tuple[str, ...]) -> list[str]:
    """Return the ways that can be used here: messages in a demonstration alone, passkeys where the site has a name."""
    usable = {"message": settings.DEMONSTRATION, "passkey": bool(site_of(request))}
    return [way for way in ways if usable.get(way, True)]


def site_of(request: HttpRequest) -> str:
    """Return the host by which passkeys know this site; empty where it is an address of numbers, which has none."""
    host = request.get_host().rsplit(":", 1)[0]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return ""


def agent(request: HttpRequest) -> str:
    """Return what the device calls itself."""
    return request.headers.get("User-Agent", "")[:500]


def safe_next(request: HttpRequest, wanted: str) -> str:
    """Return where somebody wanted to go, where that is here."""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""
