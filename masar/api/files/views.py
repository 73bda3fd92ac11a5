"""The addresses for batch files: a file in, its rows answered; an empty one to begin with."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from ninja import Query, Router

from masar.api.files.intake import Answer, Outcome, take
from masar.api.files.reading import read_table
from masar.api.files.results import MEDIA, XLSX, result_file
from masar.api.files.table import LARGEST_FILE, Unreadable
from masar.api.files.template import template_file
from masar.api.files.words import of_cell, of_file, of_row
from masar.api.problems import Problem, answer_json
from masar.api.schemas import REFUSED, FileOut

MOST_ITEMS = 10_000
_KINDS = {"text/csv": "csv", XLSX: "xlsx"}
_TAKEN = {
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "application/octet-stream",
    "application/vnd.ms-excel",
    XLSX,
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}},
}
_LANGUAGES = "|".join(code for code, _ in settings.LANGUAGES)
Language = Query(settings.LANGUAGE_CODE, pattern=f"^({_LANGUAGES})$", description="In which the rows are answered.")
router = Router()


@router.post(
    "",
    response={200: FileOut, **REFUSED},
    summary="Report by a file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": _UPLOAD}, "text/csv": _BINARY, XLSX: _BINARY},
        },
        "responses": {200: {"content": {"text/csv": _BINARY, XLSX: _BINARY}}},
    },
)
def post_file(
    request: HttpRequest,
    trial: Literal["true", "false"] = Query("false", description="true: answer every row and write nothing."),
    backfill: Literal["true", "false"] = Query("false", description="true: history; nobody is notified."),
    language: str = Language,
) -> HttpResponse:
    """Take a CSV or XLSX file of at most 20 MB: each row is one event, and each is answered.

    JSON, or the file itself with the answers beside its rows when `Accept` names text/csv or XLSX. The same file again
    changes nothing.
    """
    content, charset = _sent(request)
    with translation.override(language):
        try:
            table = read_table(content, charset)
            outcome = take(request.auth, table, language, is_trial=trial == "true", is_backfill=backfill == "true")
            if kind := _wanted(request):
                return _file(result_file(table, outcome.answers, language, kind), kind, "result")
        except Unreadable as trouble:
            raise Problem(trouble.status, trouble.code, "This file is not taken", of_file(trouble)) from None
        return answer_json(_body(table.kind, outcome, language))


@router.get(
    "/template",
    response={200: None, **REFUSED},
    summary="An empty file to fill",
    openapi_extra={"responses": {200: {"content": {"text/csv": _BINARY, XLSX: _BINARY}}}},
)
def get_template(
    request: HttpRequest,
    form: Literal["csv", "xlsx"] = Query("xlsx", description="A workbook also lists what may stand in each column."),
    service: str | None = Query(None, max_length=100, description="For one service; all of the agency if left out."),
    language: str = Language,
) -> HttpResponse:
    """Return the headings for your agency, with the questions of its services' forms."""
    content = template_file(request.auth, form, language, service)
    if content is None:
        raise Problem(404, "not-found", "There is no such service", "Your agency has no published service of this id.")
    return _file(content, form, "template")


def _sent(request: HttpRequest) -> tuple[bytes, str | None]:
    """Return the bytes of the file, and the charset that was named. Raises: Problem."""
    length = request.META.get("CONTENT_LENGTH") or ""
    media = (request.content_type or "").lower()
    if length.isdecimal() and int(length) > LARGEST_FILE + 64 * 1024:
        raise Problem(413, "too-large", "This is too large", "A file has at most 20 MB; divide it.")
    if media == "multipart/form-data":
        return _uploaded(request), None
    if media not in _TAKEN:
        raise Problem(415, "unsupported-media-type", "This content type is not taken", "Send text/csv, XLSX or a form.")
    content: bytes = request.META["wsgi.input"].read(int(length) if length.isdecimal() else LARGEST_FILE + 1)
    if length.isdecimal() and len(content) != int(length):
        raise Problem(400, "cut-short", "The body was cut short", "Fewer bytes came than Content-Length says.")
    return content, (request.content_params or {}).get("charset") if media.startswith("text/") else None


class _InMemory(MemoryFileUploadHandler):
    """Holds a file of any size that is taken: rows about persons are never on a disk in the open."""

    def handle_raw_input(self, *args: Any, **named: Any) -> None:
        self.activated = True


def _uploaded(request: HttpRequest) -> bytes:
    request.upload_handlers = [_InMemory(request)]
    try:
        files = [file for _, each in request.FILES.lists() for file in each]
    except (MultiPartParserError, ValueError) as trouble:
        raise Problem(422, "not-a-form", "The form cannot be read", str(trouble)) from None
    if len(files) != 1:
        raise Problem(422, "one-file", "Send one file", "The form has one part named file, with a file name.")
    content: bytes = files[0].read(LARGEST_FILE + 1)
    return content


def _wanted(request: HttpRequest) -> str | None:
    """Return the kind of file that the answer should be; None for JSON, which is also the answer to */*."""
    for part in request.headers.get("Accept", "").split(","):
        media = part.partition(";")[0].strip().lower()
        if media in _KINDS:
            return _KINDS[media]
        if media in ("application/json", "*/*"):
            return None
    return None


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = {
        "Content-Type": MEDIA[kind],
        "Content-Length": str(len(content)),
        "Content-Disposition": f'attachment; filename="masar-{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, headers=headers)


def _body(kind: str, outcome: Outcome, language: str) -> dict[str, Any]:
    """Return the answer as JSON; of a long file, the rows that are to be mended come first and the rest is counted."""
    answers = outcome.answers
    if len(answers) > MOST_ITEMS:
        answers = sorted(answers, key=lambda answer: answer.is_taken)[:MOST_ITEMS]
        answers = sorted(answers, key=lambda answer: answer.row)
    return {
        "format": kind,
        "rows": len(outcome.answers),
        "counts": outcome.counts,
        "unused": outcome.unused,
        "left_out": len(outcome.answers) - len(answers),
        "items": [_item(answer, language) for answer in answers],
    }


def _item(answer: Answer, language: str) -> dict[str, Any]:
    body: dict[str, Any] = {"row": answer.row, "status": answer.status, "id": answer.id}
    if answer.number is not None:
        body["request"] = str(answer.number)
    if message := of_row(answer, language):
        body["message"] = message
    if answer.mends:
        body["errors"] = [
            {"column": mend.column, "code": mend.code, "detail": of_cell(mend, language)} for mend in answer.mends
        ]
    return body
