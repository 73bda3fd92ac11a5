"""Every page a citizen can see, by name, with who sees it: what accessibility and quality are checked on."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pytest

from tests.journeys.browsing import LANGUAGES, Person


@dataclass(frozen=True, slots=True)
class Place:
    """One page: the address beneath its language, who looks at it (None: a stranger), and the status it answers."""

    name: str
    tail: str
    who: str | None = None
    status: int = 200

    def address(self, language: str, mode: str = "normal") -> str:
        """Return the address in a language. The page of components asks for simple mode in its own way."""
        more = "?look=simple" if self.name == "components" and mode == "simple" else ""
        return f"/{language}/{self.tail}{more}"


_STRANGERS = (
    Place("landing", ""),
    Place("about", "about/"),
    Place("services", "services/"),
    Place("services-found", "services/?q=رخصة"),
    Place("services-none", "services/?q=xyzzyx"),
    Place("services-life", "services/life/having-a-child/"),
    Place("service", "services/kw.moi.gdt.renew-driving-licence/"),
    Place("service-house", "services/kw.pahw.government-house/"),
    Place("service-versions", "services/kw.moi.gdt.renew-driving-licence/changes/"),
    Place("service-missing", "services/nothing/", status=404),
    Place("changes", "services/changes/"),
    Place("login", "login/"),
    Place("login-first", "login/?next=/ar/requests/"),
    Place("privacy", "privacy/"),
    Place("lost", "login/lost/"),
    Place("first", "login/first/"),
    Place("phone", "phone/"),
    Place("preferences", "preferences/"),
    Place("start", "start/"),
    Place("start-last", "start/?step=6"),
    Place("words", "words/"),
    Place("family", "family/"),
    Place("track", "track/"),
    Place("track-number", "track/?n=48291733065"),
    Place("developers", "developers/"),
    Place("developers-events", "developers/events/"),
    Place("developers-answers", "developers/answers/"),
    Place("developers-practice", "developers/practice/"),
    Place("offline", "offline/"),
    Place("signed-out", "signed-out/"),
    Place("components", "_components/"),
    Place("not-found", "requests/1/nothing/", status=404),
)
_OWN = (
    Place("home", "", "noura"),
    Place("home-tour", "?tour=1", "noura"),
    Place("requests", "requests/", "noura"),
    Place("requests-ready", "requests/?f=ready", "noura"),
    Place("requests-none", "requests/?f=late", "noura"),
    Place("archive", "archive/", "noura"),
    Place("account", "account/", "noura"),
    Place("safety", "account/safety/", "noura"),
    Place("logout", "logout/", "noura"),
    Place("home-none", "", "latifa"),
    Place("home-begun", "", "hamad"),
    Place("apply", "services/kw.moi.gdt.renew-driving-licence/apply/", "latifa"),
    Place("apply-begun", "services/kw.moi.gdt.renew-driving-licence/apply/", "hamad"),
    Place("apply-choice", "services/kw.moi.gdt.renew-driving-licence/apply/delivery/", "hamad"),
    Place("apply-day", "services/kw.pam.exit-permit/apply/leaves_on/", "hamad"),
    Place("apply-paper", "services/kw.moi.gdt.renew-driving-licence/apply/paper.photo/", "hamad"),
    Place("apply-check", "services/kw.moi.gdt.renew-driving-licence/apply/check/", "hamad"),
)
_REQUESTS = (
    ("needs-you", "noura-1"),
    ("ready", "noura-2"),
    ("children", "noura-3"),
    ("child", "noura-3-fire"),
    ("review", "faisal-1"),
    ("handed-over", "faisal-2"),
    ("received", "mariam-1"),
    ("late", "yousef-1"),
    ("refused", "dalal-1"),
    ("withdrawn", "hamad-1"),
    ("done", "latifa-1"),
    ("corrections", "omar-1"),
    ("photo", "aslam-1"),
    ("fee", "maria-1"),
)


def places(numbers: Mapping[str, int]) -> list[Place]:
    """Return every page of the demonstration's cast."""
    own = [
        Place(f"request-{name}", f"requests/{numbers[f'DEMO-{ref}']}/", ref.partition("-")[0])
        for name, ref in _REQUESTS
    ]
    acts = [
        Place("slip", f"requests/{numbers['DEMO-noura-1']}/slip/", "noura"),
        Place("sent", f"requests/{numbers['DEMO-omar-sent']}/sent/", "omar"),
        Place("withdraw", f"requests/{numbers['DEMO-mariam-1']}/withdraw/", "mariam"),
        Place("appeal", f"requests/{numbers['DEMO-dalal-1']}/appeal/", "dalal"),
    ]
    return [*_STRANGERS, *_OWN, *own, *acts]


def by_person(all_places: list[Place], cast: Mapping[str, Person]) -> list[tuple[Person | None, list[Place]]]:
    """Group pages by who sees them, strangers first."""
    groups: dict[str | None, list[Place]] = {}
    for place in all_places:
        groups.setdefault(place.who, []).append(place)
    return [(cast[who] if who else None, group) for who, group in groups.items()]


# Every page is seen in each language and in each mode; in which mode in which language goes in turns. The long drill
# sees the other half.
HALVES = (0, pytest.param(1, marks=pytest.mark.soak))


def in_turn(group: Iterable[Place], language: str, mode: str, half: int) -> list[Place]:
    """Return the pages of a group whose turn it is in a language and a mode ("normal", "simple")."""
    turn = LANGUAGES.index(language) + (mode == "simple") + half
    return [place for place in group if (zlib.crc32(place.name.encode()) + turn) % 2 == 0]
