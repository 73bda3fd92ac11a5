"""Version 1 of the API: report events, read requests, list services, and a person's own requests as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI, Path, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer

from masar.api import asyncapi, contract
from masar.api.applications import router as applications
from masar.api.events import body_of, read_body
from masar.api.facts import router as facts
from masar.api.files.views import router as files
from masar.api.problems import (
    Problem,
    answer_json,
    answer_problem,
    demand_purpose,
    no_such_request,
    problem_of,
)
from masar.api.schemas import (
    REFUSED,
    ItemOut,
    ItemsOut,
    MyRequestsOut,
    ProblemOut,
    RequestOut,
    RequestsOut,
    ServicesOut,
)
from masar.cases.actions import Item, agency_actor, record
from masar.cases.queries import AgencyRequest, Row, agency_request, agency_requests, my_requests
from masar.catalogue.queries import Definition, agency_of_key, catalogue
from masar.kernel import clock
from masar.kernel.clock import read_instant
from masar.kernel.ids import read_number
from masar.people.queries import SessionEnded

HTTP = {"accepted": 200, "duplicate": 200, "parked": 202, "conflict": 409, "invalid": 422, "forbidden": 403}


class AgencyKey(HttpBearer):
    """An agency's key as `Authorization: Bearer msk_…`."""

    openapi_description = "The key that `masar agency key AGENCY_ID` prints once."

    def authenticate(self, request: HttpRequest, token: str) -> str | None:
        """Return the agency of a living key."""
        return agency_of_key(token) if token.isascii() and len(token) < 300 else None


class _Api(NinjaAPI):
    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        return contract.complete(super().get_openapi_schema(**options))


api = _Api(
    title="Masar",
    version="1.0.0",
    description="Report what happens to government requests, and read them. Errors are RFC 9457 problem details.",
    urls_namespace="api",
    docs_url=None,
    openapi_url="/openapi.json",
)
_KEY = AgencyKey()
api.add_router("/facts", facts, auth=_KEY)
api.add_router("/files", files, auth=_KEY)
api.add_router("/requests", applications, auth=_KEY)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, trouble: Problem) -> HttpResponse:
    return answer_problem(request, trouble.problem(), trouble.headers)


@api.exception_handler(AuthenticationError)
def _no_key(request: HttpRequest, trouble: AuthenticationError) -> HttpResponse:
    detail = "Send Authorization: Bearer and the key of your agency."
    return answer_problem(request, problem_of(401, detail), {"WWW-Authenticate": 'Bearer realm="masar"'})


@api.exception_handler(SessionEnded)
def _ended(request: HttpRequest, trouble: SessionEnded) -> HttpResponse:
    request.session.flush()
    return answer_problem(request, problem_of(401, "This log-in was ended; log in again."))


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, trouble: ValidationError) -> HttpResponse:
    errors = [
        {"pointer": "/" + "/".join(map(str, error["loc"])), "code": error["type"], "detail": error["msg"]}
        for error in trouble.errors
    ]
    body = problem_of(422, "Mend the parameters named in errors.") | {"code": "invalid-parameters", "errors": errors}
    return answer_problem(request, body)


@api.post(
    "/events",
    auth=_KEY,
    response={
        200: ItemOut | ItemsOut,
        202: ItemOut,
        409: ItemOut,
        **REFUSED,
        403: ItemOut | ProblemOut,
        422: ItemOut | ProblemOut,
    },
    openapi_extra=contract.EVENTS,
    summary="Report events",
)
def post_events(request: HttpRequest) -> HttpResponse:
    """Take one CloudEvent (binary or structured) or a batch. A batch answers 200 with one item each."""
    events, is_batch = read_body(request.headers.get("Content-Type", ""), request.headers, body_of(request))
    items = record(agency_actor(request.auth), events)
    if is_batch:
        return answer_json({"items": [_item(item) for item in items]})
    return answer_json(_item(items[0]), HTTP[items[0].status])


@api.get("/asyncapi.json", include_in_schema=False)
def get_asyncapi(request: HttpRequest) -> HttpResponse:
    """Return the AsyncAPI document of the events."""
    origin = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    return answer_json(asyncapi.document(origin, api.version))


def _item(item: Item) -> dict[str, Any]:
    body: dict[str, Any] = {"status": item.status, "source": item.source, "id": item.id}
    if item.number is not None:
        body["request"] = str(item.number)
    if item.status == "accepted":
        body |= {"late": item.is_late, "off_path": item.is_off_path}
    if item.problem is not None:
        body["problem"] = item.problem
    return body


@api.get("/requests", auth=_KEY, response={200: RequestsOut, **REFUSED}, summary="List requests of your agency")
def get_requests(
    request: HttpRequest,
    cursor: str | None = Query(None, pattern=r"^[0-9]{1,18}$"),
    updated_since: str | None = Query(None, description="RFC 3339 instant with its zone."),
    limit: int = Query(50, ge=1, le=200),
    purpose: str | None = Header(None, alias="Masar-Purpose"),
) -> HttpResponse:
    """Return requests in which your agency has part, oldest first."""
    demand_purpose(purpose)
    found = agency_requests(
        request.auth,
        after=int(cursor or 0),
        updated_since=_instant(updated_since),
        limit=limit,
    )
    return answer_json(
        {"items": [_request(item) for item in found.items], "next": str(found.next) if found.next else None}
    )


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return read_instant(text.replace(" ", "+"))  # a plus that was not encoded arrives as a space
    except (ValueError, OverflowError) as trouble:
        raise Problem(422, "updated-since", "updated_since is no instant", str(trouble)) from None


@api.get("/requests/{number}", auth=_KEY, response={200: RequestOut, **REFUSED}, summary="Read one request")
def get_request(
    request: HttpRequest,
    number: str = Path(..., max_length=40),
    purpose: str | None = Header(None, alias="Masar-Purpose"),
) -> HttpResponse:
    """Return one request in which your agency has part, with its events in order."""
    demand_purpose(purpose)
    digits = read_number(number)
    found = agency_request(request.auth, digits) if digits else None
    if found is None:
        raise no_such_request()
    events = [
        {
            "id": move.event.id,
            "source": move.event.source,
            "type": f"masar.request.{move.event.type}.v1",
            "time": move.event.at,
            "received": move.event.received_at or move.event.at,
            "step": move.event.facts.get("step"),
            "outcome": move.event.facts.get("outcome"),
            "off_path": move.is_off_path,
            "voided": move.is_voided,
        }
        for move in found.moves
    ]
    return answer_json(_request(found) | {"skips": found.skips, "events": events})


def _request(found: AgencyRequest) -> dict[str, Any]:
    return {
        "number": str(found.number),
        "agency_ref": found.agency_ref,
        "service": found.service,
        "version": found.version,
        "state": found.state,
        "step": found.step,
        "outcome": found.outcome,
        "holder": _holder(found.holder, found.closed_at),
        "since": found.since,
        "opened_at": found.opened_at,
        "closed_at": found.closed_at,
        "updated_at": found.updated_at,
        "due_at": found.due_at,
        "parent": None if found.parent is None else str(found.parent),
    }


def _holder(agency: str | None, closed_at: datetime | None) -> dict[str, str | None]:
    if closed_at is not None:
        return {"kind": "nobody", "agency": None}
    return {"kind": "agency" if agency else "citizen", "agency": agency}


@api.get("/services", response={200: ServicesOut, **REFUSED}, summary="List services")
def get_services(
    request: HttpRequest,
    limit: int = Query(50, ge=1, le=200),
    cursor: str | None = Query(None, max_length=200),
    kind: str = Query(
        "service",
        pattern="^(service|check|appeal|all)$",
        description="service: people apply for it; check: a child of other requests; appeal: against an outcome.",
    ),
) -> HttpResponse:
    """Return published services in their version in force, by id, with all that a machine needs to act."""
    known = catalogue()
    today = known.today()
    ids = sorted(service for service in known.published if service > (cursor or ""))
    rows = (known.current(service, today) for service in ids)
    current = (known.definitions[row] for row in rows if row is not None)
    found = [definition for definition in current if kind in ("all", definition.kind)]
    more = found[limit - 1].id if len(found) > limit else None
    return answer_json({"items": [_service(definition) for definition in found[:limit]], "next": more})


def _service(definition: Definition) -> dict[str, Any]:
    document = definition.document
    own = ("id", "version", "agency", "sector", "title", "summary", "verified", "effective_from")
    lists = ("facts", "fees", "documents", "steps", "outcomes", "path", "reasons", "audience", "life_events")
    return {
        **{key: document[key] for key in own},
        **{key: document.get(key, ()) for key in lists},
        "kind": definition.kind,
        "promise": document.get("promise"),
        "form": document["form"]["schema"] if "form" in document else None,
    }


@api.get("/me/requests", response={200: MyRequestsOut, **REFUSED}, summary="A person's own requests")
def get_my_requests(
    request: HttpRequest,
    filter: str = Query("open", pattern="^(open|needs-you|in-progress|ready|late|archive)$"),
    cursor: str | None = Query(None, max_length=200),
) -> HttpResponse:
    """Return the requests of the person who is logged in (session cookie), the newest change first."""
    viewer = getattr(request, "viewer", None)
    if viewer is None:
        raise Problem(401, "not-logged-in", "Log in first", "This list belongs to the person who is logged in.")
    now = clock.now()
    _, listing = my_requests(viewer, filter, cursor, now)  # type: ignore[arg-type]
    counts = {field: getattr(listing.counts, field) for field in listing.counts.__slots__}
    return answer_json({"items": [_mine(row, now) for row in listing.rows], "counts": counts, "next": listing.next})


def _mine(row: Row, now: datetime) -> dict[str, Any]:
    return {
        "number": str(row.number),
        "service": row.definition.id,
        "title": row.definition.title,
        "agency": row.agency,
        "state": row.state,
        "step": row.step,
        "step_title": row.definition.title_of(row.outcome or row.step),
        "outcome": row.outcome,
        "holder": _holder(row.holder, row.closed_at),
        "since": row.since,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "updated_at": row.changed_at,
        "due_at": row.promise.at,
        "late": row.is_late(now),
        "act_by": row.limit_at,
        "last_event": {"type": row.last_type, "time": row.last_at},
        "seq": row.seq,
    }
