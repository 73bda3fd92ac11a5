"""How each service of the demonstration goes on: for each step, what may happen next and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.scenes import CARD, FIRE, LICENCE, PERMIT, POWER
from demo.stories import MEDICAL, PHOTO, SETBACK

LICENCE_APPEAL = "kw.moi.gdt.appeal"
PERMIT_APPEAL = "kw.km.appeal"


@dataclass(frozen=True, slots=True)
class Way:
    """One way on: the event to report. `share` of 100; `once`: not again in the same request.

    `by` is the reporter where it is not the service's agency; `children` are opened beneath the request with it.
    """

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    share: int = 100
    once: bool = False
    by: str | None = None
    children: Sequence[str] = ()


def _to(place: str, share: int = 100) -> Way:
    return Way("step", {"step": place}, share)


def _done(outcome: str = "done", share: int = 100, reason: str = "") -> Way:
    return Way("decided", {"outcome": outcome} | ({"reason": reason} if reason else {}), share)


def _ask(place: str, message: Mapping[str, str], share: int) -> Way:
    return Way("asked", {"step": place, "message": dict(message)}, share, once=True)


_ANSWERED = (Way("answered"),)

PATHS: Mapping[str, Mapping[str, Sequence[Way]]] = {
    LICENCE: {
        "received": (_to("fee"),),
        "fee": (_to("review"),),
        "review": (_to("printing", 80), _ask("more-information", MEDICAL, 20)),
        "more-information": _ANSWERED,
        "printing": (_to("collect"),),
        "collect": (_done(),),
        "posting": (_done(),),
    },
    CARD: {
        "received": (_to("photo-check"),),
        "fee": (_to("photo-check"),),
        "photo-check": (_to("data-check", 80), _ask("new-photo", PHOTO, 20)),
        "new-photo": _ANSWERED,
        "data-check": (_to("printing"),),
        "more-information": _ANSWERED,
        "printing": (_to("collect"),),
        "collect": (_done(),),
        "delivery": (_done(),),
    },
    PERMIT: {
        "received": (Way("handed-over", {"to": "kw.moj", "step": "ownership"}),),
        "ownership": (Way("handed-over", {"to": "kw.km", "step": "technical-review"}, by="kw.moj"),),
        "technical-review": (
            Way("step", {"step": "checks"}, 80, children=(FIRE, POWER)),
            _ask("corrections", SETBACK, 20),
        ),
        "corrections": _ANSWERED,
        "checks": (),  # moves on by itself when both checks have ended
        "fee": (_to("inspection"),),
        "inspection": (_done("issued"),),
    },
    FIRE: {"received": (_to("drawings-check"),), "drawings-check": (_done("approved"),)},
    POWER: {"received": (_to("load-study"),), "load-study": (_done("approved"),)},
    LICENCE_APPEAL: {
        "received": (_to("hearing"),),
        "hearing": (_done("accepted", 60), _done("refused", 40, "decision-stands")),
        "more-information": _ANSWERED,
    },
    PERMIT_APPEAL: {
        "received": (_to("hearing"),),
        "hearing": (_done("accepted", 60), _done("refused", 40, "decision-stands")),
        "more-information": _ANSWERED,
    },
}
AGENCIES = ("kw.moi.gdt", "kw.paci", "kw.km", "kw.kff", "kw.mew", "kw.moj")


def allowed(service: str, step: str, steps: Mapping[str, Sequence[str]]) -> Sequence[Way]:
    """Return the ways on that the published definition allows too. `steps` are its steps with their `next`."""
    ways = PATHS.get(service, {}).get(step, ())
    return [way for way in ways if _target(way) is None or _target(way) in steps.get(step, ())]


def _target(way: Way) -> str | None:
    place = way.data.get("step") or way.data.get("outcome")
    return None if place is None else str(place)
