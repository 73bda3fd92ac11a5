"""Lengths of time in words: what is promised, what citizens are given, and how long it really took."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import ngettext

from masar.catalogue.queries import Duration
from masar.portal.look import Look
from masar.portal.presenters.promises import working
from masar.portal.words import DAY, HOUR, days, digits, kept, lasting

YEAR_DAYS = 365


def span(look: Look, duration: Duration, clock: str = "calendar") -> str:
    """Say a declared length of time: "5 working days", "30 minutes", "15 years"."""
    if clock == "working" and (duration.days or duration.seconds % HOUR == 0):
        return working(look, duration.days or duration.seconds, "days" if duration.days else "seconds")
    return long(look, duration.days) if duration.days else lasting(look, duration.seconds)


def long(look: Look, count: int) -> str:
    """Say a number of days, in years where they are whole years."""
    return years(look, count // YEAR_DAYS) if count and count % YEAR_DAYS == 0 else days(look, count)


@kept
def years(look: Look, n: int) -> str:
    """Say a number of years."""
    return ngettext("%(num)s year", "%(num)s years", n) % {"num": digits(look, n)}


def about(look: Look, measured: Decimal) -> str:
    """Say a measured number of days as people do: hours below one day, years from two years on."""
    if measured >= 2 * YEAR_DAYS:
        return years(look, round(measured / YEAR_DAYS))
    return lasting(look, max(HOUR, int(measured * DAY)))
