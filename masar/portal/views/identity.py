"""Coming in by a national identity: by a push to the telephone or by its own page. And a telephone that pretends."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from masar.kernel.ids import civil_id_digits
from masar.people import actions
from masar.people.actions import NotConfirmed, NotEntering, TooManyPushes, Waiting
from masar.portal.cookie import SESSION_ENTERING, on_the_way
from masar.portal.jinja import look_of
from masar.portal.presenters.entering import no_civil_id
from masar.portal.views.entering import agent, let_in, login_form, safe_next, too_late
from masar.portal.views.visiting import SeeOther, page

_LANGUAGE = "l"


@require_POST
def push(request: HttpRequest, name: str) -> HttpResponse:
    """Have an identity ask somebody on their telephone."""
    _demand(name, "push")
    wanted = safe_next(request, request.POST.get("next", ""))
    typed = str(request.POST.get("login", ""))[:40]
    civil_id = civil_id_digits(typed)
    if civil_id is None:
        error = no_civil_id()
        return login_form(request, wanted, pushed=(typed, error), status=422)
    address = request.META.get("REMOTE_ADDR", "")
    try:
        way_in = actions.ask_by_push(name, civil_id, address, look_of(request).now, next=wanted)
    except TooManyPushes:
        words = _("The telephone was asked too often. Wait a little, or log in with your password.")
        return login_form(request, wanted, refused=words, status=429)
    except NotConfirmed:
        return login_form(request, wanted, refused=_refused(), status=422)
    request.session[SESSION_ENTERING] = way_in.hex
    return SeeOther(reverse("identity_wait"))


@require_safe
def go(request: HttpRequest, name: str) -> HttpResponse:
    """Lead to an identity's own page."""
    _demand(name, "redirect")
    wanted = safe_next(request, request.GET.get("next", ""))
    try:
        way_in, address = actions.ask_by_redirect(name, look_of(request).now, next=wanted)
    except NotConfirmed:
        return login_form(request, wanted, refused=_refused(), status=422)
    request.session[SESSION_ENTERING], request.session[_LANGUAGE] = way_in.hex, look_of(request).language
    return HttpResponseRedirect(address)


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take what an identity's own page sent back; its address has no language, so the cookie keeps it."""
    with translation.override(request.session.get(_LANGUAGE) or translation.get_language()):
        return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    parameters = {key: str(value)[:4000] for key, value in request.GET.items()}
    now, demonstration = look_of(request).now, settings.DEMONSTRATION
    id_ = on_the_way(request.session)
    try:
        viewer, wanted = actions.take_answer(id_, parameters, agent(request), now, demonstration=demonstration)
    except NotEntering:
        return too_late()
    except NotConfirmed:
        return login_form(request, "", refused=_refused(), status=422)
    return let_in(request, viewer, wanted)


@require_safe
def wait(request: HttpRequest) -> HttpResponse:
    """Show the code to compare, and ask again until the telephone was answered."""
    now, id_ = look_of(request).now, on_the_way(request.session)
    try:
        found = actions.look_for_answer(id_, agent(request), now, demonstration=settings.DEMONSTRATION)
    except NotEntering:
        return too_late()
    except NotConfirmed:
        return login_form(request, "", refused=_refused(), status=422)
    if isinstance(found, Waiting):
        return page(request, "account/identity.html", {"code": found.code, "again": max(2, found.retry_after)})
    return let_in(request, *found)


@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Play the telephone of somebody in a demonstration."""
    if not settings.DEMONSTRATION:
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    civil_id = civil_id_digits(str(given.get("of", ""))[:40])
    if request.method == "POST" and civil_id is not None:
        actions.answer_on_the_phone(civil_id, str(request.POST.get("id", "")), str(request.POST.get("chosen", "")))
        return SeeOther(f"{reverse('phone')}?of={civil_id}&done=1")
    asked = actions.on_the_phone(civil_id) if civil_id else ()
    return page(request, "account/phone.html", {"of": civil_id, "asked": asked, "is_done": "done" in request.GET})


def _demand(name: str, mode: str) -> None:
    if not any(one.name == name and mode in one.modes for one in actions.identities()):
        raise Http404


def _refused() -> str:
    return _("Your identity was not confirmed. Try again, or log in with your password.")
