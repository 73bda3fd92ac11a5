"""Verbs about persons: make one known, keep what is told of them, log in and out, keep preferences."""

from masar.people.actions.facts import Telling, remember, tell
from masar.people.actions.persons import (
    KnownPerson,
    NoSuchPerson,
    NotACivilId,
    civil_index,
    count_failure,
    demand_civil_id,
    end_session,
    find,
    forget_failures,
    introduce,
    is_blocked,
    know,
    prefer,
    set_password,
    source_of,
    start_session,
    username_of,
    visit,
)
from masar.people.rules import fits

__all__ = [
    "KnownPerson",
    "NoSuchPerson",
    "NotACivilId",
    "Telling",
    "civil_index",
    "count_failure",
    "demand_civil_id",
    "end_session",
    "find",
    "fits",
    "forget_failures",
    "introduce",
    "is_blocked",
    "know",
    "prefer",
    "remember",
    "set_password",
    "source_of",
    "start_session",
    "tell",
    "username_of",
    "visit",
]
