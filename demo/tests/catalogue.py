"""The catalogue of Kuwait for tests: as the demonstration reads it, and with what Masar's own rules need."""

from __future__ import annotations

from functools import cache

from demo.services import Book, Service, book_of
from masar.catalogue.loader import DEFAULT, load_folder
from masar.catalogue.rules.calendar import Calendar
from masar.catalogue.rules.definition import Definition, parse


@cache
def book() -> Book:
    """Every service of Kuwait, as the API would tell of it."""
    return book_of(entry.document for entry in load_folder(DEFAULT).definitions)


@cache
def definitions() -> dict[str, Definition]:
    """The same, as Masar reads them."""
    return {entry.document["id"]: parse(entry.document) for entry in load_folder(DEFAULT).definitions}


@cache
def calendar() -> Calendar:
    """The working calendar of the government."""
    return Calendar.from_document(load_folder(DEFAULT).calendars["kw-gov"])


def services() -> list[Service]:
    """Every service, in order."""
    return [book()[id_] for id_ in sorted(book())]
