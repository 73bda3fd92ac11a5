"""What a person sees of their own account's safety: ways, log-ins, trusted devices, alerts. One statement."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from masar.kernel.crypto import CannotOpen, open_sealed
from masar.kernel.database import acting, read_as_person
from masar.people.queries.persons import PROFILE, Profile, SessionEnded, person_key, person_on_page, profile_of
from masar.people.rules import WAYS, Viewer

ALERTS = 50  # the newest; a page shows as many at most


class Way(msgspec.Struct, array_like=True, frozen=True):
    """A way to prove oneself beside the password."""

    id: UUID
    way: str
    made_at: datetime
    used_at: datetime | None


class LogIn(msgspec.Struct, array_like=True, frozen=True):
    """A log-in that lives, or a device that is trusted; `device` is (browser, system)."""

    id: UUID
    started_at: datetime
    way: str
    device: tuple[str, str]


class Alert(msgspec.Struct, array_like=True, frozen=True):
    """Something about the account that its person is told."""

    id: UUID
    kind: str
    at: datetime
    device: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Safety:
    """The page of one's own safety."""

    profile: Profile
    ways: Sequence[Way]
    log_ins: Sequence[LogIn]
    devices: Sequence[LogIn]
    alerts: Sequence[Alert]
    recovery_ready_at: datetime | None = None


_SEALED = "translate(encode({}.sealed, 'base64'), e'\\n', '')"
_STATEMENT = f"""
select {PROFILE}, s.alive, f.rows::text, l.rows::text, d.rows::text, a.rows::text, r.ready_at
{person_on_page("$2::uuid")}
  left join lateral (select max(r.ready_at) ready_at from people_recovery r
      where r.person_id = z.pid and r.ended_at is null) r on true
  cross join lateral (select coalesce(json_agg(json_build_array(f.id, f.way, f.made_at, f.used_at)
      order by f.made_at, f.id), '[]') rows from people_factor f where f.person_id = z.pid) f
  cross join lateral (select coalesce(json_agg(json_build_array(l.id, l.started_at, l.way, {_SEALED.format("l")})
      order by l.started_at desc, l.id), '[]') rows
      from people_session l where l.person_id = z.pid and l.ends_at > now()) l
  cross join lateral (select coalesce(json_agg(json_build_array(d.id, d.made_at, '', {_SEALED.format("d")})
      order by d.made_at desc, d.id), '[]') rows
      from people_device d where d.person_id = z.pid and d.ends_at > now()) d
  cross join lateral (select coalesce(json_agg(json_build_array(a.id, a.kind, a.at, a.about, {_SEALED.format("o")})
      order by a.at desc, a.id), '[]') rows
      from (select * from people_alert a where a.person_id = z.pid order by a.at desc limit {ALERTS}) a
      left join people_session o on o.person_id = z.pid and o.id = a.about) a
"""  # noqa: S608 - the parts are ours


def safety_of(viewer: Viewer) -> Safety:
    """Return what a person sees of their account's safety. Raises: SessionEnded."""
    row = read_as_person(_STATEMENT, [str(viewer.person_id), viewer.session])
    if row is None or not row[12]:
        raise SessionEnded
    ways, log_ins, devices, alerts = (msgspec.json.decode(text) for text in row[13:17])
    key = person_key(viewer.person_id, bytes(row[2]), row[3]) if row[2] is not None else b""
    opened = _Opener(viewer.person_id, key)
    found = [msgspec.convert(one, Way) for one in ways]
    return Safety(
        profile_of(row[:12]),
        sorted(found, key=lambda one: WAYS.index(one.way)),
        [opened.log_in("people_session", one) for one in log_ins],
        [opened.log_in("people_device", one) for one in devices],
        [opened.alert(one) for one in alerts],
        row[17],
    )


@dataclass(frozen=True, slots=True)
class _Opener:
    person_id: int
    key: bytes

    def log_in(self, table: str, row: list[Any]) -> LogIn:
        return msgspec.convert([*row[:3], self._device(table, row[0], row[3])], LogIn)

    def alert(self, row: list[Any]) -> Alert:
        return msgspec.convert([*row[:3], self._device("people_session", row[3], row[4])], Alert)

    def _device(self, table: str, id_: str, sealed: str | None) -> list[str]:
        if not sealed:
            return ["", ""]
        try:
            plain = open_sealed(self.key, base64.b64decode(sealed), table, "sealed", id_, self.person_id)
        except CannotOpen:
            return ["", ""]
        told: list[str] = msgspec.json.decode(plain)
        return told


def disowned(days: int) -> list[tuple[datetime, int, str, datetime]]:
    """Return what people said was not them, newest first: when, who, which alert, of when. For the operator."""
    with acting("masar_system") as cursor:
        cursor.execute(
            "select n.at, n.person_id, a.kind, a.at from people_alert n join people_alert a on a.id = n.about"
            " where n.kind = 'not-me' and n.at > now() - make_interval(days => %s) order by n.at desc limit 1000",
            [days],
        )
        found: list[tuple[datetime, int, str, datetime]] = cursor.fetchall()
    return found
