"""Verbs that add a way to prove oneself: at the first log-in one has to be, later whoever proved it may."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from masar.people.actions.alerts import tell_of
from masar.people.actions.entering import Entering, NotEntering, WrongCode, entering, is_sent
from masar.people.actions.factors import give, give_codes, give_message, plain_digits
from masar.people.rules import app_secret, code_step


def new_app(id_: UUID, now: datetime) -> bytes:
    """Return the secret that an app is to be given; the same until it is added. Raises: NotEntering."""
    with adding(id_, now) as one:
        held: str = one.state.setdefault("secret", base64.b64encode(app_secret()).decode())
        return base64.b64decode(held)


def add_app(id_: UUID, typed: str, now: datetime) -> None:
    """Add an app that shows the right code. Raises: NotEntering, WrongCode."""
    with adding(id_, now) as one:
        secret = one.state.get("secret")
        step = code_step(base64.b64decode(secret), plain_digits(typed), now, 0) if secret else None
        if step is None:
            raise WrongCode
        added(one, "app", give(one.cursor, one.person_id, one.key, "app", {"secret": secret}, counter=step))
        one.state.pop("secret")


def add_message(id_: UUID, typed: str, now: datetime) -> None:
    """Add codes by message, once a code arrived. Raises: NotEntering, WrongCode."""
    with adding(id_, now) as one:
        if not is_sent(one.state, plain_digits(typed), now):
            raise WrongCode
        if "message" not in one.ways:
            added(one, "message", give_message(one.cursor, one.person_id, one.key))
        one.state.pop("message")


@contextmanager
def adding(id_: UUID, now: datetime) -> Iterator[Entering]:
    """Lock somebody who may add a way. Raises: NotEntering, also for somebody who has to prove themselves first."""
    with entering(id_, now) as one:
        if not one.may_add:
            raise NotEntering
        yield one


def added(one: Entering, way: str, id_: UUID) -> None:
    """Keep that a way was added; who has no codes for paper gets them."""
    tell_of(one.cursor, one.person_id, f"{way}-added", id_)
    one.state["added"] = way
    if "codes" not in one.ways:
        one.state["codes"] = give_codes(one.cursor, one.person_id, one.key)


def renew_codes(id_: UUID, now: datetime) -> None:
    """Give ten new codes for paper; those before count no longer. Raises: NotEntering."""
    with adding(id_, now) as one:
        one.state["codes"] = give_codes(one.cursor, one.person_id, one.key)
        one.state["added"] = "codes"
        tell_of(one.cursor, one.person_id, "codes-added")
