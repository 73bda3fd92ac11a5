"""The first page and the lists, as words and cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import ngettext
from markupsafe import Markup

from masar.cases.queries import Counts, Filter, Home, Listing
from masar.portal.glossary import GLOSSARY
from masar.portal.look import Look
from masar.portal.presenters.rows import Card, card
from masar.portal.presenters.services import apply_url
from masar.portal.tongue import gettext as _
from masar.portal.words import day, digits, phrase, said

FILTERS = ("open", "needs-you", "in-progress", "ready", "late")
VISIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page. No request stands on it twice. `is_first`: the person is here for the first time.

    `drafts` are (service, until when it is kept, address) of what was begun and not sent.
    """

    greeting: Markup
    summary: Markup
    need: Sequence[Card]
    changed: Sequence[Card]
    running: Sequence[Card]
    archive: str
    need_count: str
    drafts: Sequence[tuple[Markup, Markup, str]]
    is_empty: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list: its filters as (words, count, is current, address), its rows, the address of the next page.

    `signs` are the badges on it with what they mean.
    """

    chips: Sequence[tuple[str, int, bool, str]]
    rows: Sequence[Card]
    next: str
    is_archive: bool
    need_count: str
    empty_title: str
    empty_text: str
    signs: Sequence[tuple[str, str]]


def home_page(look: Look, home: Home) -> HomePage:
    """Say the first page."""
    need = [row.number for row in home.need]
    since = home.profile.previous_visit
    if home.profile.last_visit and look.now - home.profile.last_visit > VISIT:
        since = home.profile.last_visit  # this is the first page of a new visit
    changed = [row for row in home.changed if row.number not in need and since and row.changed_at > since]
    told = {*need, *(row.number for row in changed)}
    return HomePage(
        greeting=_greeting(look, home),
        summary=_summary(look, home.counts),
        need=[card(look, row) for row in home.need],
        changed=[card(look, row) for row in changed],
        running=[card(look, row) for row in home.running if row.number not in told],
        archive=_("Archive (%(num)s)") % {"num": digits(look, home.counts.archive)},
        need_count=digits(look, home.counts.needs_you) if home.counts.needs_you else "",
        drafts=[
            (said(look, draft.definition.title), day(look, draft.ends_at), apply_url(draft.definition.id))
            for draft in home.drafts
        ],
        is_empty=not home.counts.open and not home.drafts,
        is_first=since is None,
    )


def _greeting(look: Look, home: Home) -> Markup:
    name = home.profile.given_name
    return phrase(_("Welcome, %(name)s"), name=Markup("<bdi>{}</bdi>").format(name)) if name else phrase(_("Welcome"))


def _summary(look: Look, counts: Counts) -> Markup:
    n = counts.open
    if not n:
        return Markup()
    running = ngettext("You have %(num)s request under way.", "You have %(num)s requests under way.", n)
    told = [phrase(running, num=digits(look, n))]
    n = counts.needs_you
    if n:
        waiting = ngettext("<strong>%(num)s waits for you.</strong>", "<strong>%(num)s wait for you.</strong>", n)
        told.append(phrase(waiting, num=digits(look, n)))
    else:
        told.append(phrase(_("Nothing is needed from you.")))
    return Markup(" ").join(told)


def list_page(look: Look, listing: Listing, chosen: Filter, open_: str, archive: str, next_: str) -> ListPage:
    """Say a list. `open_` and `archive` are addresses, `next_` that of the next page or empty."""
    counts = listing.counts
    numbers: Mapping[str, tuple[str, int]] = {
        "open": (_("All under way"), counts.open),
        "needs-you": (_("Need you"), counts.needs_you),
        "in-progress": (_("In progress"), counts.in_progress),
        "ready": (_("Ready"), counts.ready),
        "late": (_("Running late"), counts.late),
    }
    chips = [
        (words, count, name == chosen, open_ if name == "open" else f"{open_}?f={name}")
        for name, (words, count) in numbers.items()
        if count or name in ("open", chosen)
    ]
    chips.append((_("Archive"), counts.archive, chosen == "archive", archive))
    title, text = _empty(chosen)
    rows = [card(look, row) for row in listing.rows]
    return ListPage(
        chips=chips,
        rows=rows,
        next=next_,
        is_archive=chosen == "archive",
        need_count=digits(look, counts.needs_you) if counts.needs_you else "",
        empty_title=title,
        empty_text=text,
        signs=[(sign, GLOSSARY[sign].text()) for sign in dict.fromkeys(row.standing for row in rows)],
    )


def _empty(chosen: Filter) -> tuple[str, str]:
    if chosen == "archive":
        return _("Nothing has ended yet"), _("When a request ends, it moves here with everything that happened.")
    if chosen == "open":
        return (
            _("You have no request under way"),
            _("Apply for a service, and you follow it here. What an agency opens in your name appears by itself."),
        )
    return _("There is none of these now"), _("Look under “All under way”.")
