"""Who reports, and what is answered for each event."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from masar.cases.rules.envelope import Flaw
from masar.kernel.errors import PROBLEMS

Status = Literal["accepted", "duplicate", "conflict", "parked", "invalid", "forbidden"]
_NAME = re.compile(r"[!-~]{1,200}")
_HTTP = {"invalid": 422, "forbidden": 403, "conflict": 409, "parked": 202}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who reports: an agency by its key, a person by their own act, or Masar by rule."""

    role: str
    agency: str | None = None
    person: int | None = None

    @property
    def grantor(self) -> str:
        """The name under which rows of this actor stand."""
        return self.agency or ("person" if self.person else "masar")


def agency_actor(agency: str) -> Actor:
    """Return the actor of an agency's key."""
    return Actor("masar_agency", agency=agency)


def person_actor(person_id: int) -> Actor:
    """Return the actor of a person's own act."""
    return Actor("masar_citizen", person=person_id)


SYSTEM = Actor("masar_system")


@dataclass(slots=True)
class Item:
    """The answer for one event: its status, the request's number, and a problem object where due."""

    status: Status
    source: str | None
    id: str | None
    number: int | None = None
    problem: Mapping[str, Any] | None = None
    is_late: bool = False
    is_off_path: bool = False


def refused(
    status: Status,
    sent: Any,
    code: str,
    title: str,
    detail: str,
    flaws: Iterable[Flaw] = (),
    number: int | None = None,
) -> Item:
    """Return the item of an event that was not taken, with what to mend."""
    problem: dict[str, Any] = {
        "type": PROBLEMS + code, "title": title, "status": _HTTP[status], "code": code, "detail": detail,
    }  # fmt: skip
    if errors := [{"pointer": flaw.pointer, "code": flaw.code, "detail": flaw.detail} for flaw in flaws]:
        problem["errors"] = errors
    source, id_ = (sent.get("source"), sent.get("id")) if isinstance(sent, Mapping) else (None, None)
    return Item(status, _echoed(source), _echoed(id_), number, problem)


def _echoed(name: Any) -> str | None:
    """A name as it came, unless it is none: what stands in its place may be anything, a person's words too."""
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None


def invalid(sent: Any, *flaws: Flaw) -> Item:
    """Return the item of an event that does not fit its request."""
    mend = "Mend the fields named in errors and send it again."
    return refused("invalid", sent, "invalid-event", "This event does not fit the request", mend, flaws)


def waits(sent: Any, detail: str) -> Item:
    """Return the item of an event whose request, or right, is not known yet."""
    return refused("parked", sent, "parked", "This event waits", detail)
