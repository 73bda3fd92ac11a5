"""The path: stops that are done, the one that is now, and the coming ones with the days they are expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from masar.cases.queries import Row, Sheet, Stop
from masar.portal.look import Look
from masar.portal.presenters.rows import Card, card
from masar.portal.presenters.standing import STANDINGS, standing_of
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, day, days, days_ago, digits, lasting, moment, phrase, said


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop as it is drawn. `dot` is an icon, or the number of a coming stop."""

    condition: str
    title: Markup
    dot: Markup
    colour: str
    when: Markup
    help: Markup
    note: Markup
    promise: Markup
    is_late: bool
    yours: bool
    children: Sequence[Card] = ()


def stops_of(look: Look, sheet: Sheet, children: Sequence[Row]) -> list[StopView]:
    """Say every stop of a request, its end included."""
    stops = list(sheet.stops)
    passed = sum(stop.condition != "coming" for stop in stops)
    places = [sheet.row.stop + place - passed for place in range(1, len(stops) + 1)]  # those of coming stops count
    views = [_stop(look, sheet, stop, place, children) for place, stop in zip(places, stops, strict=True)]
    return [*views, _end(look, sheet)]


def _stop(look: Look, sheet: Sheet, stop: Stop, place: int, children: Sequence[Row]) -> StopView:
    if stop.condition == "now" and sheet.row.is_open:
        return _now(look, sheet, stop, children)
    if stop.condition == "coming":
        return _coming(look, stop, place)
    return StopView(
        condition="done",
        title=said(look, stop.step.title),
        dot=look.icon("check"),
        colour="ok",
        when=_dots(
            moment(look, stop.began_at) if stop.began_at else Markup(), _lasted(look, stop), *_where(look, stop)
        ),
        help=Markup(),
        note=said(look, stop.note),
        promise=Markup(),
        is_late=False,
        yours=False,
        children=_of_step(look, stop, children),
    )


def _now(look: Look, sheet: Sheet, stop: Stop, children: Sequence[Row]) -> StopView:
    row = sheet.row
    how = STANDINGS[standing_of(row, look)]
    since = stop.began_at or row.since
    late = stop.due_at is not None and stop.due_at < look.now
    return StopView(
        condition="now",
        title=said(look, stop.step.title),
        dot=look.icon(how.icon),
        colour=how.colour,
        when=_dots(_since(look, since), *_where(look, stop)),
        help=Markup() if row.needs_you else said(look, stop.step.help),  # the panel above says it
        note=Markup() if row.needs_you else said(look, stop.note),
        promise=_step_promise(look, stop, late),
        is_late=late,
        yours=row.needs_you,
        children=_of_step(look, stop, children),
    )


def _coming(look: Look, stop: Stop, place: int) -> StopView:
    expected = phrase(_("Expected: %(day)s"), day=day(look, stop.expected_at)) if stop.expected_at else Markup()
    return StopView(
        condition="coming",
        title=said(look, stop.step.title),
        dot=phrase('<span class="num">%(place)s</span>', place=digits(look, place)),
        colour="mute",
        when=expected,
        help=Markup(),
        note=Markup(),
        promise=Markup(),
        is_late=False,
        yours=stop.step.holder == "citizen",
    )


def _end(look: Look, sheet: Sheet) -> StopView:
    row = sheet.row
    if row.is_open:
        goal = next((name for name in reversed(row.definition.path) if name in row.definition.outcomes), None)
        title = said(look, row.definition.title_of(goal)) if goal else phrase(_("Done"))
        promised = row.promise.at if row.promise.at and not row.is_late(look.now) else None
        when = phrase(_("Promised by %(day)s"), day=day(look, promised)) if promised else Markup()
        return StopView("coming", title, look.icon("flag"), "mute", when, Markup(), Markup(), Markup(), False, False)
    how = STANDINGS[row.state]
    return StopView(
        condition="end",
        title=said(look, row.definition.title_of(row.outcome or row.step)),
        dot=look.icon(how.icon),
        colour=how.colour,
        when=moment(look, row.closed_at or row.since),
        help=said(look, sheet.reason),
        note=said(look, sheet.outcome_note),
        promise=Markup(),
        is_late=False,
        yours=False,
    )


def _since(look: Look, since: datetime) -> Markup:
    n = days_ago(look, since)
    if n < 1:
        return phrase(_("since today, %(moment)s"), moment=moment(look, since))
    return phrase(_("since %(day)s, for %(time)s"), day=day(look, since), time=days(look, n))


def _lasted(look: Look, stop: Stop) -> Markup:
    if stop.began_at is None or stop.ended_at is None:
        return Markup()
    return phrase(_("took %(time)s"), time=lasting(look, stop.ended_at - stop.began_at))


def _where(look: Look, stop: Stop) -> list[Markup]:
    holder = agency_short(look, stop.agency) if stop.agency else phrase(_("with you"))
    return [holder, said(look, stop.office)]


def _step_promise(look: Look, stop: Stop, late: bool) -> Markup:
    if stop.due_at is None:
        return Markup()
    text = _("This step was promised by %(moment)s") if late else _("This step is promised by %(moment)s")
    return phrase(text, moment=moment(look, stop.due_at))


def _of_step(look: Look, stop: Stop, children: Sequence[Row]) -> list[Card]:
    began, ended = stop.began_at, stop.ended_at
    if not stop.step.children or began is None:
        return []
    return [
        card(look, child)
        for child in children
        if child.definition.id in stop.step.children
        and child.opened_at >= began
        and (not ended or child.opened_at <= ended)
    ]


def _dots(*parts: Markup) -> Markup:
    return Markup("\u00a0· ").join(part for part in parts if part)
