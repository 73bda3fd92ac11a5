"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

import logging

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from masar.people.queries import to_erase_again

_log = logging.getLogger("masar.web")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the database answers to both log-in roles, with its tables there; and no erased person came back."""
    try:
        with connections["citizen"].cursor() as cursor:
            cursor.execute("select 1 from catalogue_definition limit 1")
        with connections["default"].cursor() as cursor:
            cursor.execute("select 1")
        came_back = to_erase_again()
    except Exception:
        _log.exception("not ready")
        return HttpResponse("not ready\n", status=503, content_type="text/plain; charset=utf-8")
    if came_back:
        _log.error("not ready: %d erased persons can be read here: `masar keys replay`", came_back)
        return HttpResponse("not ready\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("ready\n", content_type="text/plain; charset=utf-8")
