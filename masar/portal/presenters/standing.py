"""How a request stands, as one of a few words; each has its own icon shape and colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup

from masar.cases.queries import Row
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import kept

SILENT_AFTER = 3  # working days without a word from the agency
_TOO_SOON = timedelta(days=SILENT_AFTER - 1)  # in which fewer days than that can close


@dataclass(frozen=True, slots=True)
class Standing:
    """A way to stand: its icon, its colour class and its word."""

    icon: str
    colour: str
    word: Callable[[], str]


STANDINGS = {
    "needs-you": Standing("warn", "act", lambda: _("Needs you")),
    "ready": Standing("box", "ok", lambda: _("Ready to collect")),
    "late": Standing("clock", "bad", lambda: _("Late")),
    "silent": Standing("quiet", "mute", lambda: _("No news")),
    "in-progress": Standing("half", "run", lambda: _("In progress")),
    "submitted": Standing("page", "info", lambda: _("Received")),
    "completed": Standing("done", "ok", lambda: _("Done")),
    "refused": Standing("stop", "bad", lambda: _("Refused")),
    "withdrawn": Standing("turn", "mute", lambda: _("Withdrawn")),
    "expired": Standing("glass", "mute", lambda: _("Time ran out")),
}


def silent_days(row: Row, look: Look) -> int:
    """Count the working days since the agency that holds a request last said something; 0 when nobody owes a word."""
    if not row.is_open or row.holder is None:
        return 0
    heard = row.heard_at or row.opened_at
    try:
        calendar = look.names.calendar(row.holder)
    except KeyError:
        return 0
    return calendar.count_closes(calendar.day_of(heard), heard, look.now)


def is_silent(row: Row, look: Look) -> bool:
    """Tell whether an agency has been silent for so long that "in progress" would be a guess."""
    if look.now - (row.heard_at or row.opened_at) < _TOO_SOON:
        return False
    return silent_days(row, look) >= SILENT_AFTER


def standing_of(row: Row, look: Look) -> str:
    """Name how a request stands: a key of `STANDINGS`."""
    if not row.is_open:
        return row.state
    if row.state == "ready":
        return "ready"
    if row.needs_you:
        return "needs-you"
    if row.is_late(look.now):
        return "late"
    return "silent" if is_silent(row, look) else row.state


def tag(look: Look, standing: str) -> Markup:
    """Write the badge of a standing: shape, word and colour."""
    look.icon(STANDINGS[standing].icon)  # the page's own list of icons must know of it
    return _tag(look, standing)


@kept
def _tag(look: Look, standing: str) -> Markup:
    how = STANDINGS[standing]
    return Markup('<span class="tag is-{}">{}{}</span>').format(how.colour, look.icon(how.icon), how.word())
