"""What the simulated agencies know of the cast, told each day, and what the end of a visitor's request changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from demo.api import Api, NoKey, Refused
from demo.cast import BY_KEY, CAST
from demo.hours import ZONE

GDT, NAT, RES, MOJ, MOH, MEW = "kw.moi.gdt", "kw.moi.nat", "kw.moi.res", "kw.moj", "kw.moh", "kw.mew"
RESIDENTS = ("aslam", "maria")
Facts = Mapping[str, Any]

EVERYBODY: Mapping[str, Facts] = {
    GDT: {
        "fines.unpaid_fils": 0,
        "licence.days_to_expiry": 18,
        "vehicle.days_to_expiry": 25,
        "vehicle.is_impounded": False,
    },
    MOJ: {"person.has_travel_ban": False},
    MOH: {"health_file.is_open": True},
    MEW: {"electricity.unpaid_fils": 0, "power.unpaid_fils": 0},
}
OF_RESIDENTS: Mapping[str, Facts] = {
    RES: {"residency.is_valid": True, "residency.overstay_days": 0},
    MOH: {"insurance.is_valid": True, "insurance.days_to_expiry": 40},
}
APART: Mapping[str, Mapping[str, Facts]] = {
    "omar": {GDT: {"fines.unpaid_fils": 45_000}},
    "haya": {GDT: {"licence.days_to_expiry": 1_240}},
    "maria": {MEW: {"electricity.unpaid_fils": 12_750, "power.unpaid_fils": 12_750}},
}
# What an agency knows anew once a request of its service is completed.
AFTER: Mapping[str, Facts] = {
    "kw.moi.gdt.pay-fines": {"fines.unpaid_fils": 0},
    "kw.mew.pay-bill": {"electricity.unpaid_fils": 0, "power.unpaid_fils": 0},
    "kw.moj.lift-travel-ban": {"person.has_travel_ban": False},
    "kw.moi.res.settle-overstay": {"residency.overstay_days": 0},
    "kw.moh.health-insurance": {"insurance.is_valid": True, "insurance.days_to_expiry": 365},
}


def of_cast() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the facts of the cast: by agency, by the person's key."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for place, person in enumerate(CAST):
        for part in _parts(person.key, place):
            for agency, facts in part.items():
                found[agency][person.key] |= facts
    return found


def _parts(key: str, place: int) -> Iterator[Mapping[str, Facts]]:
    is_resident = key in RESIDENTS
    yield EVERYBODY
    yield {
        GDT: {"licence.number": f"{7_104_482 + place * 1_013}", "vehicle.plate": f"{10 + place}-{20_471 + place * 37}"},
        RES if is_resident else NAT: {"passport.number": f"{'D' if is_resident else 'P'}0{4_417_203 + place * 911}"},
        MEW: {"electricity.account": f"{40_012_775 + place * 577}"},
    }
    yield OF_RESIDENTS if is_resident else {}
    yield APART.get(key, {})


class Knowledge:
    """Tells Masar what agencies know. What is told for a day is dated at its begin: what happens that day is newer."""

    def __init__(self, api: Api, clock: Callable[[], datetime]) -> None:
        self._api, self._clock = api, clock
        self._told_on: date | None = None

    def tell_daily(self) -> str:
        """Tell of the cast once a day; return words about what was not taken."""
        today = self._clock().astimezone(ZONE).date()
        if self._told_on == today:
            return ""
        self._told_on = today
        at = datetime.combine(today, time(), ZONE).isoformat()
        lines = [self._tell(agency, at, people) for agency, people in of_cast().items()]
        return "; ".join(filter(None, lines))

    def tell_after(self, service: str, number: str) -> str:
        """Tell what the end of a request changed, of whoever filled it in; nothing where Masar does not say who."""
        facts, agency = AFTER.get(service), service.rpartition(".")[0]
        if facts is None:
            return ""
        application = self._api.get(f"/api/v1/requests/{number}/application", agency)
        civil_id = application and application["person"]["civil_id"]
        if not civil_id:
            return ""
        (status,) = self._api.tell(agency, [_item(civil_id, self._clock().isoformat(), facts)])
        return f"{number} {service}: told {', '.join(facts)} ({status})"

    def _tell(self, agency: str, at: str, people: Mapping[str, Facts]) -> str:
        items = [_item(BY_KEY[key].civil_id, at, facts) for key, facts in people.items()]
        try:
            statuses = self._api.tell(agency, items)
        except (NoKey, Refused) as trouble:
            return str(trouble)
        wrong = [key for key, status in zip(people, statuses, strict=True) if status == "invalid"]
        return f"{agency}: facts of {', '.join(wrong)} were not taken" if wrong else ""


def _item(civil_id: str, at: str, facts: Facts) -> dict[str, Any]:
    return {"civil_id": civil_id, "at": at, "facts": dict(facts)}
