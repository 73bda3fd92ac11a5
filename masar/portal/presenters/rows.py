"""Rows of lists: each part is ready markup, since lists are the hot pages (docs/adr/0005).

What many rows share (names, badges, sentences of a step, days) is made once and kept; f-strings join what is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from masar.cases.queries import Row
from masar.portal.look import Look
from masar.portal.presenters import promises
from masar.portal.presenters.standing import STANDINGS, is_silent, standing_of, tag
from masar.portal.tongue import address
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, ago, day_in_full, day_parts, digits, kept, phrase, reference, said


class Card(NamedTuple):
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
    return f"{address('requests')}{number}/"


def card(look: Look, row: Row) -> Card:
    """Say one request in a list."""
    standing = standing_of(row, look)
    agency = agency_short(look, row.agency)
    return Card(
        url=f"{address('requests', language=look.language)}{row.number}/",
        title=said(look, row.definition.title),
        tag=tag(look, standing),
        agency=agency,
        number=reference(look, row.number),
        now=_now(look, row, agency),
        bar=bar(row, STANDINGS[standing].colour),
        date=_date(look, row, standing),
        standing=standing,
        is_new=row.is_new,
        changed=ago(look, row.changed_at) if row.is_new else "",
        ask=said(look, row.definition.title_of(row.step)) if row.needs_you else Markup(),
        button=button(row) if row.needs_you else "",
    )


def listed(look: Look, cards: Sequence[Card], level: str = "h3") -> Markup:
    """Draw a list of requests; `level` is the heading of each. In simple mode: what it is, how it stands, one date."""
    draw = _simple_item if look.simple else _item
    number, new = _labels(look)
    return Markup(f'<ul class="reqs">{"".join([draw(card, level, number, new) for card in cards])}</ul>\n')  # noqa: S704


def _item(card: Card, level: str, number: str, new: str) -> str:
    fresh = f'<span class="fresh">{new % {"ago": escape(card.changed)}}</span>' if card.is_new else ""
    return (
        f'<li class="card req{" new" if card.is_new else ""}"><div class="row"><{level} class="name">'
        f'<a href="{card.url}">{card.title}</a></{level}>{card.tag}</div>\n'
        f'<p class="meta"><span>{card.agency}</span><span><span class="vh">{number} </span>{card.number}</span>'
        f'{fresh}</p>\n<p class="now">{card.now}</p>\n{card.bar}\n{card.date}</li>\n'
    )


def _simple_item(card: Card, level: str, _number: str, _new: str) -> str:
    name = f'<{level} class="name"><a href="{card.url}">{card.title}</a></{level}>'
    return f'<li class="card req">{card.tag}{name}{card.date}</li>\n'


@kept
def _labels(look: Look) -> tuple[str, str]:
    return _("Request number"), _("New: %(ago)s")


def bar(row: Row, colour: str) -> Markup:
    """Draw how far a request is; the words beside it say the same."""
    return _bar(row.stop, row.stops, colour) if row.is_open else Markup()


@lru_cache(maxsize=1024)
def _bar(stop: int, stops: int, colour: str) -> Markup:
    parts = ("d" if place < stop else "c" if place == stop else "" for place in range(1, stops + 1))
    pieces = "".join(f'<i class="{part}"></i>' if part else "<i></i>" for part in parts)
    return Markup(f'<div class="bar is-{colour}" aria-hidden="true">{pieces}</div>')  # noqa: S704


def button(row: Row) -> str:
    """Name what the citizen does next, as the word on a button."""
    step = row.definition.steps.get(row.step)
    kind = step.task.kind if step and step.task else "answer"
    if row.state == "ready" or kind == "visit":
        return _("See where to collect it") if row.state == "ready" else _("See where to go")
    if kind == "payment":
        return _("See how to pay")
    return _("Send it now") if kind == "document" else _("Answer now")


def _now(look: Look, row: Row, agency: Markup) -> Markup:
    step = said(look, row.definition.title_of(row.outcome or row.step))
    if not row.is_open or row.holder is None:
        return Markup(f"<b>{step}</b>")  # noqa: S704 - escaped
    holder = agency if row.holder == row.agency else agency_short(look, row.holder)
    return _with_agency(look, step, holder, row.stop, row.stops)


@kept
def _with_agency(look: Look, step: Markup, agency: Markup, stop: int, stops: int) -> Markup:
    place = phrase(_("step %(stop)s of %(stops)s"), stop=digits(look, stop), stops=digits(look, stops))
    return phrase(
        _("Now: <b>%(step)s</b>, with %(agency)s, %(place)s"),
        step=step,
        agency=agency,
        place=phrase('<span class="nb">%(place)s</span>', place=place),
    )


def _date(look: Look, row: Row, standing: str) -> Markup:
    if not row.is_open:
        return _line(look, "cal", _ended(look, *day_parts(look, row.closed_at or row.since)))
    if standing == "late":
        return _line(look, "warn", promises.line(look, row), "late")
    if standing == "silent" or (standing == "ready" and is_silent(row, look)):
        return _line(look, "quiet", _last_news(look, *day_parts(look, row.heard_at or row.opened_at)))
    return _line(look, "clock", promises.line(look, row))


@kept
def _ended(look: Look, on: date, far: bool) -> Markup:
    return phrase(_("Ended on %(day)s"), day=day_in_full(look, on, far))


@kept
def _last_news(look: Look, on: date, far: bool) -> Markup:
    return phrase(_("Last news from the agency: %(day)s"), day=day_in_full(look, on, far))


def _line(look: Look, icon: str, words: Markup, class_: str = "") -> Markup:
    return Markup(f'<p class="eta {class_}">{look.icon(icon)}<span>{words}</span></p>')  # noqa: S704 - ours
