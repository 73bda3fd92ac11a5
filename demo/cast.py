"""The persons of the demonstration. Nobody real: common names put together, civil IDs that fail the check digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from demo.persons import spoilt

FIRST_SERIAL = 9001  # serials from 9000 on are the cast's; persons invented for logs stay below


@dataclass(frozen=True, slots=True)
class Person:
    """A demonstration person. `key` is the Latin handle; `language` is ar, en or ur; `story` says what to look at."""

    key: str
    civil_id: str
    name: str
    password: str
    language: str
    story: str


_PEOPLE = (
    ("noura", "نورة سالم العبدالله", date(1991, 3, 14), "ar", "several requests; one waits for her"),
    ("faisal", "فيصل خالد الناصر", date(1984, 11, 2), "ar", "a licence in review; a building permit at Justice"),
    ("mariam", "مريم أحمد الصالح", date(1958, 6, 21), "ar", "one new request"),
    ("yousef", "يوسف علي الحسن", date(1979, 1, 30), "ar", "a licence that is late"),
    ("dalal", "دلال جاسم الفهد", date(1996, 9, 8), "ar", "a refused licence, open to appeal"),
    ("hamad", "حمد سعد المبارك", date(1988, 4, 17), "ar", "one withdrawn request, one in progress"),
    ("latifa", "لطيفة ناصر الخالد", date(1969, 12, 5), "ar", "a finished request in the archive"),
    ("salem", "سالم ابراهيم الجابر", date(1975, 7, 26), "ar", "a building permit that waits for its fee"),
    ("haya", "هيا محمد السعد", date(2001, 2, 11), "ar", "a building permit issued; a card ready to collect"),
    ("omar", "عمر يوسف الراشد", date(1993, 10, 19), "ar", "a building permit to correct; unpaid traffic fines"),
    ("aslam", "محمد اسلم", date(1981, 5, 3), "ur", "a new photograph is asked of him"),
    ("maria", "Maria Reyes", date(1990, 8, 24), "en", "a card to pay for; a licence in print"),
)

CAST: Sequence[Person] = tuple(
    Person(key, spoilt(born, FIRST_SERIAL + place), name, f"masar-{key}-01", language, story)
    for place, (key, name, born, language, story) in enumerate(_PEOPLE)
)
BY_KEY = {person.key: person for person in CAST}


def lines() -> list[str]:
    """Return the cast as lines of a table. Arabic names stand last, so that the columns stay straight."""
    rows = [(p.civil_id, p.password, p.language, p.story, p.name) for p in CAST]
    head = ("civil ID", "password", "lang", "what to see", "name")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    table = [
        "  ".join((*(text.ljust(w) for text, w in zip(row, widths, strict=False)), row[4])) for row in (head, *rows)
    ]
    return ["Demonstration persons (nobody real; their civil IDs fail the check digit):", *table]
