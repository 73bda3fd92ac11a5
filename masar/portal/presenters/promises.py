"""What is said of a promise: by when, how late, or why its clock stands still."""

from __future__ import annotations

import math
from datetime import date

from django.utils.translation import ngettext
from markupsafe import Markup

from masar.cases.queries import Due, Row
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import DAY, day, day_in_full, day_parts, days, days_ago, digits, kept, lasting, phrase


def used(look: Look, promise: Due) -> str:
    """Say how much of the agency's time is used: "2 of 5 working days used"."""
    if promise.unit == "days":
        spent, allowed = promise.used, promise.allowed
        text = ngettext("%(used)s of %(num)s working day used", "%(used)s of %(num)s working days used", allowed)
    else:
        spent, allowed = math.ceil(promise.used / 3600), math.ceil(promise.allowed / 3600)
        text = ngettext("%(used)s of %(num)s working hour used", "%(used)s of %(num)s working hours used", allowed)
    return text % {"used": digits(look, spent), "num": digits(look, allowed)}


def working(look: Look, amount: int, unit: str) -> str:
    """Say an amount of working time; `unit` is "days" or "seconds"."""
    if unit == "days":
        text = ngettext("%(num)s working day", "%(num)s working days", amount)
        return text % {"num": digits(look, amount)}
    hours = math.ceil(amount / 3600)
    return ngettext("%(num)s working hour", "%(num)s working hours", hours) % {"num": digits(look, hours)}


def lateness(look: Look, promise: Due) -> str:
    """Say by how much a promise is broken."""
    broken = promise.broken_at or promise.at or look.now
    n = days_ago(look, broken)
    return days(look, n) if n else lasting(look, look.now - broken)


def line(look: Look, row: Row) -> Markup:
    """Say in one line by when a running request is promised."""
    promise = row.promise
    if row.is_late(look.now):
        broken = promise.broken_at or promise.at or look.now
        return phrase(
            _("Late by %(time)s: it was promised by %(day)s"), time=lateness(look, promise), day=day(look, broken)
        )
    if row.needs_you:
        return until(look, row)
    if promise.is_paused:
        return phrase(_("The agency's clock is stopped: %(used)s"), used=used(look, promise))
    if promise.at is not None:
        return promised_by(look, *day_parts(look, promise.at))
    return phrase(_("No date is promised for this service"))


@kept
def promised_by(look: Look, on: date, far: bool) -> Markup:
    """Say by which day something is promised."""
    return phrase(_("Promised by %(day)s"), day=day_in_full(look, on, far))


def until(look: Look, row: Row) -> Markup:
    """Say until when the citizen must act."""
    if row.limit_at is None:
        return phrase(_("No last date is set. The agency's clock is stopped until then."))
    left = (row.limit_at - look.now).total_seconds()
    if left <= 0:
        return phrase(_("The last day was %(day)s"), day=day(look, row.limit_at))
    rest = lasting(look, row.limit_at - look.now) if left < 7 * DAY else ""
    return _by(look, *day_parts(look, row.limit_at), row.state == "ready", rest)


@kept
def _by(look: Look, on: date, far: bool, ready: bool, rest: str) -> Markup:
    if rest:
        text = _("Collect it by %(day)s (%(left)s left)") if ready else _("Do it by %(day)s (%(left)s left)")
    else:
        text = _("Collect it by %(day)s") if ready else _("Do it by %(day)s")
    return phrase(text, day=day_in_full(look, on, far), left=rest)
