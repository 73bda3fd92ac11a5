"""The page of one request, and what a person does there: answer, withdraw, appeal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from masar.cases import actions
from masar.cases.queries import Sheet, my_request
from masar.kernel.errors import Refusal
from masar.people.queries import Profile, Viewer
from masar.portal.jinja import look_of
from masar.portal.look import Look
from masar.portal.presenters.acts import (
    Confirmation,
    appeal_field,
    appeal_page,
    notice_of,
    refusal_words,
    withdraw_page,
)
from masar.portal.presenters.forms import Field, fields_of, filled, values_of
from masar.portal.presenters.rows import url_of
from masar.portal.presenters.sheet import view_of
from masar.portal.views.visiting import SeeOther, for_person, look_for, number_of, page, posted


@require_safe
@for_person
def one(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show one request."""
    profile, sheet = _found(request, viewer, number)
    return _sheet(request, profile, sheet)


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def answer(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Take the answer to what is asked; a press again finds it taken."""
    if request.method != "POST":
        return SeeOther(url_of(number_of(number)))  # a page with faults was loaded again
    profile, sheet = _found(request, viewer, number)
    look, token = look_for(request, profile), request.POST.get("token", "")
    if sheet.question is None or sheet.question.token != token:
        again = _answered(request)
        return _try(request, profile, sheet, lambda: actions.answer(viewer, sheet.row.number, token, again))
    fields = fields_of(look, sheet.question.form, posted(request))
    if any(field.error for field in fields):
        return _sheet(request, profile, sheet, fields=fields, status=422)
    words = values_of(fields)
    return _try(request, profile, sheet, lambda: actions.answer(viewer, sheet.row.number, token, words), fields)


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def withdraw(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Ask whether the request is to be withdrawn, and do it."""
    profile, sheet = _found(request, viewer, number)
    if request.method == "POST":
        return _try(request, profile, sheet, lambda: actions.withdraw(viewer, sheet.row.number), done="withdrawn")
    if not sheet.may_withdraw:
        return SeeOther(url_of(sheet.row.number))
    return _confirm(request, withdraw_page(look_for(request, profile), sheet))


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def appeal(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Ask for the reason of an appeal, and open it."""
    profile, sheet = _found(request, viewer, number)
    look = look_for(request, profile)
    if request.method != "POST":
        if sheet.appeal_service is None:
            return SeeOther(url_of(sheet.row.number))
        return _confirm(request, appeal_page(look, sheet, [appeal_field()]))
    fields = filled(look, [appeal_field()], posted(request))
    if fields[0].error:
        return _confirm(request, appeal_page(look, sheet, fields), 422)
    reason = fields[0].value
    return _try(request, profile, sheet, lambda: actions.appeal(viewer, sheet.row.number, "", reason), done="appealed")


def _answered(request: HttpRequest) -> dict[str, str]:
    """Read an answer whose question stands no more: a second press sends the same texts as the first."""
    frame = ("csrfmiddlewaretoken", "token")
    return {key: str(value).strip() for key, value in request.POST.items() if key not in frame} or {"answer": "."}


def _found(request: HttpRequest, viewer: Viewer, number: str) -> tuple[Profile, Sheet]:
    found = my_request(viewer, number_of(number), look_of(request).now, request.GET.get("before"))
    if found is None:
        raise Http404
    return found


def _try(
    request: HttpRequest,
    profile: Profile,
    sheet: Sheet,
    act: Any,
    fields: Sequence[Field] | None = None,
    done: str = "answered",
) -> HttpResponse:
    """Do it and lead to the page that shows it done; where it was refused, say why and keep what was typed."""
    try:
        number: int = act()
    except Refusal as refusal:
        look_for(request, profile)
        return _sheet(request, profile, sheet, fields=fields, refusal=refusal, status=refusal.status)
    return SeeOther(f"{url_of(number)}?done={done}")


def _sheet(
    request: HttpRequest,
    profile: Profile,
    sheet: Sheet,
    *,
    fields: Sequence[Field] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    look: Look = look_for(request, profile)
    view = view_of(look, sheet, fields)
    errors = [(f"f-{field.name}", field.error) for field in fields or () if field.error]
    notice = refusal_words(refusal) if refusal else notice_of(request.GET.get("done", ""), sheet)
    return page(request, "request.html", {"view": view, "errors": errors, "notice": notice}, status)


def _confirm(request: HttpRequest, confirmation: Confirmation, status: int = 200) -> HttpResponse:
    return page(request, "confirm.html", {"page": confirmation}, status)
