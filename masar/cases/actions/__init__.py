"""Verbs that change requests: intake, a person's acts, what Masar does by rule, the relay. One transaction each."""

from masar.cases.actions.acts import answer, appeal, withdraw
from masar.cases.actions.drafts import discard, forget_left_drafts, keep, send
from masar.cases.actions.errors import (
    AlreadyClosed,
    Barred,
    Empty,
    Incomplete,
    NoSuchDraft,
    NotAllowed,
    NotFound,
    NothingAsked,
    TooLate,
    TooLong,
)
from masar.cases.actions.items import SYSTEM, Actor, Item, agency_actor, person_actor
from masar.cases.actions.pace import measure_pace, measure_pace_when_due
from masar.cases.actions.record import record
from masar.cases.actions.relay import CHANNEL, relay
from masar.cases.actions.tracking import tracked
from masar.cases.actions.upkeep import end_what_ran_out, let_in_what_waited, make_partitions, move_day, recompute
from masar.cases.rules.tracking import TooMany

__all__ = [
    "CHANNEL",
    "SYSTEM",
    "Actor",
    "AlreadyClosed",
    "Barred",
    "Empty",
    "Incomplete",
    "Item",
    "NoSuchDraft",
    "NotAllowed",
    "NotFound",
    "NothingAsked",
    "TooLate",
    "TooLong",
    "TooMany",
    "agency_actor",
    "answer",
    "appeal",
    "discard",
    "end_what_ran_out",
    "forget_left_drafts",
    "keep",
    "let_in_what_waited",
    "make_partitions",
    "measure_pace",
    "measure_pace_when_due",
    "move_day",
    "person_actor",
    "recompute",
    "record",
    "relay",
    "send",
    "tracked",
    "withdraw",
]
