"""For whoever comes for the first time, or cannot come in: a code from a counter, a waiting day, a new password."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from masar.kernel.ids import civil_id_digits
from masar.people import actions
from masar.people.actions import NotEntering, WrongLogIn
from masar.people.queries import Viewer
from masar.portal.cookie import SESSION_ENTERING, on_the_way
from masar.portal.jinja import look_of
from masar.portal.presenters.entering import LONGEST_PASSWORD, lost_fields, no_civil_id, password_fields
from masar.portal.views.entering import too_late
from masar.portal.views.safety import password_faults
from masar.portal.views.visiting import SeeOther, for_person, page
from masar.portal.words import moment

KINDS = ("own", "counter")


@require_http_methods(["GET", "HEAD", "POST"])
def lost(request: HttpRequest, *, is_first: bool = False) -> HttpResponse:
    """Ask for the civil ID and a code: of a counter, or one's own."""
    kind = "counter" if is_first else str(request.POST.get("kind", ""))
    if request.method != "POST" or kind not in KINDS:
        return _form(request, is_first=is_first)
    typed = str(request.POST.get("login", ""))[:40]
    civil_id = civil_id_digits(typed)
    if civil_id is None:
        error = no_civil_id()
        return _form(request, kind, typed, error=error, is_first=is_first, status=422)
    now, address, code = look_of(request).now, request.META.get("REMOTE_ADDR", ""), str(request.POST.get("code", ""))
    try:
        if kind == "counter":
            return _on(request, actions.redeem(civil_id, code, address, now))
        found = actions.recover(civil_id, code, address, now)
    except WrongLogIn:
        return _form(request, kind, typed, error=_wrong(), is_first=is_first, status=422)
    if found.way_in is not None:
        return _on(request, found.way_in)
    return page(request, "account/waiting.html", {"ready": moment(look_of(request), found.ready_at)})


@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """Make an account with the code of a counter."""
    return lost(request, is_first=True)


def _form(request: HttpRequest, kind: str = "", typed: str = "", *, error: str = "", is_first: bool = False,
          status: int = 200) -> HttpResponse:  # fmt: skip
    fields = {name: lost_fields(name, *((typed, error) if name == kind else ())) for name in KINDS}
    errors = [(f"f-{kind}-login", error)] if error else []
    return page(request, "account/lost.html", {"fields": fields, "is_first": is_first, "errors": errors}, status)


def _wrong() -> str:
    return _(
        "The civil ID and the code do not belong together, or the code was used or is too old. "
        "After several wrong tries you must wait a little longer each time."
    )


def _on(request: HttpRequest, way_in: Any) -> HttpResponse:
    request.session.flush()
    request.session[SESSION_ENTERING] = way_in.hex
    rotate_token(request)
    return SeeOther(reverse("new_password"))


@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Ask for a new password; the second step comes after it."""
    errors: dict[str, str] = {}
    way_in, now = on_the_way(request.session), look_of(request).now
    try:
        if actions.standing_of(way_in, now).purpose != "reset":
            return too_late()
        if request.method == "POST":
            new, again = (str(request.POST.get(name, ""))[:LONGEST_PASSWORD] for name in ("new", "again"))
            errors = password_faults(new, again)
            if not errors:
                request.session[SESSION_ENTERING] = actions.reset_password(way_in, new, now).hex
                rotate_token(request)
                return SeeOther(reverse("second"))
    except NotEntering:
        return too_late()
    said = [(f"f-{name}", words) for name, words in errors.items()]
    values = {"fields": password_fields(errors, asks_old=False), "errors": said, "is_new": True}
    return page(request, "account/password.html", values, 422 if errors else 200)


@require_POST
@for_person
def stop(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Stop a recovery that is not its person's."""
    actions.stop_recovery(viewer)
    return SeeOther(f"{reverse('safety')}?done=stopped")
