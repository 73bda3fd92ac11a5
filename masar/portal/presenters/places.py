"""Where a service is given: ways to reach it, branches, and when they are open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.catalogue.queries import Branch, Calendar, Definition, branches_of
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import kept, phrase, said, time_of_day, weekday

PLACES: Mapping[str, Callable[[], str]] = {
    "counter": lambda: _("at the agency's counter"),
    "agency-site": lambda: _("on the agency's website"),
    "kiosk": lambda: _("at a self-service machine"),
    "site-visit": lambda: _("at your place, when the inspector comes"),
    "masar": lambda: _("here in Masar"),
}
CHANNELS: Mapping[str, Callable[[], str]] = {
    "online": lambda: _("Online"),
    "counter": lambda: _("At the agency's counter"),
    "kiosk": lambda: _("At a self-service machine"),
    "phone": lambda: _("By telephone"),
    "agency": lambda: _("Opened by the agency itself"),
}
RAMADAN = 9
_WEEK = (6, 0, 1, 2, 3, 4, 5)  # as people here count it: Sunday first


@dataclass(frozen=True, slots=True)
class BranchView:
    """One branch: its name, where it stands, and its hours where they are its own."""

    title: Markup
    place: Markup
    hours: Sequence[Markup]
    is_sample: bool


def in_words(places: Iterable[str]) -> str:
    """Name places, one or the other."""
    return _(" or ").join(PLACES[place]() for place in places if place in PLACES)


def channels(definition: Definition) -> list[str]:
    """Name the ways to reach a service."""
    return [CHANNELS[name]() for name in definition.document["channels"] if name in CHANNELS]


def branches(look: Look, definition: Definition) -> list[BranchView]:
    """Say the branches that give a service."""
    found = [one for one in branches_of(definition.agency) if not one.services or definition.id in one.services]
    return [_branch(look, definition.agency, one) for one in found]


def _branch(look: Look, agency: str, branch: Branch) -> BranchView:
    own: list[Markup] = []
    if branch.hours is not None:
        own = opening(look, look.names.calendar(agency).for_agency({"hours": branch.hours}))
    place = phrase(_("%(area)s, %(governorate)s"), area=said(look, branch.area), governorate=_of(look, branch))
    return BranchView(said(look, branch.title), place, own, branch.sample)


def _of(look: Look, branch: Branch) -> Markup:
    return said(look, branch.governorate)


def opening(look: Look, calendar: Calendar) -> list[Markup]:
    """Say when a place is open: on ordinary days, and in Ramadan where that differs."""
    usual = calendar.hours_by_season["default"].usual
    closed = calendar.weekend[-1][1] if calendar.weekend else frozenset()
    lines = [_ordinary(look, tuple(day for day in _WEEK if day not in closed), usual)]
    for season in calendar.seasons:
        hours = calendar.hours_by_season.get(season.id)
        if season.hijri_month == RAMADAN and hours and hours.usual != usual:
            lines.append(_in_ramadan(look, hours.usual))
    return lines


@kept
def _ordinary(look: Look, days: tuple[int, ...], spans: tuple[tuple[int, int], ...]) -> Markup:
    named = phrase(_("%(first)s to %(last)s"), first=weekday(look, days[0]), last=weekday(look, days[-1]))
    if len(days) == 7:
        named = phrase(_("Every day"))
    return phrase(_("%(days)s: %(hours)s"), days=named, hours=_spans(look, spans))


@kept
def _in_ramadan(look: Look, spans: tuple[tuple[int, int], ...]) -> Markup:
    return phrase(_("In Ramadan: %(hours)s"), hours=_spans(look, spans))


def _spans(look: Look, spans: tuple[tuple[int, int], ...]) -> Markup:
    if (0, 24 * 60) in spans:
        return phrase(_("all day and all night"))
    said_ = [phrase(_("%(first)s to %(last)s"), first=_at(look, first), last=_at(look, last)) for first, last in spans]
    return phrase(_(" and ")).join(said_)


def _at(look: Look, minutes: int) -> Markup:
    return phrase('<span class="nb">%(time)s</span>', time=time_of_day(look, minutes // 60 % 24, minutes % 60))
