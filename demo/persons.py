"""Invented persons. Their civil IDs look right and fail the check digit, so that nobody real carries one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from mimesis import Locale
from mimesis import Person as Mimesis

WEIGHTS = (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
FIRST_BIRTH = date(1950, 1, 1)
BIRTHDAYS = 20_000  # until October 2004
STRIDE = 7_919  # prime to BIRTHDAYS: neighbours get days far apart, and none twice
MOST_PERSONS = BIRTHDAYS * 90  # serials 0000–8999; those above belong to the cast


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody who does not exist."""

    civil_id: str
    name: str


class Population:
    """Invented persons by number, the same for the same seed. Names are Kuwaiti ones, drawn by chance."""

    def __init__(self, seed: str, size: int) -> None:
        if not 0 < size <= MOST_PERSONS:
            raise ValueError(f"a population has 1 to {MOST_PERSONS} persons")
        self.seed, self.size = seed, size
        self._draw = Mimesis(Locale.AR_KW, seed=_number(seed))
        self._names: list[str] = []

    def of_case(self, case: str) -> Invented:
        """Return the person of a case; several cases may share one."""
        return self.person(_number(f"{self.seed}|{case}") % self.size)

    def person(self, number: int) -> Invented:
        """Return person `number` of 0 to size - 1."""
        while len(self._names) <= number:
            self._names.append(self._draw.full_name())
        return Invented(failing_civil_id(self.seed, number), self._names[number])


def failing_civil_id(seed: str, number: int) -> str:
    """Return the civil ID of invented person `number`: unique within a seed, with a check digit that is wrong."""
    born = FIRST_BIRTH + timedelta(days=(number * STRIDE + _number(seed)) % BIRTHDAYS)
    serial = number // BIRTHDAYS * 100 + _number(f"{seed}|serial|{number}") % 100
    return spoilt(born, serial)


def spoilt(born: date, serial: int) -> str:
    """Return a civil ID for a birthday and a serial of four digits, with a wrong check digit."""
    body = f"{3 if born.year >= 2000 else 2}{born:%y%m%d}{serial:04d}"
    right = 11 - sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + str((right + 5) % 10)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
