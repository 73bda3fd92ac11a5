"""What every test may ask for: an open database, the catalogue of Kuwait, a cast of agencies and persons.

Nothing is rolled back: each test makes persons and requests of its own, as the product does, and looks at those.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from masar.kernel.ids import is_real_civil_id

_counter = itertools.count(secrets.randbelow(10**6))


def new_civil_id(age: int | None = None) -> str:
    """Return a civil ID that nobody has, of somebody of an age or of any: its check digit is wrong."""
    year = 1910 + secrets.randbelow(80) if age is None else datetime.now(UTC).year - age
    digits = f"{year // 100 - 17}{year % 100:02d}0101{next(_counter) % 10_000:04d}"
    return next(digits + str(last) for last in range(10) if not is_real_civil_id(digits + str(last)))


@pytest.fixture(scope="session", autouse=True)
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Open the database for the whole session: tests write for real."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def kuwait(django_db_setup: None) -> None:
    """Load the catalogue of Kuwait, once."""
    from masar.catalogue.actions import load_path

    load_path(Path(__file__).parent / "masar" / "catalogue" / "kuwait")


class Reporter:
    """An agency that reports: builds events with fresh ids, its own sequence."""

    def __init__(self, agency: str) -> None:
        self.agency = agency
        self.source = f"urn:masar:{agency}:tests"
        self._sequence = 0

    def event(self, type_: str, subject: str | None, at: str | datetime, /, **data: Any) -> dict[str, Any]:
        """Build one event. `subject` is a number or "ref:…"; None for an opening."""
        self._sequence += 1
        event = {
            "specversion": "1.0",
            "id": secrets.token_hex(12),
            "source": self.source,
            "type": f"masar.request.{type_}.v1",
            "time": at if isinstance(at, str) else at.isoformat(),
            "sequence": f"{self._sequence:012d}",
            "datacontenttype": "application/json",
            "data": data,
        }
        return event | ({"subject": subject} if subject else {})

    def send(self, *events: dict[str, Any]) -> list[Any]:
        """Report events in one chunk; return the items."""
        from masar.cases.actions import agency_actor, record

        return record(agency_actor(self.agency), list(events))


@pytest.fixture
def traffic(kuwait: None) -> Reporter:
    """The Traffic Department."""
    return Reporter("kw.moi.gdt")


@pytest.fixture
def municipality(kuwait: None) -> Reporter:
    """Kuwait Municipality."""
    return Reporter("kw.km")


@pytest.fixture
def open_licence(traffic: Reporter) -> Callable[..., tuple[int, str, str]]:
    """Open a licence renewal: returns (number, "ref:…", civil ID)."""

    def opened(at: str = "2026-11-01T09:00:00+03:00", **data: Any) -> tuple[int, str, str]:
        ref, civil_id = f"GTD-{secrets.token_hex(6)}", data.pop("civil_id", None) or new_civil_id()
        name = data.pop("name", "نورة التجريبية")
        item = traffic.send(
            traffic.event(
                "opened", None, at, service="kw.moi.gdt.renew-driving-licence", agency_ref=ref, civil_id=civil_id,
                name=name, **data,
            )
        )[0]  # fmt: skip
        assert item.status == "accepted", item
        return item.number, f"ref:{ref}", civil_id

    return opened


@pytest.fixture
def viewer_of(kuwait: None) -> Callable[[str], Any]:
    """Log a person in without a browser: returns their viewer."""
    return logged_in


def logged_in(civil_id: str) -> Any:
    """Return the viewer of a person who is known, newly logged in."""
    from masar.kernel.database import acting
    from masar.people.actions import civil_index, start_session
    from masar.people.queries import Viewer

    with acting("masar_system") as cursor:
        cursor.execute("select id from people_person where civil_index = %s::bytea", [civil_index(civil_id)])
        person = cursor.fetchone()[0]
    with acting("masar_login"):
        return Viewer(person, start_session(person))


def utc(*parts: int) -> datetime:
    """Return an instant."""
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
