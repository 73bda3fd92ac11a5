"""What a person filled in on Masar, read by the agencies that work on the request: answers, and papers as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Header, Path, Router

from masar.api.problems import Problem, answer_json, demand_purpose, no_such_request
from masar.api.schemas import REFUSED, ApplicationOut
from masar.cases.queries import agency_application, agency_paper
from masar.kernel.ids import read_number, read_row_id

router = Router()
_FILE = {"schema": {"type": "string", "format": "binary"}}


@router.get("/{number}/application", response={200: ApplicationOut, **REFUSED}, summary="Read what was filled in")
def get_application(
    request: HttpRequest,
    number: str = Path(..., max_length=40),
    purpose: str | None = Header(None, alias="Masar-Purpose"),
) -> HttpResponse:
    """Return who applied, the form and its papers, and the answers since. Your agency has part in the request."""
    demand_purpose(purpose)
    digits = read_number(number)
    found = agency_application(request.auth, digits) if digits else None
    if found is None:
        raise no_such_request()
    answers = [
        {"time": one.at, "answer": one.answer, "papers": _papers(found.number, one.papers)} for one in found.answers
    ]
    return answer_json(
        {
            "number": str(found.number),
            "service": found.definition.id,
            "version": found.definition.version,
            "opened_at": found.at,
            "person": {key: found.person.get(key) for key in ("civil_id", "name")},
            "form": found.form,
            "papers": _papers(found.number, found.papers),
            "answers": answers,
        }
    )


@router.get(
    "/{number}/papers/{paper}",
    response={200: str, **REFUSED},
    openapi_extra={
        "responses": {200: {"content": dict.fromkeys(("application/pdf", "image/jpeg", "image/png"), _FILE)}}
    },
    summary="Read a paper",
)
def get_paper(
    request: HttpRequest,
    number: str = Path(..., max_length=40),
    paper: str = Path(..., max_length=40, description="The `id` of a paper in the application."),
    purpose: str | None = Header(None, alias="Masar-Purpose"),
) -> HttpResponse:
    """Return the file of a paper that was handed in to a request. Your agency has part in it."""
    demand_purpose(purpose)
    digits, id_ = read_number(number), read_row_id(paper)
    found = agency_paper(request.auth, digits, id_) if digits and id_ else None
    if found is None:
        raise Problem(404, "not-found", "There is no such paper", "Take its id from the application of the request.")
    headers = {"Content-Disposition": content_disposition_header(True, found.name), "Cache-Control": "no-store"}
    return HttpResponse(found.content, content_type=found.media_type, headers=headers)


def _papers(number: int, papers: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [dict(paper) | {"href": f"/api/v1/requests/{number}/papers/{paper['id']}"} for paper in papers]
