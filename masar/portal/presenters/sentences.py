"""The plain sentences of a request: who has the ball, in which step, whether you must act, and what now."""

from __future__ import annotations

from django.utils.translation import ngettext
from markupsafe import Markup

from masar.cases.queries import Row, Sheet
from masar.portal.look import Look
from masar.portal.presenters import promises
from masar.portal.presenters.standing import SILENT_AFTER, silent_days
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, ago, day, digits, moment, phrase, said, stopped


def sentences(look: Look, sheet: Sheet) -> list[Markup]:
    """Say how a request stands in one to three sentences; the first says who has the ball."""
    row = sheet.row
    if not row.is_open:
        return _ended(look, sheet)
    if row.holder is None:
        return _with_you(look, row)
    return _with_agency(look, row)


def _with_you(look: Look, row: Row) -> list[Markup]:
    step = said(look, row.definition.title_of(row.step))
    if row.state == "ready":
        return [stopped(look, phrase("<b>%(step)s</b>", step=step)), stopped(look, promises.until(look, row))]
    return [
        stopped(look, phrase(_("Your request is waiting for you: <b>%(step)s</b>"), step=step)),
        phrase(_("It goes on as soon as this is done; until then no time counts against the agency.")),
    ]


def _with_agency(look: Look, row: Row) -> list[Markup]:
    agency = agency_short(look, row.holder or "")
    step = said(look, row.definition.title_of(row.step))
    quiet = silent_days(row, look)
    if quiet >= SILENT_AFTER:
        told = [_silence(look, row, agency, step, quiet)]
    else:
        told = [
            phrase(_("Your request is now with <b>%(agency)s</b>, in the step “%(step)s”."), agency=agency, step=step),
            phrase(_("You need do nothing.")),
        ]
    return [*told, stopped(look, promises.line(look, row))] if row.is_late(look.now) else told


def _silence(look: Look, row: Row, agency: Markup, step: Markup, quiet: int) -> Markup:
    text = ngettext(
        "For %(num)s working day nothing has come from <b>%(agency)s</b>. "
        "What we heard last, on %(day)s: the step “%(step)s”. We cannot say whether it goes on.",
        "For %(num)s working days nothing has come from <b>%(agency)s</b>. "
        "What we heard last, on %(day)s: the step “%(step)s”. We cannot say whether it goes on.",
        quiet,
    )
    heard = day(look, row.heard_at or row.opened_at)
    return phrase(text, num=digits(look, quiet), agency=agency, day=heard, step=step)


def _ended(look: Look, sheet: Sheet) -> list[Markup]:
    row = sheet.row
    outcome = said(look, row.definition.title_of(row.outcome or row.step))
    on = day(look, row.closed_at or row.since)
    told = [phrase(_("<b>%(outcome)s</b> on %(day)s."), outcome=outcome, day=on)]
    if sheet.reason:
        told.append(phrase(_("The reason: %(reason)s."), reason=said(look, sheet.reason)))
    if sheet.outcome_note:
        told.append(phrase("%(note)s", note=said(look, sheet.outcome_note)))
    return told


def what_now(look: Look, sheet: Sheet) -> list[Markup]:
    """Say what can be done once a request has ended."""
    row = sheet.row
    if row.is_open:
        return []
    if row.state == "completed":
        return [phrase(_("There is nothing left to do. This page stays in your archive."))]
    told = []
    if sheet.appeal_until and sheet.appeal_service:
        told.append(
            phrase(
                _(
                    "If you think this is wrong, you can appeal until %(day)s. "
                    "It is decided by people who had no part in this decision."
                ),
                day=day(look, sheet.appeal_until),
            )
        )
    told.append(phrase(_("You can apply again at the agency once you have what was missing.")))
    told.append(phrase(_("Everything that happened stays readable here, and you can print it.")))
    return told


def freshness(look: Look, row: Row) -> Markup:
    """Say when the agency last told us something."""
    who = agency_short(look, row.holder or row.agency)
    if row.heard_at is None:
        return phrase(_("%(agency)s has told us nothing yet."), agency=who)
    text = _("Last news from %(agency)s: %(moment)s (%(ago)s)")
    return phrase(text, agency=who, moment=moment(look, row.heard_at), ago=ago(look, row.heard_at))
