"""Verbs that change requests: intake, a person's acts, what Masar does by rule, the relay. One transaction each."""

from masar.cases.actions.acts import answer, appeal, withdraw
from masar.cases.actions.answering import attach_answer, detach_answer, keep_answer
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
    TooManyPapers,
)
from masar.cases.actions.items import SYSTEM, Actor, Item, agency_actor, person_actor
from masar.cases.actions.pace import measure_pace, measure_pace_when_due
from masar.cases.actions.papers import attach, detach
from masar.cases.actions.record import record
from masar.cases.actions.relay import CHANNEL, relay
from masar.cases.actions.tracking import tracked
from masar.cases.actions.upkeep import end_what_ran_out, let_in_what_waited, make_partitions, move_day, recompute
from masar.cases.rules.tracking import TooMany
from masar.files.actions import NotAPaper

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
    "NotAPaper",
    "NotAllowed",
    "NotFound",
    "NothingAsked",
    "TooLate",
    "TooLong",
    "TooMany",
    "TooManyPapers",
    "agency_actor",
    "answer",
    "appeal",
    "attach",
    "attach_answer",
    "detach",
    "detach_answer",
    "discard",
    "end_what_ran_out",
    "forget_left_drafts",
    "keep",
    "keep_answer",
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
