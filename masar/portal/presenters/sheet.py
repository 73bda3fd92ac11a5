"""The page of one request: what it says first, its facts, who had the ball, what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.cases.queries import Question, Row, Sheet
from masar.catalogue.queries import written
from masar.portal.glossary import word
from masar.portal.look import Look
from masar.portal.presenters import promises
from masar.portal.presenters.forms import Field, fields_of, with_texts
from masar.portal.presenters.papers import PaperField, paper_field
from masar.portal.presenters.path import StopView, stops_of
from masar.portal.presenters.places import PLACES
from masar.portal.presenters.rows import Card, card, url_of
from masar.portal.presenters.sentences import freshness, sentences, what_now
from masar.portal.presenters.services import url_of as url_of_service
from masar.portal.presenters.spans import span
from masar.portal.presenters.standing import is_silent, standing_of, tag
from masar.portal.presenters.timeline import LineView, lines_of
from masar.portal.tongue import gettext as _
from masar.portal.words import agency, agency_short, day, digits, lasting, moment, phrase, reference, said


@dataclass(frozen=True, slots=True)
class Need:
    """What the citizen is asked: the words, a form where Masar takes the answer, else where to go."""

    title: Markup
    message: Markup
    help: Markup
    until: Markup
    kind: str
    fields: Sequence[Field]
    papers: Sequence[PaperField]
    saved: bool
    draft: str
    token: str
    places: Sequence[str]
    then: str


@dataclass(frozen=True, slots=True)
class Part:
    """How long one holder had the ball. `share` is 0 to 100, `start` where its piece of the bar begins."""

    holder: Markup
    time: str
    percent: str
    share: float
    start: float
    colour: int


@dataclass(frozen=True, slots=True)
class SheetView:
    """Everything that the page of a request says."""

    number: int
    seq: int
    url: str
    title: Markup
    tag: Markup
    standing: str
    is_open: bool
    is_silent: bool
    sentences: Sequence[Markup]
    facts: Sequence[tuple[str, Markup]]
    details: Sequence[tuple[str, Markup]]
    freshness: Markup
    need: Need | None
    stops: Sequence[StopView]
    lines: Sequence[LineView]
    more: str
    parts: Sequence[Part]
    parent: Card | None
    appeals: Sequence[Card]
    what_now: Sequence[Markup]
    appeal_until: Markup
    may_withdraw: bool
    has_sent: bool
    is_verified: bool
    shown: Markup
    next_date: Markup


def view_of(
    look: Look, sheet: Sheet, fields: Sequence[Field] | None = None, faults: Mapping[str, str] | None = None
) -> SheetView:
    """Say everything about one request; `fields` are those of the answer, when some were typed already.

    `faults` say what is wrong with a file, by the document that it is for.
    """
    row = sheet.row
    standing = standing_of(row, look)
    appeals = [child for child in sheet.children if _is_appeal(row, child)]
    return SheetView(
        number=row.number,
        seq=row.seq,
        url=url_of(row.number),
        title=said(look, row.definition.title),
        tag=tag(look, standing),
        standing=standing,
        is_open=row.is_open,
        is_silent=is_silent(row, look),
        sentences=sentences(look, sheet),
        facts=_facts(look, row),
        details=_details(look, sheet),
        freshness=freshness(look, row),
        need=_need(look, sheet, fields, faults or {}) if sheet.question else None,
        stops=stops_of(look, sheet, [child for child in sheet.children if child not in appeals]),
        lines=lines_of(look, sheet),
        more=sheet.more_lines or "",
        parts=_parts(look, sheet),
        parent=card(look, sheet.parent) if sheet.parent else None,
        appeals=[card(look, child) for child in appeals],
        what_now=what_now(look, sheet),
        appeal_until=day(look, sheet.appeal_until) if sheet.appeal_until else Markup(),
        may_withdraw=sheet.may_withdraw,
        has_sent=bool(sheet.sent.form or sheet.sent.papers),
        is_verified=row.definition.verified,
        shown=reference(look, row.number),
        next_date=promises.line(look, row)
        if row.is_open and not row.is_late(look.now) and not row.needs_you
        else Markup(),
    )


def _is_appeal(row: Row, child: Row) -> bool:
    return any(o.appeal and o.appeal.service == child.definition.id for o in row.definition.outcomes.values())


def _facts(look: Look, row: Row) -> list[tuple[str, Markup]]:
    facts: list[tuple[str, Markup]] = [(word(look, "request-number"), reference(look, row.number))]
    if not row.is_open:
        return [(_("Ended on"), day(look, row.closed_at or row.since)), *facts]
    promise = row.promise
    step = phrase(_("%(stop)s of %(stops)s"), stop=digits(look, row.stop), stops=digits(look, row.stops))
    if row.is_late(look.now):
        when = (_("Late by"), phrase("%(time)s", time=promises.lateness(look, promise)))
    elif promise.is_paused:
        when = (word(look, "clock-stopped"), phrase("%(used)s", used=promises.used(look, promise)))
    elif promise.at:
        when = (word(look, "promise", _("Promised by")), day(look, promise.at))
    else:
        when = (_("Promised by"), phrase(_("no date")))
    return [(word(look, "step"), step), when, *facts]


def _details(look: Look, sheet: Sheet) -> list[tuple[str, Markup]]:
    row = sheet.row
    link = phrase('<a href="%(url)s">%(title)s</a>', url=_service_url(row), title=said(look, row.definition.title))
    details: list[tuple[str, Markup]] = [
        (_("Service"), link),
        (_("Agency"), agency(look, row.agency)),
        (_("Opened on"), moment(look, row.opened_at)),
    ]
    if row.is_open and row.holder and row.holder != row.agency:
        details.append((word(look, "hand-over", _("Now with")), agency(look, row.holder)))
    promise = row.definition.promise
    if promise:
        details.append(
            (
                word(look, "promise", _("Promise of the service")),
                phrase("%(x)s", x=span(look, promise.within, promise.clock)),
            )
        )
    if row.is_open and row.promise.allowed:
        details.append((word(look, "working-days", _("Of which")), phrase("%(x)s", x=promises.used(look, row.promise))))
    return details


def _service_url(row: Row) -> str:
    return url_of_service(row.definition.id, row.definition.version)


def _need(look: Look, sheet: Sheet, fields: Sequence[Field] | None, faults: Mapping[str, str]) -> Need:
    question: Question = sheet.question  # type: ignore[assignment]  # the caller looked
    row = sheet.row
    step = row.definition.steps.get(row.step)
    draft = sheet.draft
    if fields is None:
        fields = _fields(look, sheet) if sheet.may_answer and not question.papers else ()
    return Need(
        title=said(look, row.definition.title_of(row.step)),
        message=said(look, question.message),
        help=said(look, step.help) if step else Markup(),
        until=promises.until(look, row),
        kind="ready" if row.state == "ready" else question.kind,
        fields=fields,
        papers=[paper_field(look, ask, draft, faults.get(ask.id, "")) for ask in question.papers],
        saved=draft is not None,
        draft=draft.id.hex if draft else "",
        token=question.token,
        places=[PLACES[place]() for place in question.where if place in PLACES],
        then=_then(look, row),
    )


def _fields(look: Look, sheet: Sheet) -> list[Field]:
    """Make the fields of an answer, with what was kept of it."""
    question: Question = sheet.question  # type: ignore[assignment]  # the caller looked
    kept = sheet.draft.answers if sheet.draft else {}
    return [
        with_texts(look, one, written(one.ask, kept[one.name]), None) if one.ask and one.name in kept else one
        for one in fields_of(look, question.form)
    ]


def _then(look: Look, row: Row) -> str:
    step = row.definition.steps.get(row.step)
    if step is None or step.limit is None:
        return ""
    if row.definition.outcomes[step.limit.then].state == "expired":
        return _("After that the request ends by itself.")
    outcome = said(look, row.definition.title_of(step.limit.then))
    return _("After that the request ends by itself: %(outcome)s.") % {"outcome": outcome}


def _parts(look: Look, sheet: Sheet) -> list[Part]:
    total = sum(share.seconds for share in sheet.shares) or 1
    parts, start = [], 0.0
    for place, share in enumerate(sheet.shares):
        percent = 100 * share.seconds / total
        holder = agency_short(look, share.agency) if share.agency else phrase(_("You"))
        colour = 0 if share.agency is None else 1 + place % 4
        text = digits(look, f"{percent:.0f}%")
        time = _("for %(time)s") % {"time": lasting(look, share.seconds)}
        parts.append(Part(holder, time, text, round(percent, 2), round(start, 2), colour))
        start += percent
    return parts
