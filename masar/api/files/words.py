"""What is said of a file and of its rows, in the agency's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from masar.api.files.columns import COLUMNS, EVENTS, name_of
from masar.api.files.events import Mend
from masar.api.files.intake import Answer
from masar.api.files.table import Unreadable
from masar.kernel.ids import shown

_Said = Mapping[str, Callable[[], str]]
_FILE: _Said = {
    "empty": lambda: _("The file is empty."),
    "no-rows": lambda: _("The file has headings and no row beneath them."),
    "too-large": lambda: _("A file has at most %(most)s; divide it and send the parts."),
    "too-many-rows": lambda: _("A file has at most %(most)s rows; divide it and send the parts."),
    "too-many-columns": lambda: _("A file has at most %(most)s columns; leave out those that are not in the template."),
    "too-much-merged": lambda: _("Too many cells are merged; take the merging back and send the file again."),
    "unpacked-too-large": lambda: _("Unpacked, this workbook is larger than is taken. Copy its rows to a new one."),
    "not-a-table": lambda: _("This is no table. Save it as CSV or XLSX."),
    "markup": lambda: _("This is a web page under the name of a spreadsheet. Open it and save it as XLSX."),
    "old-workbook": lambda: _("This is a workbook of an old kind (XLS). Open it and save it as XLSX."),
    "locked": lambda: _("This workbook is locked with a password. Save it without one."),
    "other-format": lambda: _("This kind of workbook is not taken. Save it as XLSX or CSV."),
    "damaged": lambda: _("The workbook is damaged or was cut short. Save it again and send it anew."),
    "damaged-text": lambda: _("Line %(line)s holds letters that cannot be read. Save the file as CSV UTF-8."),
    "charset": lambda: _("This encoding is not taken. Save the file as CSV UTF-8."),
    "missing-columns": lambda: _("These columns are missing: %(names)s. The template has them all."),
    "repeated-column": lambda: _("The column “%(name)s” stands twice; leave one out."),
}
_CELL: _Said = {
    "missing": lambda: _("this is missing"),
    "merged": lambda: _("this cell is merged with row %(row)s; write the value in each row"),
    "formula": lambda: _("this is a formula; write the value itself"),
    "error-value": lambda: _("the spreadsheet shows an error here; write the value itself"),
    "too-long": lambda: _("this is too long"),
    "type": lambda: _("no such kind of event; write one of: %(events)s"),
    "time": lambda: _("write day, month and year, such as 24/11/2026 09:15"),
    "time-ahead": lambda: _("this lies ahead of now; write when it happened"),
    "time-early": lambda: _("times before 1950 are not taken"),
    "civil-id": lambda: _("this is no civil ID: it has 12 digits, begins with 2 or 3, and its last digit fits"),
    "civil-id-short": lambda: _(
        "a civil ID has 12 digits, and here stand %(num)s; make the column text and write it anew"
    ),
    "shortened": lambda: _("the spreadsheet has shortened this number; make the column text and write it anew"),
    "number": lambda: _("this is no request number of Masar"),
    "subject": lambda: _("this is no request number of Masar"),
    "ref": lambda: _("write your own number: Latin letters, digits and signs without spaces, never a civil ID"),
    "service": lambda: _("no such service; write its id or its title"),
    "unknown-service": lambda: _("no such service; write its id or its title"),
    "unknown-step": lambda: _("no such step in this service; write one of: %(known)s"),
    "unknown-outcome": lambda: _("no such outcome in this service; write one of: %(known)s"),
    "unknown-reason": lambda: _("no such reason in this service; write one of: %(known)s"),
    "reason": lambda: _("give a reason of this service: %(known)s"),
    "unknown-place": lambda: _("nothing of this name is known; write its id, or fill in the service too"),
    "ambiguous": lambda: _("this name stands for several things; write its id, or fill in the service too"),
    "unknown-agency": lambda: _("no such agency; write its id or its title"),
    "agency": lambda: _("no such agency; write its id or its title"),
    "another-person": lambda: _("the request above belongs to another person"),
    "not-the-citizens": lambda: _("ask in a step that the person holds"),
    "not-a-withdrawal": lambda: _("this is no withdrawal; report it as a decision"),
    "not-here": lambda: _("this does not belong to this kind of event; leave it empty"),
    "form-field": lambda: _("the form of this service has no such question; leave it empty"),
    "form-value": lambda: _("the form does not take this; write one of: %(known)s"),
    "form-other": lambda: _("the form does not take this"),
    "id": lambda: _("write the id, as the template lists it"),
    "line": lambda: _("write one line of at most 300 characters"),
    "text": lambda: _("write at most 4,000 characters"),
    "extra": lambda: _("there are more cells in this row than headings"),
    "quoting": lambda: _("the quotation marks do not close; what follows up to the next one was not read"),
}
_ROW: _Said = {
    "parked": lambda: _("The request is not known yet. The row waits 24 hours for it, then it is dropped."),
    "not-your-service": lambda: _("This is another agency's service."),
    "not-your-request": lambda: _("This is another agency's request."),
    "person-erased": lambda: _("Its person was erased; report nothing more on this request."),
    "reference-exists": lambda: _("Your number is in use already."),
    "late": lambda: _("Taken; it belongs before what was reported already."),
    "off-path": lambda: _("Taken; the service does not provide for this way, and it is marked so."),
}
_STATUS: _Said = {
    "accepted": lambda: _("Taken"),
    "duplicate": lambda: _("Taken before"),
    "parked": lambda: _("Waiting"),
    "invalid": lambda: _("To be mended"),
    "forbidden": lambda: _("Not allowed"),
    "conflict": lambda: _("Contradicts an earlier row"),
}


def of_file(trouble: Unreadable) -> str:
    """Say why a file is not taken."""
    return _FILE[trouble.code]() % trouble.facts


def of_status(status: str) -> str:
    """Say a row's status."""
    return _STATUS[status]()


def of_row(answer: Answer, language: str) -> str:
    """Say what is to be mended in a row, or what else is to be known; nothing when all is well."""
    if answer.mends:
        return "; ".join(of_cell(mend, language) for mend in answer.mends)
    return _ROW[answer.code]() if answer.code in _ROW else ""


def of_cell(mend: Mend, language: str) -> str:
    """Say what is to be mended in one cell."""
    events = ", ".join(f"{name_of(EVENTS, key, language)} ({key})" for key in EVENTS)
    said = _CELL.get(mend.code)
    text = said() % {"events": events, **mend.facts} if said else str(mend.facts.get("detail", mend.code))
    return f"{name_of(COLUMNS, mend.column, language)}: {text}" if mend.column else text


def number_of(answer: Answer) -> str:
    """Write a request's number as it is shown; nothing where it is not known."""
    return shown(answer.number) if answer.number else ""
