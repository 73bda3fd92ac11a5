"""Pages for when something went wrong: what happened, what is kept, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from masar.portal.jinja import look_of
from masar.portal.views.visiting import page


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page."""
    return _trouble(request, 404, _("There is no such page"), [
        _("The address may be mistyped, or the request is not yours."),
        _("Nothing is lost: all your requests are in your list."),
    ])  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this may not be done."""
    return _trouble(request, 403, _("This is not open to you"), [
        _("You are logged in as somebody who may not see this page."),
        _("Nothing was changed."),
    ])  # fmt: skip


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that what was sent could not be read."""
    return _trouble(request, 400, _("This could not be read"), [
        _("What your browser sent was not complete. Nothing was changed."),
        _("Go back, load the page again and try once more."),
    ])  # fmt: skip


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was too old."""
    return _trouble(request, 403, _("This form is too old"), [
        _("For your safety a form counts only in the browser and the log-in in which it was opened. "
          "Nothing was changed."),
        _("Go back, load the page again and send it once more. If you typed a long text, copy it first."),
    ])  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something broke, with the number under which it is found."""
    words = [
        _("The fault is ours, not yours. What had been saved is saved."),
        _("Wait a minute and try again. If it stays so, tell the operator this number: %(id)s")
        % {"id": getattr(request, "id", "–")},
    ]
    try:
        return _trouble(request, 500, _("Something broke"), words)
    except Exception:  # the page of last resort asks nothing of anybody
        if settings.DEMONSTRATION:
            words.append(_("People, requests and dates here are made up."))
        return HttpResponse(
            "\n".join([_("Something broke"), *words]), status=500, content_type="text/plain; charset=utf-8"
        )


def _trouble(request: HttpRequest, status: int, title: str, words: Sequence[str]) -> HttpResponse:
    with translation.override(look_of(request).language):
        values: dict[str, Any] = {
            "title": title,
            "words": words,
            "shape": "warn" if status == 500 else "quiet",
            "links": [(_("Home"), reverse("home")), (_("My requests"), reverse("requests"))],
        }
        return page(request, "notice.html", {"page": values}, status)
