"""Applying for a service: what comes, one question a page, all answers, sent once. A draft is kept with each page."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from masar.cases import actions
from masar.cases.queries import Application, Draft, my_application
from masar.catalogue.queries import Ask, FactAsk, PaperAsk, read, written
from masar.kernel.ids import read_row_id
from masar.people.queries import Viewer
from masar.portal.look import Look
from masar.portal.presenters.apply import barrier_of, check_view, paper_view, question_view, start_view
from masar.portal.presenters.asking import ask_in, name_of, next_url, questions_of, resume_url
from masar.portal.presenters.forms import texts_of
from masar.portal.presenters.known import is_settled, suggested
from masar.portal.presenters.papers import missing_words, refused_words
from masar.portal.presenters.rows import url_of
from masar.portal.presenters.services import apply_url
from masar.portal.views.visiting import SeeOther, for_person, look_for, page, posted


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def start(request: HttpRequest, viewer: Viewer, id: str) -> HttpResponse:
    """Say what comes and what is in the way; begin, or go on."""
    look, found = _found(request, viewer, id)
    if request.method == "POST" and barrier_of(look, found) is None:
        actions.keep(viewer, id, {})
        return SeeOther(resume_url(found))
    return page(request, "apply.html", {"view": start_view(look, found)})


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def question(request: HttpRequest, viewer: Viewer, id: str, name: str) -> HttpResponse:
    """Ask one question and keep the answer."""
    look, found = _found(request, viewer, id)
    one = next((one for one in questions_of(found) if name_of(one) == name), None)
    if found.draft is None or one is None or _is_stale(request, found) or is_settled(found, one):
        return SeeOther(apply_url(id))  # it was sent, or this question no longer applies, or is answered for good
    if request.method != "POST":
        if barrier_of(look, found):
            return SeeOther(apply_url(id))
        if isinstance(one, PaperAsk):
            return _paper(request, look, found, one)
        return _question(request, look, found, one, _written(found, one), None)
    if isinstance(one, PaperAsk):
        return _take_paper(request, viewer, look, found, one)
    given = texts_of(ask_in(one), posted(request))
    value, fault = read(ask_in(one), given)
    if fault:
        return _question(request, look, found, one, given, fault)
    after = found.with_draft(_keep(viewer, id, one, value))
    return SeeOther(next_url(after) if "from" in request.GET else next_url(after, name))


@require_http_methods(["GET", "HEAD", "POST"])
@for_person
def check(request: HttpRequest, viewer: Viewer, id: str) -> HttpResponse:
    """Show all answers, and send them."""
    look, found = _found(request, viewer, id)
    if request.method == "POST":
        return _send(request, viewer, look, found)
    if found.draft is None or barrier_of(look, found):
        return SeeOther(apply_url(id))
    return page(request, "check.html", {"view": check_view(look, found, {})})


@require_POST
@for_person
def discard(request: HttpRequest, viewer: Viewer, id: str) -> HttpResponse:
    """Forget what was filled in."""
    actions.discard(viewer, id)
    return SeeOther(apply_url(id))


def _send(request: HttpRequest, viewer: Viewer, look: Look, found: Application) -> HttpResponse:
    draft, id_ = read_row_id(request.POST.get("draft", "")), found.definition.id
    if draft is None:
        return SeeOther(apply_url(id_))
    declared = check_view(look, found, {}).declarations
    ticked = [field.name for field in declared if request.POST.get(field.name) == "true"]
    try:
        if found.draft is not None and found.draft.id == draft:
            unticked = [field.name for field in declared if field.name not in ticked]
            actions.keep(viewer, id_, dict.fromkeys(ticked, True) | dict.fromkeys(unticked))
        number = actions.send(viewer, id_, draft)
    except (actions.NoSuchDraft, actions.Barred):
        return SeeOther(apply_url(id_))
    except actions.Incomplete as refusal:
        return page(request, "check.html", {"view": check_view(look, found, refusal.faults, ticked)}, 422)
    return SeeOther(f"{url_of(number)}?done=applied")


def _found(request: HttpRequest, viewer: Viewer, id_: str) -> tuple[Look, Application]:
    found = my_application(viewer, id_)
    if found is None or found.definition.kind != "service" or "form" not in found.definition.document:
        raise Http404
    return look_for(request, found.profile), found


def _is_stale(request: HttpRequest, found: Application) -> bool:
    """Tell whether a page of a draft that was sent, or discarded, was sent again."""
    if request.method != "POST" or found.draft is None:
        return False
    return read_row_id(request.POST.get("draft", "")) != found.draft.id


def _written(found: Application, one: FactAsk | Ask) -> list[str]:
    return written(ask_in(one), suggested(found, one))


def _keep(viewer: Viewer, id_: str, one: FactAsk | Ask, value: object) -> Draft:
    if isinstance(one, FactAsk):
        return actions.keep(viewer, id_, {}, facts={one.id: value})
    return actions.keep(viewer, id_, {one.name: value})


def _take_paper(request: HttpRequest, viewer: Viewer, look: Look, found: Application, one: PaperAsk) -> HttpResponse:
    """Attach the file that was sent, or take one away; then go on, or stay for another."""
    id_, name, draft = found.definition.id, name_of(one), found.draft
    assert draft is not None
    here = SeeOther(f"{apply_url(id_)}{name}/{'?from=check' if 'from' in request.GET else ''}")
    try:
        if gone := read_row_id(request.POST.get("remove", "")):
            actions.detach(viewer, id_, draft.id, one.id, gone)
            return here
        if file := request.FILES.get("file"):
            draft = actions.attach(viewer, id_, draft.id, one.id, file.read(), file.name or "")
        elif one.required and not draft.papers.get(one.id):
            return _paper(request, look, found, one, missing_words())
    except actions.NoSuchDraft:
        return SeeOther(apply_url(id_))
    except (actions.NotAPaper, actions.TooManyPapers) as refusal:
        return _paper(request, look, found, one, refused_words(look, refusal))
    if "more" in request.POST:
        return here
    after = found.with_draft(draft)
    return SeeOther(next_url(after) if "from" in request.GET else next_url(after, name))


def _paper(request: HttpRequest, look: Look, found: Application, one: PaperAsk, error: str = "") -> HttpResponse:
    view = paper_view(look, found, one, error, from_check="from" in request.GET)
    return page(request, "paper.html", {"view": view}, 422 if error else 200)


def _question(
    request: HttpRequest, look: Look, found: Application, one: FactAsk | Ask, given: Sequence[str], fault: str | None
) -> HttpResponse:
    view = question_view(look, found, one, given, fault, from_check="from" in request.GET)
    return page(request, "question.html", {"view": view}, 422 if fault else 200)
