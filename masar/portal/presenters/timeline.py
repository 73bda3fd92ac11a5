"""The whole timeline: every event as a sentence, the agency's time, and when we learned of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from masar.cases.queries import Line, Row, Sheet
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, moment, phrase, said

LEARNED_LATER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class LineView:
    """One event: what happened, when, when we learned it, what was said, and remarks on it."""

    what: Markup
    at: Markup
    learned: Markup
    note: Markup
    remarks: Sequence[str]
    is_voided: bool


def lines_of(look: Look, sheet: Sheet) -> list[LineView]:
    """Say every event, the newest first."""
    return [_line(look, sheet.row, line) for line in reversed(sheet.lines)]


def _line(look: Look, row: Row, line: Line) -> LineView:
    later = line.received_at - line.at > LEARNED_LATER
    return LineView(
        what=_what(look, row, line),
        at=moment(look, line.at),
        learned=phrase(_("We learned it on %(moment)s"), moment=moment(look, line.received_at)) if later else Markup(),
        note=said(look, line.note),
        remarks=_remarks(line),
        is_voided=line.is_voided,
    )


def _remarks(line: Line) -> list[str]:
    said_of = {
        _("Outside the declared path"): line.is_off_path,
        _("Arrived after later events"): line.is_late,
        _("Corrected later; it no longer counts"): line.is_voided,
    }
    return [words for words, holds in said_of.items() if holds]


def _what(look: Look, row: Row, line: Line) -> Markup:
    place = said(look, row.definition.title_of(line.place)) if line.place else Markup()
    reason = said(look, row.definition.reasons.get(line.reason or ""))
    parts = {
        "who": _who(look, line),
        "place": place,
        "to": agency_short(look, line.to) if line.to else Markup(),
        "reason": reason,
    }
    text = _TEXTS[line.type]()
    if line.type == "decided" and reason:
        text = _("%(who)s: the request ended, <b>%(place)s</b>. The reason: %(reason)s.")
    if line.type in ("answered", "asked", "withdrawn") and line.by == "person":
        text = _YOURS[line.type]()
    return phrase(text, **parts)


def _who(look: Look, line: Line) -> Markup:
    if line.agency and line.by == "agency":
        return phrase("<b>%(name)s</b>", name=agency_short(look, line.agency))
    return phrase("<b>%(name)s</b>", name=_("You") if line.by == "person" else _("Masar"))


_TEXTS: dict[str, Callable[[], str]] = {
    "opened": lambda: _("%(who)s: the request was opened"),
    "step": lambda: _("%(who)s: moved to <b>%(place)s</b>"),
    "asked": lambda: _("%(who)s: something is asked of you"),
    "answered": lambda: _("%(who)s: your answer was taken down"),
    "noted": lambda: _("%(who)s: a note"),
    "decided": lambda: _("%(who)s: the request ended, <b>%(place)s</b>"),
    "handed-over": lambda: _("%(who)s: handed over to <b>%(to)s</b>"),
    "withdrawn": lambda: _("%(who)s: the request was withdrawn"),
    "reopened": lambda: _("%(who)s: opened again, in <b>%(place)s</b>"),
    "corrected": lambda: _("%(who)s: an earlier event was corrected"),
}
_YOURS: dict[str, Callable[[], str]] = {
    "asked": lambda: _("%(who)s: something is asked of you"),
    "answered": lambda: _("<b>You</b> answered"),
    "withdrawn": lambda: _("<b>You</b> withdrew the request"),
}
