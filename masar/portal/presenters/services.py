"""Lists of services: what each is for, what it costs and how long it is promised, and the sections to look through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

from django.utils.translation import ngettext
from markupsafe import Markup

from masar.catalogue.queries import (
    Definition,
    Section,
    agencies_with_services,
    in_section,
    life_events,
    sectors,
)
from masar.portal.look import Look
from masar.portal.presenters import prices
from masar.portal.presenters.spans import span
from masar.portal.tongue import address
from masar.portal.tongue import gettext as _
from masar.portal.words import agency_short, digits, phrase, said

SectionKind = Literal["sector", "agency", "life"]
PAGE = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One service in a list."""

    url: str
    title: Markup
    agency: Markup
    summary: Markup
    promise: Markup
    cost: Markup


@dataclass(frozen=True, slots=True)
class Tile:
    """One section: where it leads, its name, and how many services stand in it."""

    url: str
    title: Markup
    count: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One way to look through the services."""

    id: str
    title: str
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class ServicesPage:
    """The page of services: what was asked and found, and the sections."""

    title: Markup
    asked: str
    said: str
    items: Sequence[Item]
    shelves: Sequence[Shelf]
    next: str
    is_section: bool = False
    is_missing: bool = False


def url_of(service: str, version: int | None = None) -> str:
    """Return the address of a service's page, or of one version of it."""
    return f"{address('services')}{service}/" + (f"?version={version}" if version else "")


def apply_url(id_: str) -> str:
    """Return the address of the first page of applying for a service."""
    return f"{url_of(id_)}apply/"


def section_url(kind: SectionKind, id_: str) -> str:
    """Return the address of a section's list."""
    return f"{address('services')}{kind}/{id_}/"


def item(look: Look, definition: Definition) -> Item:
    """Say one service in a list."""
    promise = definition.promise
    within = span(look, promise.within, promise.clock) if promise else ""
    return Item(
        url=url_of(definition.id),
        title=said(look, definition.title),
        agency=agency_short(look, definition.agency),
        summary=said(look, definition.summary),
        promise=phrase(_("Promised within %(time)s"), time=within) if promise else Markup(),
        cost=prices.total(look, definition),
    )


def shelves(look: Look) -> list[Shelf]:
    """Say every section: life events as people speak, sectors, agencies."""
    return [
        Shelf("life", _("What is happening in your life?"), _tiles(look, "life", life_events())),
        Shelf("sector", _("By subject"), _tiles(look, "sector", sectors())),
        Shelf("agency", _("By agency"), _tiles(look, "agency", agencies_with_services())),
    ]


def _tiles(look: Look, kind: SectionKind, sections: Sequence[Section]) -> list[Tile]:
    def name(section: Section) -> Markup:
        return agency_short(look, section.id) if kind == "agency" else said(look, section.title)

    return [Tile(section_url(kind, one.id), name(one), digits(look, len(in_section(kind, one.id)))) for one in sections]


def index_page(look: Look) -> ServicesPage:
    """Say the first page of services."""
    return ServicesPage(phrase(_("Services")), "", "", [], shelves(look), "")


def found_page(look: Look, asked: str, found: Sequence[Definition]) -> ServicesPage:
    """Say what a search found; where nothing was, the sections as well."""
    text = ngettext("%(num)s service found", "%(num)s services found", len(found))
    return ServicesPage(
        title=phrase(_("Services")),
        asked=asked,
        said=text % {"num": digits(look, len(found))} if found else "",
        items=[item(look, one) for one in found],
        shelves=[] if found else shelves(look),
        next="",
    )


def section_page(look: Look, title: Markup, found: Sequence[Definition], page: int) -> ServicesPage:
    """Say one page of the services of a section."""
    first = (page - 1) * PAGE
    ordered = sorted(found, key=lambda one: one.title.get(look.language, one.id))
    text = ngettext("%(num)s service", "%(num)s services", len(found)) % {"num": digits(look, len(found))}
    return ServicesPage(
        title=title,
        asked="",
        said=text,
        items=[item(look, one) for one in ordered[first : first + PAGE]],
        shelves=[],
        next="?" + urlencode({"page": page + 1}) if len(found) > first + PAGE else "",
        is_section=True,
    )


def missing_page(look: Look) -> ServicesPage:
    """Say that there is no such service, with every way to find another."""
    return ServicesPage(phrase(_("There is no such service")), "", "", [], shelves(look), "", is_missing=True)
