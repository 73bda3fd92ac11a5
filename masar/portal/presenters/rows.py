"""Rows of lists: each part is ready markup, since lists are the hot pages (docs/adr/0005)."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from markupsafe import Markup

from masar.cases.queries import Row
from masar.portal.look import Look
from masar.portal.presenters import promises
from masar.portal.presenters.standing import STANDINGS, is_silent, standing_of, tag
from masar.portal.words import agency_short, ago, day, digits, phrase, reference, said


@dataclass(frozen=True, slots=True)
class Card:
    """One request in a list."""

    url: str
    title: Markup
    tag: Markup
    agency: Markup
    number: Markup
    now: Markup
    bar: Markup
    date: Markup
    standing: str
    is_new: bool
    changed: str
    ask: Markup
    button: str


def url_of(number: int) -> str:
    """Return the address of a request's page."""
    return reverse("request", args=[number])


def card(look: Look, row: Row) -> Card:
    """Say one request in a list."""
    standing = standing_of(row, look)
    return Card(
        url=url_of(row.number),
        title=said(look, row.definition.title),
        tag=tag(look, standing),
        agency=agency_short(look, row.agency),
        number=reference(look, row.number),
        now=_now(look, row),
        bar=bar(row, STANDINGS[standing].colour),
        date=_date(look, row, standing),
        standing=standing,
        is_new=row.is_new,
        changed=ago(look, row.changed_at),
        ask=said(look, row.definition.title_of(row.step)) if row.needs_you else Markup(),
        button=button(row) if row.needs_you else "",
    )


def bar(row: Row, colour: str) -> Markup:
    """Draw how far a request is; the words beside it say the same."""
    if not row.is_open:
        return Markup()
    parts = ("d" if place < row.stop else "c" if place == row.stop else "" for place in range(1, row.stops + 1))
    pieces = "".join(f'<i class="{part}"></i>' if part else "<i></i>" for part in parts)
    return Markup(f'<div class="bar is-{colour}" aria-hidden="true">{pieces}</div>')  # noqa: S704


def place_of(look: Look, row: Row) -> Markup:
    """Say which step of how many."""
    text = _("step %(stop)s of %(stops)s")
    return phrase(text, stop=digits(look, row.stop), stops=digits(look, row.stops))


def button(row: Row) -> str:
    """Name what the citizen does next, as the word on a button."""
    step = row.definition.steps.get(row.step)
    kind = step.task.kind if step and step.task else "answer"
    if row.state == "ready" or kind == "visit":
        return _("See where to collect it") if row.state == "ready" else _("See where to go")
    if kind == "payment":
        return _("See how to pay")
    return _("Send it now") if kind == "document" else _("Answer now")


def _now(look: Look, row: Row) -> Markup:
    step = said(look, row.definition.title_of(row.outcome or row.step))
    if not row.is_open or row.holder is None:
        return phrase("<b>%(step)s</b>", step=step)
    return phrase(
        _("Now: <b>%(step)s</b>, with %(agency)s, %(place)s"),
        step=step,
        agency=agency_short(look, row.holder),
        place=phrase('<span class="nb">%(place)s</span>', place=place_of(look, row)),
    )


def _date(look: Look, row: Row, standing: str) -> Markup:
    if not row.is_open:
        ended = phrase(_("Ended on %(day)s"), day=day(look, row.closed_at or row.since))
        return _line(look, "cal", ended)
    if standing == "late":
        return _line(look, "warn", promises.line(look, row), "late")
    if is_silent(row, look):
        heard = row.heard_at or row.opened_at
        return _line(look, "quiet", phrase(_("Last news from the agency: %(day)s"), day=day(look, heard)))
    return _line(look, "clock", promises.line(look, row))


def _line(look: Look, icon: str, words: Markup, class_: str = "") -> Markup:
    return Markup('<p class="eta {}">{}<span>{}</span></p>').format(class_, look.icon(icon), words)
