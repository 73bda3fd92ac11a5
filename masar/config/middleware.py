"""What surrounds every page: an id, strict headers, who is looking, and refusals of the API in the API's own form."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from masar.api import door
from masar.api.problems import answer_problem, problem_of
from masar.kernel.ids import new_row_id
from masar.people.queries import SessionEnded, Viewer
from masar.portal.cookie import IDLE_SECONDS, SESSION_ID, SESSION_PERSON, SESSION_SEEN

_KEEP_SECONDS = 60
_log = logging.getLogger("masar.web")
_Next = Callable[[HttpRequest], HttpResponse]

_CSP = "; ".join(
    [
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        f"connect-src 'self' {settings.LIVE_URL}".strip(),
        "report-uri /csp-reports",
        "report-to csp",
    ]
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "Reporting-Endpoints": 'csp="/csp-reports"',
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
} | (
    {"Strict-Transport-Security": f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"}
    if settings.SECURE
    else {}
)


class Surroundings:
    """Gives each request an id and each answer its headers. Machines go straight to the API's own door."""

    def __init__(self, get_response: _Next) -> None:
        self._next = get_response
        machines = cast(_Next, convert_exception_to_response(door.answer))
        persons = cast(_Next, SessionMiddleware(Visitor(machines)))
        self._doors = {"/api/v1/me/": persons, "/api/": machines}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = new_row_id().hex  # type: ignore[attr-defined]
        way = next((way for start, way in self._doors.items() if request.path_info.startswith(start)), None)
        if way is None:
            response, headers = self._next(request), _HEADERS
        else:
            response, headers = door.in_our_form(request, way(request)), _API_HEADERS
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response


class Visitor:
    """Sets `request.viewer`: the person who is logged in, or None. Fifteen idle minutes end a log-in."""

    def __init__(self, get_response: _Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        response = self._next(request)
        if request.viewer is not None:  # type: ignore[attr-defined]
            response.setdefault("Cache-Control", "private, no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Lead somebody whose log-in was ended to the login page."""
        if not isinstance(exception, SessionEnded):
            return None
        request.session.flush()
        request.viewer = None  # type: ignore[attr-defined]
        if request.path.startswith(("/api/", "/live/")):
            return answer_problem(request, problem_of(401, "This log-in was ended; log in again."))
        return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': request.path})}")


def _viewer(request: HttpRequest) -> Viewer | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    session = request.session
    person, id_, seen = (session.get(key) for key in (SESSION_PERSON, SESSION_ID, SESSION_SEEN))
    if not (person and id_ and seen):
        return None
    now = int(time.time())
    if now - seen > IDLE_SECONDS:
        session.flush()
        return None
    # What a page asks for by itself does not keep a log-in alive.
    if (
        now - seen > _KEEP_SECONDS
        and "X-Masar-Fragment" not in request.headers
        and not request.path.startswith("/live/")
    ):
        session[SESSION_SEEN] = now
    return Viewer(person, UUID(id_))
