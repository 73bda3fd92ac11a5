"""The way in for machines: an address, a verb, an answer. No session, no language, no CSRF; every refusal a problem."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from masar.api.problems import TYPE, answer_problem, problem_of


def answer(request: HttpRequest) -> HttpResponse:
    """Answer a request of the API. Raises: Http404, DisallowedHost, which Django turns into plain answers."""
    request.get_host()
    if request.method == "HEAD":
        request.method = "GET"  # the server leaves the body away
    found = resolve(request.path_info)
    response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    return response


def in_our_form(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Turn a plain refusal into a problem, and name the verbs that an address has."""
    if "Allow" in response.headers:
        verbs = [verb.strip() for verb in response.headers["Allow"].split(",")]
        allow = ", ".join([*verbs, *(["HEAD"] if "GET" in verbs else []), "OPTIONS"])
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": allow})
        return answer_problem(request, problem_of(response.status_code), {"Allow": allow})
    if response.status_code < 400 or response.headers["Content-Type"].startswith((TYPE, "application/json")):
        return response
    is_slashed = response.status_code == 404 and request.path.endswith("/")
    detail = "Addresses of the API have no slash at their end." if is_slashed else ""
    return answer_problem(request, problem_of(response.status_code, detail))
