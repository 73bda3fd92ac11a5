"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from django.db import connections
from django.http import HttpRequest, HttpResponse

from masar.people.queries import to_erase_again


def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers to both log-in roles, with its tables there; and no erased person came back."""
    try:
        with connections["citizen"].cursor() as cursor:
            cursor.execute("select 1 from catalogue_definition limit 1")
        with connections["default"].cursor() as cursor:
            cursor.execute("select 1")
        if to_erase_again():
            return HttpResponse("not ready: erased persons came back\n", status=503, content_type="text/plain")
    except Exception as trouble:
        return HttpResponse(f"not ready: {type(trouble).__name__}\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")
