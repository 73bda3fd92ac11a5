"""Every refusal of the API as RFC 9457 problem details."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from masar.kernel.errors import PROBLEMS, Refusal

TYPE = "application/problem+json"
_PLAIN = re.compile(r"[!-~](?: *[!-~])*")  # a purpose: one line of visible characters and spaces


class Problem(Refusal):
    """A refusal at the door itself."""

    def __init__(self, status: int, code: str, title: str, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or title, **facts)
        self.http, self.name, self.words = status, code, title
        self.headers: dict[str, str] = {}

    def problem(self) -> dict[str, Any]:
        """Return the problem object."""
        return {
            "type": PROBLEMS + self.name,
            "title": self.words,
            "status": self.http,
            "code": self.name,
            "detail": self.detail,
        } | self.facts


def answer_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a JSON answer. Instants must be UTC: they are written as RFC 3339 with `Z`."""
    return _answer(msgspec.json.encode(body), status, "application/json", headers)


def _answer(body: bytes, status: int, kind: str, headers: Mapping[str, str] | None) -> HttpResponse:
    said = {"Content-Type": kind, "Content-Length": str(len(body)), "Cache-Control": "no-store"}
    return HttpResponse(body, status=status, headers=said | dict(headers or {}))


def answer_problem(
    request: HttpRequest, problem: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a problem, with the id under which it stands in the log."""
    body = dict(problem) | {"request_id": getattr(request, "id", "")}
    return _answer(msgspec.json.encode(body), body["status"], TYPE, headers)


_WORDS = {
    400: ("bad-request", "This request cannot be read"),
    401: ("unauthorized", "A key is needed"),
    403: ("forbidden", "This is not allowed"),
    404: ("not-found", "There is nothing here"),
    405: ("method-not-allowed", "This cannot be done here"),
    413: ("too-large", "This is too large"),
    415: ("unsupported-media-type", "This content type is not taken"),
    500: ("internal-error", "Something broke on our side; nothing was half written. Send it again"),
    503: ("unavailable", "Not ready yet; try again soon"),
}


def problem_of(status: int, detail: str = "") -> dict[str, Any]:
    """Return the problem object that goes with a plain status."""
    code, title = _WORDS.get(status, ("error", "This did not work"))
    return {"type": PROBLEMS + code, "title": title, "status": status, "code": code, "detail": detail or title + "."}


def demand_purpose(purpose: str | None) -> None:
    """Refuse to read something of a person without a purpose in plain words. Raises: Problem."""
    if purpose is None or not _PLAIN.fullmatch(purpose.strip(" ")):
        raise Problem(
            400, "purpose-missing", "Say why you read this",
            "Send the header Masar-Purpose with a plain sentence.",
        )  # fmt: skip


def no_such_request() -> Problem:
    """Return the refusal to read a request that is not there, or not the agency's."""
    return Problem(404, "not-found", "There is no such request", "It does not exist, or your agency has no part in it.")
