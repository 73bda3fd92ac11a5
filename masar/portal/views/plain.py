"""Pages for everybody: what Masar is, signed out, no connection, and the page of components."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from masar.portal import sample
from masar.portal.jinja import look_of
from masar.portal.look import COOKIE, LANGUAGES
from masar.portal.presenters.forms import fields_of
from masar.portal.presenters.lists import home_page, list_page
from masar.portal.presenters.papers import missing_words, paper_field
from masar.portal.presenters.rows import card
from masar.portal.presenters.sheet import view_of
from masar.portal.presenters.standing import STANDINGS
from masar.portal.views.entering import TRUSTED
from masar.portal.views.track import COOKIE as SLIP
from masar.portal.views.visiting import page


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what Masar is."""
    return page(request, "landing.html", {"page": {"is_home": False}})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept of people, who sees it, how long, and what stands on their device."""
    cookies = [
        (settings.SESSION_COOKIE_NAME, _("Your log-in; it ends when you sign out.")),
        (settings.CSRF_COOKIE_NAME, _("Protects forms from being sent by other sites.")),
        (settings.LANGUAGE_COOKIE_NAME, _("The language that you chose. One year.")),
        (COOKIE, _("How you like pages: language, digits, simple mode. One year.")),
        (TRUSTED, _("Only if you trust the device: thirty days without the second step.")),
        (SLIP, _("Only after you typed the PIN of a slip: ten minutes.")),
    ]
    return page(request, "privacy.html", {"cookies": cookies})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Say that there is no connection; the service worker keeps this page."""
    return page(request, "offline.html", {})


@require_safe
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that the person is signed out, and tell the browser to forget their pages."""
    values = {
        "title": _("You are signed out"),
        "words": [_("Pages of yours that were kept on this device are deleted.")],
        "shape": "done",
        "links": [(_("Log in again"), reverse("login")), (_("Home"), reverse("home"))],
    }
    response = page(request, "notice.html", {"page": values})
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every component in each condition; only for demonstration and development."""
    if not (settings.DEBUG or getattr(settings, "DEMONSTRATION", False)):
        raise Http404
    wanted = request.GET.get("look", "")
    look = replace(
        look_of(request),
        now=sample.NOW,
        names=sample.NAMES,
        simple="simple" in wanted,
        hijri="hijri" in wanted,
    )
    if "arab" in wanted:
        look = replace(look, digits="arab")
    request.look = look  # type: ignore[attr-defined]
    asked = sample.sheet("needs-you")
    form = asked.question.form if asked.question else None
    wrong = fields_of(look, form, {"remark": [_("A remark")]})
    values = {
        "standings": list(STANDINGS),
        "cards": [card(look, row) for row in sample.ROWS.values()],
        "home": home_page(look, sample.HOME),
        "list": list_page(look, sample.LISTING, "open", reverse("requests"), reverse("archive"), "?after=next"),
        "views": [view_of(look, sample.sheet(name)) for name in sample.ROWS],
        "wrong": view_of(look, asked, wrong),
        "paper": paper_field(look, sample.PHOTO, sample.DRAFT, missing_words()),
        "errors": [(f"f-{field.name}", field.error) for field in wrong if field.error],
        "languages": LANGUAGES,
    }
    return page(request, "_components.html", values)
