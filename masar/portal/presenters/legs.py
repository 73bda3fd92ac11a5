"""The steps of a service, before anybody has asked for it: whose turn each is, how long it may take, what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.catalogue.queries import Definition, service
from masar.portal.look import Look
from masar.portal.presenters.conditions import condition
from masar.portal.presenters.places import in_words
from masar.portal.presenters.spans import span
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, digits, phrase, said


@dataclass(frozen=True, slots=True)
class Leg:
    """One step: its number (an icon at the end), who has the request, and what is told of it."""

    dot: Markup
    title: Markup
    who: Markup
    is_yours: bool
    help: Markup
    time: Markup
    when: Markup
    places: str
    children: Sequence[tuple[Markup, Markup]]


def legs(look: Look, definition: Definition) -> list[Leg]:
    """Say the expected way, step by step, its end included."""
    way = [place for place in definition.path if place in definition.steps]
    made = [_leg(look, definition, place, number) for number, place in enumerate(way, 1)]
    goal = next(place for place in reversed(definition.path) if place in definition.outcomes)
    title = said(look, definition.title_of(goal))
    return [*made, Leg(look.icon("flag"), title, Markup(), False, Markup(), Markup(), Markup(), "", ())]


def detours(look: Look, definition: Definition) -> list[Leg]:
    """Say the steps that are not on the expected way but may come."""
    return [_leg(look, definition, place, 0) for place in definition.steps if place not in definition.path]


def _leg(look: Look, definition: Definition, place: str, number: int) -> Leg:
    step = definition.steps[place]
    yours = step.holder == "citizen"
    return Leg(
        dot=phrase('<span class="num">%(n)s</span>', n=digits(look, number)) if number else look.icon("fork"),
        title=said(look, step.title),
        who=phrase(_("Your turn")) if yours else agency_short(look, step.agency or definition.agency),
        is_yours=yours,
        help=said(look, step.help),
        time=_time(look, definition, place),
        when=condition(look, definition.document, step.when) if step.when is not None else Markup(),
        places=in_words(step.task.where) if step.task else "",
        children=[_child(look, child) for child in step.children],
    )


def _time(look: Look, definition: Definition, place: str) -> Markup:
    step = definition.steps[place]
    if step.limit:
        time, then = span(look, step.limit.within, step.limit.clock), step.limit.then
        if definition.outcomes[then].state == "expired":
            return phrase(_("You have %(time)s. After that the request ends."), time=time)
        outcome = said(look, definition.title_of(then))
        return phrase(_("You have %(time)s. After that the request ends: %(outcome)s."), time=time, outcome=outcome)
    if step.promise:
        return phrase(_("Promised within %(time)s"), time=span(look, step.promise.within, step.promise.clock))
    return Markup()


def _child(look: Look, id_: str) -> tuple[Markup, Markup]:
    found = service(id_)
    if found is None:
        return phrase("%(id)s", id=id_), Markup()
    return said(look, found.title), agency_short(look, found.agency)
