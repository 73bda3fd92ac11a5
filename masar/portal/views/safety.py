"""One's own account's safety: ways to prove oneself, log-ins, devices, alerts; and the password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from masar.kernel.ids import read_row_id
from masar.people import actions
from masar.people.actions import LastWay, NotEntering, PasskeyRefused, WrongCode
from masar.people.queries import Viewer, safety_of
from masar.portal.cookie import on_the_way
from masar.portal.jinja import look_of
from masar.portal.presenters.entering import (
    LONGEST_PASSWORD,
    app_said,
    code_field,
    code_said,
    password_fields,
    ways_said,
    wrong_code,
)
from masar.portal.presenters.safety import safety_said
from masar.portal.views.entering import LONGEST_ANSWER, begin, offered, passkey_refused, site_of, through, too_late
from masar.portal.views.visiting import SeeOther, for_person, look_for, page

NEW_WAYS = ("passkey", "app", "message")
_View = Callable[..., HttpResponse]


def proved(view: _View) -> _View:
    """Ask once more who it is, unless they proved it within five minutes; afterwards they are where they were."""

    @wraps(view)
    @for_person
    def guarded(request: HttpRequest, viewer: Viewer, *args: Any, **kwargs: Any) -> HttpResponse:
        now = look_of(request).now
        if actions.has_proved(viewer, now):
            return view(request, viewer, *args, **kwargs)
        back = request.path if request.method in ("GET", "HEAD") else reverse("safety")
        begin(request, viewer.person_id, "again", now, next=back)
        return SeeOther(reverse("second"))

    return guarded


@require_safe
@for_person
def safety(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show ways, log-ins, devices and alerts."""
    found = safety_of(viewer)
    look = look_for(request, found.profile)
    return page(request, "safety.html", {"view": safety_said(look, found, viewer.session, request.GET.get("done", ""))})


@require_POST
@proved
def act(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Add a way, take one away, make new codes."""
    now = look_of(request).now
    if "remove" in request.POST:
        id_ = read_row_id(str(request.POST["remove"]))
        if id_ is None:
            raise Http404
        try:
            actions.remove_way(viewer, id_, now)
        except LastWay:
            return SeeOther(reverse("safety") + "?done=last-way")
        return SeeOther(reverse("safety") + "?done=removed")
    begin(request, viewer.person_id, "add", now, next=reverse("safety") + "?done=added")
    if "codes" not in request.POST:
        return SeeOther(reverse("add"))
    id_ = on_the_way(request.session)
    if id_ is None:
        raise Http404
    actions.renew_codes(id_, now)
    return SeeOther(reverse("codes"))


@require_POST
@for_person
def end(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """End log-ins: one, all others; or everything, because something was not its person. No proof is asked for that."""
    done = "ended"
    if "others" in request.POST:
        actions.end_others(viewer)
    else:
        id_ = read_row_id(str(request.POST.get("one") or request.POST.get("not-me", "")))
        if id_ is None:
            raise Http404
        if "one" in request.POST:
            actions.end_one(viewer, id_)
        elif actions.was_not_me(viewer, id_):
            done = "not-me"
    return SeeOther(f"{reverse('safety')}?done={done}")


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def password(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Change the password; every other log-in ends."""
    errors: dict[str, str] = {}
    asks_old = actions.needs_old_password(viewer)
    if request.method == "POST":
        old, new, again = (str(request.POST.get(name, ""))[:LONGEST_PASSWORD] for name in ("old", "new", "again"))
        errors = password_faults(new, again)
        if not errors:
            if actions.change_password(viewer, old, new):
                return SeeOther(reverse("safety") + "?done=password")
            errors["old"] = _("This is not your password now.")
    said = [(f"f-{name}", words) for name, words in errors.items()]
    values = {"fields": password_fields(errors, asks_old=asks_old), "errors": said}
    return page(request, "account/password.html", values, 422 if errors else 200)


def password_faults(new: str, again: str) -> dict[str, str]:
    """Say what is wrong with a new password, by field."""
    try:
        validate_password(new)
    except ValidationError as trouble:
        return {"new": " ".join(trouble.messages)}
    return {} if new == again else {"again": _("You must type the same password each time.")}


@require_safe
def add(request: HttpRequest) -> HttpResponse:
    """Show the ways that can be added: at the first log-in one has to be."""
    try:
        stands = actions.standing_of(on_the_way(request.session), look_of(request).now)
        if not stands.may_add:
            return too_late()
    except NotEntering:
        return too_late()
    ways = offered(request, NEW_WAYS)
    values = {"ways": ways_said(ways), "is_first": stands.purpose == "log-in"}
    return page(request, "account/add.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def add_way(request: HttpRequest, way: str) -> HttpResponse:
    """Add one way: a passkey, an app, codes by message."""
    if way not in offered(request, NEW_WAYS):
        raise Http404
    now = look_of(request).now
    try:
        if request.method != "POST":
            return _way(request, way, now)
        return _add(request, way, now)
    except NotEntering:
        return too_late()


def _add(request: HttpRequest, way: str, now: datetime) -> HttpResponse:
    id_ = on_the_way(request.session)
    if id_ is None:
        raise NotEntering
    try:
        if way == "passkey":
            actions.add_passkey(id_, site_of(request), str(request.POST.get("credential", ""))[:LONGEST_ANSWER], now)
        else:
            {"app": actions.add_app, "message": actions.add_message}[way](id_, str(request.POST.get("code", "")), now)
    except WrongCode:
        return _way(request, way, now, wrong_code(), 422)
    except PasskeyRefused:
        return _way(request, way, now, passkey_refused(), 422)
    return SeeOther(reverse("codes"))


def _way(request: HttpRequest, way: str, now: datetime, error: str = "", status: int = 200) -> HttpResponse:
    id_ = on_the_way(request.session)
    stands = actions.standing_of(id_, now)
    if id_ is None or not stands.may_add:
        raise NotEntering
    values: dict[str, Any] = {"way": way, "said": ways_said([way])[0], "errors": []}
    if error:
        values["errors"] = [("by-key" if way == "passkey" else "f-code", error)]
    if way == "app":
        values["app"] = app_said(actions.new_app(id_, now), stands.name)
    if way == "message":
        values["sent"] = code_said(look_of(request), actions.message_code(id_, now))
    if way != "passkey":
        values["field"] = code_field(way, error)
    return page(request, "account/add_way.html", values, status)


@require_http_methods(["GET", "HEAD", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Show the codes for paper that were just made; whoever kept them goes on."""
    id_, now = on_the_way(request.session), look_of(request).now
    try:
        stands = actions.standing_of(id_, now)
        if request.method == "POST" or not stands.codes:
            return through(request, id_, stands, now)
    except NotEntering:
        return too_late()
    look = look_of(request)
    return page(request, "account/codes.html", {"codes": [code_said(look, code) for code in stands.codes]})
