"""What is known of a person: a part of a page's one statement, and how it is opened (docs/adr/0016)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from masar.kernel.crypto import CannotOpen, open_sealed
from masar.people.queries.persons import open_person, person_key
from masar.people.rules import AGE, OWN, Fact, age_of, trusted

# A page's own statement joins the second as it is (`z.pid` is the person) and selects the first.
FACTS = "told.names, told.sources, told.sealed, told.known"
FACTS_OF_PERSON = """
  left join lateral (select array_agg(f.fact) names, array_agg(f.source) sources, array_agg(f.sealed) sealed,
                            array_agg(f.known_at) known
      from people_fact f where f.person_id = z.pid and f.holds_until > now()) told on true
"""


def facts_of(
    person: Sequence[Any], told: Sequence[Any], sources: Mapping[str, str], now: datetime, today: date
) -> dict[str, Fact]:
    """Open what is known of a person and concerns a service.

    `person`: the first four columns of `PROFILE`; `told`: the columns of `FACTS`; `sources`: who knows each fact that
    the service declares. Nothing is known of a person who was erased.
    """
    wanted = [row for row in zip(*(column or () for column in told), strict=True) if row[0] in sources]
    known = trusted(_opened(person, wanted), sources)
    if sources.get(AGE) == OWN:
        civil_id = open_person(*person).get("civil_id")
        age = age_of(civil_id, today) if civil_id else None
        known |= {} if age is None else {AGE: Fact(age, OWN, now)}
    return known


def _opened(person: Sequence[Any], rows: Sequence[tuple[str, str, bytes, datetime]]) -> Iterator[tuple[str, Fact]]:
    person_id, _, wrapped, kek = person
    if wrapped is None or not rows:
        return
    for name, source, sealed, known_at in rows:
        try:
            key = person_key(person_id, bytes(wrapped), kek)
            plain = open_sealed(key, bytes(sealed), "people_fact", "sealed", name, source, person_id)
        except CannotOpen:
            continue
        yield name, Fact(msgspec.json.decode(plain), source, known_at)
