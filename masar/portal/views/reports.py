"""What browsers report of pages that broke their own policy: a line in the log, and nothing of a person."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

LONGEST, A_MINUTE = 8_000, 30  # bytes of a report; lines that are logged in a minute
_DIRECTIVES = ("effectiveDirective", "effective-directive", "violated-directive")
_log = logging.getLogger("masar.csp")
_lock, _spent = Lock(), [0.0, 0.0]  # since when (seconds), how many


@csrf_exempt
@require_POST
def csp(request: HttpRequest) -> HttpResponse:
    """Take reports of the content security policy, in either form that browsers send."""
    if int(request.headers.get("Content-Length") or 0) <= LONGEST:
        for report in _reports(request.body):
            if _may_log():
                _log.warning("a page broke its policy: %s", _in_words(report))
    return HttpResponse(status=204)


def _reports(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        told = json.loads(body)
    except ValueError:
        return
    for one in told if isinstance(told, list) else [told]:
        report = (one.get("body") or one.get("csp-report")) if isinstance(one, dict) else None
        if isinstance(report, dict):
            yield report


def _in_words(report: Mapping[str, Any]) -> str:
    """Say which directive stopped what on which kind of page: hosts and shapes of addresses, no numbers, no queries."""
    directive = (
        report.get("effectiveDirective") or report.get("effective-directive") or report.get("violated-directive")
    )
    blocked = str(report.get("blockedURL") or report.get("blocked-uri") or "")
    page = urlsplit(str(report.get("documentURL") or report.get("document-uri") or "")).path
    host = urlsplit(blocked).netloc or blocked
    return f"{_plain(directive)} stopped {_plain(host)} on {_plain(re.sub(r'[^/]*[0-9][^/]*', '…', page))}"


def _plain(text: object) -> str:
    return re.sub(r"[^\w./:…-]", "", str(text or "-"))[:80]


def _may_log() -> bool:
    with _lock:
        now = time.monotonic()
        if now - _spent[0] > 60:
            _spent[:] = [now, 0.0]
        _spent[1] += 1
        return _spent[1] <= A_MINUTE
