"""What a page asks of the web process about live changes: a ticket, or what changed (polling)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from masar.cases.queries import changes_since
from masar.kernel import clock
from masar.kernel.database import acting
from masar.live.tickets import new_ticket
from masar.people.queries import demand_log_in


@require_POST
def ticket(request: HttpRequest) -> HttpResponse:
    """Give the person a ticket and the address of the live process."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer is None:
        return JsonResponse({"code": "not-logged-in"}, status=401)
    with acting("masar_citizen", person=viewer.person_id) as cursor:
        demand_log_in(cursor, viewer)
    return JsonResponse({"ticket": new_ticket(viewer.person_id), "url": settings.LIVE_URL})


@require_GET
def changes(request: HttpRequest) -> HttpResponse:
    """Say which of the person's requests changed since a token."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer is None:
        return JsonResponse({"code": "not-logged-in"}, status=401)
    numbers, token = changes_since(viewer, request.GET.get("since", ""), clock.now())
    return JsonResponse({"changed": numbers, "token": token})
