"""Reads of the catalogue: what is in force, services by section and words, the register and its changes."""

from masar.catalogue.deployment import languages
from masar.catalogue.queries.facts import told_by
from masar.catalogue.queries.keys import agency_of_key
from masar.catalogue.queries.register import Change, changes, compare, register_json, register_jsonld
from masar.catalogue.queries.services import (
    Branch,
    Section,
    agencies_with_services,
    branches_of,
    find,
    in_section,
    life_events,
    sectors,
    service,
    services,
    versions_of,
)
from masar.catalogue.queries.snapshot import (
    Snapshot,
    agency_short,
    agency_title,
    calendar_of,
    catalogue,
    look_again,
)
from masar.catalogue.rules.answers import read, written
from masar.catalogue.rules.calendar import Calendar
from masar.catalogue.rules.changes import Difference
from masar.catalogue.rules.definition import Definition, Duration, Promise, Text, parse
from masar.catalogue.rules.eligibility import (
    Bar,
    FactAsk,
    PaperAsk,
    bar,
    facts_asked,
    papers,
    papers_of_task,
    prefill,
)
from masar.catalogue.rules.form import Ask, ask_of, asks
from masar.catalogue.rules.known import behind, sources_of
from masar.catalogue.rules.languages import direction, own_name
from masar.catalogue.rules.prices import price_range

__all__ = [
    "Ask",
    "Bar",
    "Branch",
    "Calendar",
    "Change",
    "Definition",
    "Difference",
    "Duration",
    "FactAsk",
    "PaperAsk",
    "Promise",
    "Section",
    "Snapshot",
    "Text",
    "agencies_with_services",
    "agency_of_key",
    "agency_short",
    "agency_title",
    "ask_of",
    "asks",
    "bar",
    "behind",
    "branches_of",
    "calendar_of",
    "catalogue",
    "changes",
    "compare",
    "direction",
    "facts_asked",
    "find",
    "in_section",
    "languages",
    "life_events",
    "look_again",
    "own_name",
    "papers",
    "papers_of_task",
    "parse",
    "prefill",
    "price_range",
    "read",
    "register_json",
    "register_jsonld",
    "sectors",
    "service",
    "services",
    "sources_of",
    "told_by",
    "versions_of",
    "written",
]
