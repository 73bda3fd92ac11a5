"""Following a request without logging in: what a stranger with the slip is told, and the slip itself."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import segno
from django.utils.translation import ngettext
from markupsafe import Markup

from masar.cases.queries import PIN_DIGITS, Row, Sheet, Stop, Tracked, pin_of
from masar.kernel.ids import ascii_digits, read_number
from masar.portal.look import Look
from masar.portal.presenters import promises
from masar.portal.presenters.forms import Field
from masar.portal.presenters.path import StopView
from masar.portal.presenters.rows import url_of
from masar.portal.presenters.standing import STANDINGS, standing_of, tag
from masar.portal.tongue import gettext as _
from masar.portal.words import (
    agency,
    agency_short,
    ago,
    day,
    days,
    days_ago,
    digits,
    lasting,
    moment,
    phrase,
    reference,
    said,
    stopped,
)

LONGEST = 40


@dataclass(frozen=True, slots=True)
class TrackedView:
    """Everything that a stranger is told. `next_url` is where the person themselves goes on."""

    title: Markup
    tag: Markup
    standing: str
    sentences: Sequence[Markup]
    facts: Sequence[tuple[str, Markup]]
    freshness: Markup
    stops: Sequence[StopView]
    is_open: bool
    needs_applicant: bool
    needs_until: Markup
    next_url: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """A piece of paper with which a request can be followed."""

    number: Markup
    pin: Markup
    facts: Sequence[tuple[str, Markup]]
    code: Markup
    address: str
    back: str


def tracked_view(look: Look, found: Tracked) -> TrackedView:
    """Say what may be said to whoever holds the slip."""
    row = found.row
    standing = standing_of(row, look)
    asks = row.needs_you and row.state != "ready"
    return TrackedView(
        title=said(look, row.definition.title),
        tag=_tag(look, standing, asks),
        standing=standing,
        sentences=_sentences(look, row, standing),
        facts=_facts(look, row),
        freshness=_freshness(look, row),
        stops=[*(_stop(look, row, stop, place) for place, stop in enumerate(found.stops, 1)), _end(look, row)],
        is_open=row.is_open,
        needs_applicant=asks,
        needs_until=phrase(_("The last day for it: %(day)s."), day=day(look, row.limit_at))
        if asks and row.limit_at
        else Markup(),
        next_url=url_of(row.number),
        is_verified=row.definition.verified,
    )


def _tag(look: Look, standing: str, asks: bool) -> Markup:
    """Write the badge; what needs the applicant does not say "you" to somebody else."""
    if not asks:
        return tag(look, standing)
    how = STANDINGS[standing]
    shape = look.icon(how.icon)
    return Markup('<span class="tag is-{}">{}{}</span>').format(how.colour, shape, _("Needs the applicant"))


def _sentences(look: Look, row: Row, standing: str) -> list[Markup]:
    if not row.is_open:
        on = day(look, row.closed_at or row.since)
        return [phrase(_("<b>%(outcome)s</b> on %(day)s."), outcome=STANDINGS[row.state].word(), day=on)]
    if row.state == "ready":
        return [phrase(_("It is ready. The applicant can collect it."))]
    if row.needs_you:
        rest = _("It goes on as soon as this is done; until then no time counts against the agency.")
        return [phrase(_("The request is waiting for the applicant.")), phrase(rest)]
    told = [_with_agency(look, row, standing == "silent")]
    return [*told, stopped(look, promises.line(look, row))] if row.is_late(look.now) else told


def _with_agency(look: Look, row: Row, is_silent: bool) -> Markup:
    """Say who has it. What the public page of the service does not name is for the person's own page."""
    step = row.definition.steps.get(row.step)
    if step is None or row.step not in row.definition.path:
        return phrase(_("The request is being worked on, in a step beside the usual path."))
    title = said(look, step.title)
    if row.holder not in (row.agency, step.agency):
        return phrase(_("The request is being worked on, in the step “%(step)s”."), step=title)
    text = _("The request is now with <b>%(agency)s</b>, in the step “%(step)s”.")
    if is_silent:
        text = _(
            "We last heard that the request is with <b>%(agency)s</b>, in the step “%(step)s”. "
            "We cannot say whether it goes on."
        )
    return phrase(text, agency=agency_short(look, row.holder or row.agency), step=title)


def _facts(look: Look, row: Row) -> list[tuple[str, Markup]]:
    facts = [
        (_("Request number"), reference(look, row.number)),
        (_("Agency"), agency(look, row.agency)),
        (_("Opened on"), day(look, row.opened_at)),
    ]
    if not row.is_open:
        return [*facts, (_("Ended on"), day(look, row.closed_at or row.since))]
    n = days_ago(look, row.since)
    text = _("%(day)s, for %(time)s") if n else _("today, %(day)s")
    facts.append((_("So since"), phrase(text, day=day(look, row.since), time=days(look, n))))
    promised = row.promise.at if not row.is_late(look.now) else None
    return [*facts, (_("Promised by"), day(look, promised))] if promised else facts


def _freshness(look: Look, row: Row) -> Markup:
    if row.heard_at is None:
        return phrase(_("No agency has told us anything yet."))
    return phrase(_("Last news: %(moment)s (%(ago)s)"), moment=moment(look, row.heard_at), ago=ago(look, row.heard_at))


def _stop(look: Look, row: Row, stop: Stop, place: int) -> StopView:
    title, when, dot, colour, promise = said(look, stop.step.title), Markup(), look.icon("check"), "ok", Markup()
    if stop.condition == "now":
        how = STANDINGS[standing_of(row, look)]
        dot, colour, when = look.icon(how.icon), how.colour, phrase(_("since %(day)s"), day=day(look, row.since))
        if stop.step.id not in row.definition.path:
            beside = _("Something is needed from the applicant") if row.needs_you else _("A step beside the usual path")
            title = phrase("%(x)s", x=beside)
        elif stop.due_at and stop.due_at >= look.now:
            promise = phrase(_("This step is promised by %(moment)s"), moment=moment(look, stop.due_at))
    elif stop.condition == "coming":
        dot, colour = phrase('<span class="num">%(place)s</span>', place=digits(look, place)), "mute"
        if stop.expected_at:
            when = phrase(_("Expected: %(day)s"), day=day(look, stop.expected_at))
    return StopView(stop.condition, title, dot, colour, when, Markup(), Markup(), promise, False, False)


def _end(look: Look, row: Row) -> StopView:
    """Say the end: of one that was not granted only that, since why is for the person's own page."""
    empty = Markup()
    if row.is_open:
        goal = next((name for name in reversed(row.definition.path) if name in row.definition.outcomes), None)
        title = said(look, row.definition.title_of(goal)) if goal else phrase(_("Done"))
        return StopView("coming", title, look.icon("flag"), "mute", empty, empty, empty, empty, False, False)
    how = STANDINGS[row.state]
    on = day(look, row.closed_at or row.since)
    return StopView("end", phrase("%(x)s", x=how.word()), look.icon(how.icon), how.colour, on, empty, empty, empty,
                    False, False)  # fmt: skip


def asked_fields(number: str = "", *, checked: bool = False, pin: str = "") -> list[Field]:
    """Return the fields of number and PIN; where they were sent, with what is wrong with their shape."""
    wrong_number = checked and read_number(number[:LONGEST]) is None
    wrong_pin = checked and pin_digits(pin) is None
    return [
        Field(
            "number", phrase(_("Request number")), "number",
            hint=phrase(_("Eleven digits, such as %(number)s. It stands on the slip."), number=_example()),
            texts=(number[:LONGEST],), longest=LONGEST,
            error=_("This is no request number. Compare it with the slip, digit by digit.") if wrong_number else "",
        ),
        Field(
            "pin", phrase(_("PIN")), "number", longest=LONGEST,
            hint=phrase(_("Six digits. It stands on the slip too.")),
            error=_("A PIN has six digits. Compare it with the slip.") if wrong_pin else "",
        ),
    ]  # fmt: skip


def _example() -> Markup:
    return Markup('<bdi class="ltr num" dir="ltr">4829-173-3063</bdi>')


def pin_digits(text: str) -> str | None:
    """Read a PIN as people type it, in any digits, with spaces or hyphens. None when it has not the shape of one."""
    read = re.sub(r"[\s\-‐-―‎‏⁦-⁩]", "", ascii_digits(text[:LONGEST]))
    return read if re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", read) else None


def wait_words(look: Look, wait: timedelta) -> str:
    """Say how long somebody waits who sent too many wrong PINs; rounded up, so that they need not come twice."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    if seconds < 60:
        time = ngettext("%(num)s second", "%(num)s seconds", seconds) % {"num": digits(look, seconds)}
    else:
        time = lasting(look, 60 * math.ceil(seconds / 60))
    return _("Wait %(time)s, then try again.") % {"time": time}


def slip_of(look: Look, sheet: Sheet, address: str) -> Slip:
    """Make the slip of one's own request. `address` is that of the page on which requests are followed."""
    row, pin = sheet.row, pin_of(sheet)
    parted = f"{pin[:3]} {pin[3:]}"
    return Slip(
        number=reference(look, row.number),
        pin=Markup('<bdi class="ltr num" dir="ltr">{}</bdi>').format(digits(look, parted)),
        facts=[
            (_("Service"), said(look, row.definition.title)),
            (_("Agency"), agency(look, row.agency)),
            (_("Opened on"), day(look, row.opened_at)),
            (_("Printed on"), day(look, look.now)),
        ],
        code=code_of(f"{address}?{urlencode({'n': row.number})}"),
        address=address,
        back=url_of(row.number),
    )


def code_of(text: str) -> Markup:
    """Draw a QR code, dark on light in any colours of the page, so that every telephone reads it."""
    drawn = segno.make(text, error="m", micro=False)
    svg = drawn.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    return Markup(svg)  # noqa: S704 - drawn by us
