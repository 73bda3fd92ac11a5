"""How a visitor likes their pages, and the names that pages need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from masar.catalogue.queries import (
    Calendar,
    Text,
    agency_short,
    agency_title,
    calendar_of,
    direction,
    languages,
    own_name,
)
from masar.kernel import clock
from masar.people.queries import Profile
from masar.portal.icons import Icons

LANGUAGES = languages()
OWN_NAMES = {language: own_name(language) for language in LANGUAGES}
COOKIE = "masar-look"
_SWITCHES = ("hijri", "simple", "nastaliq")


@dataclass(frozen=True, slots=True)
class Names:
    """Where a page finds the names and the working calendar of an agency."""

    title: Callable[[str], Text] = agency_title
    short: Callable[[str], Text] = agency_short
    calendar: Callable[[str], Calendar] = calendar_of


@dataclass(frozen=True, slots=True)
class Look:
    """How one page is to look: language, digits (`latn`, `arab`), Hijri dates, simple mode, Nastaliq."""

    language: str = LANGUAGES[0]
    digits: str = "latn"
    hijri: bool = False
    simple: bool = False
    nastaliq: bool = False
    now: datetime = field(default_factory=clock.now)
    names: Names = field(default_factory=Names)
    icon: Icons = field(default_factory=Icons)

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return direction(self.language)

    def of(self, profile: Profile) -> Look:
        """Return this look with what the person prefers; the language stays that of the address."""
        return replace(
            self,
            digits=profile.digits,
            hijri=profile.hijri,
            simple=profile.simple,
            nastaliq=profile.nastaliq,
        )

    def cookie(self) -> str:
        """Write the preferences for a cookie."""
        return urlencode({"digits": self.digits, **{name: int(getattr(self, name)) for name in _SWITCHES}})


def look_of_cookie(language: str, value: str) -> Look:
    """Read the preferences of a visitor; what is missing or odd stays as usual."""
    given = dict(parse_qsl(value))
    hijri, simple, nastaliq = (given.get(name) == "1" for name in _SWITCHES)
    return Look(language, digits_of(given), hijri, simple, nastaliq)


def choices_of(given: Mapping[str, str]) -> dict[str, str | bool]:
    """Read a whole form of preferences, as `people.actions.prefer` takes them."""
    language = given.get("language", "")
    switches: dict[str, str | bool] = {name: given.get(name) == "1" for name in _SWITCHES}
    return {"digits": digits_of(given), "language": language if language in LANGUAGES else LANGUAGES[0]} | switches


def digits_of(given: Mapping[str, str]) -> str:
    """Read the kind of digits."""
    return "arab" if given.get("digits") == "arab" else "latn"
