"""The page of one request, and what a person does there: answer, withdraw, appeal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from masar.cases import actions
from masar.cases.queries import Sheet, my_paper, my_request
from masar.kernel.errors import Refusal
from masar.kernel.ids import read_row_id
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
from masar.portal.presenters.papers import missing_words, refused_words
from masar.portal.presenters.rows import url_of
from masar.portal.presenters.sent import sent_view
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
    """Take the answer to what is asked, or keep it for later; a press again finds it taken."""
    if request.method != "POST":
        return SeeOther(url_of(number_of(number)))  # a page with faults was loaded again
    profile, sheet = _found(request, viewer, number)
    look, token = look_for(request, profile), request.POST.get("token", "")
    send = partial(actions.answer, viewer, sheet.row.number, token, pressed=_pressed(request))
    if sheet.question is None or sheet.question.token != token:
        return _try(request, profile, sheet, lambda: send({}))
    if sheet.question.papers:
        return _send_papers(request, profile, sheet, lambda: send({}))
    fields = fields_of(look, sheet.question.form, posted(request))
    if "later" in request.POST and not any(field.error and field.value for field in fields):
        kept = {field.name: field.answer for field in fields}
        return _try(request, profile, sheet, lambda: _keep(viewer, sheet, token, kept), fields, done="kept")
    if any(field.error for field in fields):
        return _sheet(request, profile, sheet, fields=fields, status=422)
    return _try(request, profile, sheet, lambda: send(values_of(fields)), fields)


def _keep(viewer: Viewer, sheet: Sheet, token: str, kept: Mapping[str, Any]) -> int:
    actions.keep_answer(viewer, sheet.row.number, token, kept)
    return sheet.row.number


def _send_papers(request: HttpRequest, profile: Profile, sheet: Sheet, send: Any) -> HttpResponse:
    """Send the papers that are attached; where there is none, say so at the first that is asked for."""
    asked = sheet.question.papers if sheet.question else ()
    if sheet.draft is None or not any(sheet.draft.papers.get(ask.id) for ask in asked):
        return _sheet(request, profile, sheet, faults={asked[0].id: missing_words()}, status=422)
    return _try(request, profile, sheet, send)


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def papers(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Attach a file to a paper that is asked for, or take one away."""
    if request.method != "POST":
        return SeeOther(url_of(number_of(number)))
    profile, sheet = _found(request, viewer, number)
    look, token, document = look_for(request, profile), request.POST.get("token", ""), request.POST.get("document", "")
    try:
        if gone := read_row_id(request.POST.get("remove", "")):
            if sheet.draft is not None:
                actions.detach_answer(viewer, sheet.row.number, sheet.draft.id, document, gone)
        elif file := request.FILES.get("file"):
            actions.attach_answer(viewer, sheet.row.number, token, document, file.read(), file.name or "")
        else:
            return _sheet(request, profile, sheet, faults={document: missing_words()}, status=422)
    except (actions.NotAPaper, actions.TooManyPapers) as refusal:
        return _sheet(request, profile, sheet, faults={document: refused_words(look, refusal)}, status=422)
    except Refusal as refusal:
        return _sheet(request, profile, sheet, refusal=refusal, status=refusal.status)
    return SeeOther(f"{url_of(sheet.row.number)}#need")


@require_safe
@for_person
def sent(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    """Show what the person sent with a request."""
    profile, sheet = _found(request, viewer, number)
    look = look_for(request, profile)
    return page(request, "sent.html", {"view": sent_view(look, sheet)})


@require_safe
@for_person
def paper(request: HttpRequest, viewer: Viewer, id: str) -> HttpResponse:
    """Hand a person a paper of theirs, as a file to keep."""
    code = read_row_id(id)
    found = my_paper(viewer, code) if code else None
    if found is None:
        raise Http404
    saved_as = content_disposition_header(True, found.name)
    return HttpResponse(found.content, content_type=found.media_type, headers={"Content-Disposition": saved_as})


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


def _pressed(request: HttpRequest) -> str:
    """Name a press of a button: a second one sends the same texts, or the same draft of papers."""
    frame = ("csrfmiddlewaretoken", "token")
    texts = {key: values for key, values in posted(request).items() if key not in frame}
    return sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:32]


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
    faults: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    look: Look = look_for(request, profile)
    view = view_of(look, sheet, fields, faults)
    errors = [(f"f-{field.name}", field.error) for field in fields or () if field.error]
    errors += [(f"paper-{document}", fault) for document, fault in (faults or {}).items()]
    notice = refusal_words(refusal) if refusal else notice_of(request.GET.get("done", ""), sheet)
    return page(request, "request.html", {"view": view, "errors": errors, "notice": notice}, status)


def _confirm(request: HttpRequest, confirmation: Confirmation, status: int = 200) -> HttpResponse:
    return page(request, "confirm.html", {"page": confirmation}, status)
