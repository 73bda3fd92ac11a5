"""The change log of the catalogue, and two versions of a service side by side, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from masar.catalogue.queries import Change, Definition, Difference, Duration
from masar.portal.look import Look
from masar.portal.presenters.conditions import condition
from masar.portal.presenters.places import CHANNELS
from masar.portal.presenters.prices import dinars
from masar.portal.presenters.service import AUDIENCE
from masar.portal.presenters.services import url_of
from masar.portal.presenters.spans import span
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, comma, day, day_in_full, digits, phrase, said

PARTS: Mapping[str, Callable[[], str]] = {
    "fees": lambda: _("Fees"),
    "promise": lambda: _("Promised time"),
    "step-promises": lambda: _("Promised time of a step"),
    "limits": lambda: _("How long you have"),
    "documents": lambda: _("Documents"),
    "eligibility": lambda: _("Conditions"),
    "steps": lambda: _("Steps"),
    "outcomes": lambda: _("How it can end"),
    "appeals": lambda: _("Appeal"),
    "reasons": lambda: _("Reasons for a refusal"),
    "form": lambda: _("Questions of the form"),
    "audience": lambda: _("Who it is for"),
    "channels": lambda: _("Where"),
    "verified": lambda: _("Confirmed by the agency"),
    "title": lambda: _("Name"),
    "summary": lambda: _("Summary"),
}
KINDS: Mapping[str, Callable[[], str]] = {
    "added": lambda: _("Added"),
    "removed": lambda: _("Removed"),
    "changed": lambda: _("Changed"),
}


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One difference: what kind of thing, its name, and both sides in words."""

    part: str
    kind: str
    how: str
    where: Markup
    before: Markup
    after: Markup


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One entry of the change log."""

    title: Markup
    url: str
    agency: Markup
    version: str
    since: Markup
    loaded: Markup
    is_new: bool
    differences: Sequence[DifferenceView]
    compare_url: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a service in the list of its versions."""

    number: int
    words: str
    since: Markup
    url: str
    compare_url: str


MOST_SHOWN = 4


def change_view(look: Look, change: Change) -> ChangeView:
    """Say one entry of the change log, with the first few differences."""
    definition, previous = change.service, change.previous
    differences = [difference_view(look, definition, one) for one in change.differences]
    query = f"?from={previous.version}&to={definition.version}" if previous else ""
    return ChangeView(
        title=said(look, definition.title),
        url=url_of(definition.id, definition.version),
        agency=agency_short(look, definition.agency),
        version=digits(look, definition.version),
        since=_since(look, definition),
        loaded=day(look, change.loaded_at),
        is_new=previous is None,
        differences=differences[:MOST_SHOWN],
        compare_url=f"{url_of(definition.id)}changes/{query}" if previous else "",
    )


def version_views(look: Look, versions: Sequence[Definition]) -> list[VersionView]:
    """Say the versions of a service, newest first, each with the way to compare it with the one before."""
    return [
        VersionView(
            one.version,
            digits(look, one.version),
            _since(look, one),
            url_of(one.id, one.version),
            f"{url_of(one.id)}changes/?from={older.version}&to={one.version}" if older else "",
        )
        for one, older in zip(versions, [*versions[1:], None], strict=True)
    ]


def difference_view(look: Look, definition: Definition, one: Difference) -> DifferenceView:
    """Say one difference, both sides in words: fees in dinars, promises in working days."""
    say = _VALUES.get(one.part, _plain)
    return DifferenceView(
        part=PARTS[one.part](),
        kind=one.kind,
        how=KINDS[one.kind](),
        where=said(look, one.where) if one.where is not definition.title else Markup(),
        before=say(look, definition, one.before) if one.before is not None else Markup(),
        after=say(look, definition, one.after) if one.after is not None else Markup(),
    )


def _since(look: Look, definition: Definition) -> Markup:
    return day_in_full(look, date.fromisoformat(definition.document["effective_from"]), True)


def _fee(look: Look, definition: Definition, fee: Mapping[str, Any]) -> Markup:
    amount = dinars(look, fee["fils"])
    if "when" not in fee:
        return amount
    return phrase(
        _("%(amount)s, only if %(when)s"), amount=amount, when=condition(look, definition.document, fee["when"])
    )


def _time(look: Look, definition: Definition, value: Mapping[str, Any]) -> Markup:
    time = span(look, Duration.parse(value["within"]), value.get("clock", "calendar"))
    then = value.get("then")
    if then is None:
        return phrase("%(time)s", time=time)
    outcome = definition.outcomes.get(then)
    end = said(look, outcome.title) if outcome else phrase("%(then)s", then=then)
    return phrase(_("%(time)s, then: %(outcome)s"), time=time, outcome=end)


def _names(words: Mapping[str, Callable[[], str]]) -> Callable[[Look, Definition, Sequence[str]], Markup]:
    def say(look: Look, definition: Definition, value: Sequence[str]) -> Markup:
        return phrase("%(names)s", names=comma(look).join(words[name]() for name in value if name in words))

    return say


def _yes(look: Look, definition: Definition, value: bool) -> Markup:
    return phrase(_("Yes") if value else _("No"))


def _form(look: Look, definition: Definition, value: Mapping[str, Any]) -> Markup:
    names = [said(look, value["words"].get(name)) for name in value["schema"].get("properties", {})]
    return phrase(" · ").join(name for name in names if name)


def _plain(look: Look, definition: Definition, value: Any) -> Markup:
    """Say a text, or a thing by its words: the message of a condition, the title and the help of a step."""
    if not isinstance(value, Mapping):
        return phrase("%(value)s", value=value)
    texts = [value[key] for key in ("title", "message", "help", "hint") if key in value]
    if not texts:
        return said(look, {key: text for key, text in value.items() if isinstance(text, str)})
    return phrase(" – ").join(said(look, text) for text in texts)


_VALUES: Mapping[str, Callable[[Look, Definition, Any], Markup]] = {
    "fees": _fee,
    "promise": _time,
    "step-promises": _time,
    "limits": _time,
    "appeals": _time,
    "audience": _names(AUDIENCE),
    "channels": _names(CHANNELS),
    "verified": _yes,
    "form": _form,
}
