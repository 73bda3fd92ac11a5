"""Reads about persons: the profile that a page greets, what is known of somebody, how what is sealed is opened."""

from masar.people.queries.erased import still_readable, to_erase_again
from masar.people.queries.facts import FACTS, FACTS_OF_PERSON, facts_of
from masar.people.queries.persons import (
    PROFILE,
    Profile,
    SessionEnded,
    demand_log_in,
    key_of,
    known_of,
    open_person,
    person_key,
    person_on_page,
    profile_of,
)
from masar.people.queries.safety import Alert, LogIn, Safety, Way, disowned, safety_of
from masar.people.rules import AGE, OWN, Fact, Viewer

__all__ = [
    "AGE",
    "FACTS",
    "FACTS_OF_PERSON",
    "OWN",
    "PROFILE",
    "Alert",
    "Fact",
    "LogIn",
    "Profile",
    "Safety",
    "SessionEnded",
    "Viewer",
    "Way",
    "demand_log_in",
    "disowned",
    "facts_of",
    "key_of",
    "known_of",
    "open_person",
    "person_key",
    "person_on_page",
    "profile_of",
    "safety_of",
    "still_readable",
    "to_erase_again",
]
