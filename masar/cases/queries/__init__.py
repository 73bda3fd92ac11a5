"""Reads of requests: lists and sheets for a person, requests for an agency."""

from masar.cases.queries.agency import AgencyListing, AgencyRequest, agency_request, agency_requests
from masar.cases.queries.drafts import Application, my_application
from masar.cases.queries.paces import Pace, pace
from masar.cases.queries.papers import Filled, agency_application, agency_paper, my_paper
from masar.cases.queries.rows import Home, changes_since, home, my_requests
from masar.cases.queries.sheet import my_request
from masar.cases.queries.tracking import followed, pin_of
from masar.cases.rules.drafts import MOST_PAPERS, Draft, Paper
from masar.cases.rules.events import TYPES as EVENT_TYPES
from masar.cases.rules.known import is_fixed
from masar.cases.rules.profile import FLAWS, LIMITS, REFUSALS, EventType, Field, Limits, event_types, example
from masar.cases.rules.story import Counts, Due, Filter, Line, Listing, Question, Row, Sent, Share, Sheet, Stop
from masar.cases.rules.tracking import PIN_DIGITS, Tracked

__all__ = [
    "EVENT_TYPES",
    "FLAWS",
    "LIMITS",
    "MOST_PAPERS",
    "PIN_DIGITS",
    "REFUSALS",
    "AgencyListing",
    "AgencyRequest",
    "Application",
    "Counts",
    "Draft",
    "Due",
    "EventType",
    "Field",
    "Filled",
    "Filter",
    "Home",
    "Limits",
    "Line",
    "Listing",
    "Pace",
    "Paper",
    "Question",
    "Row",
    "Sent",
    "Share",
    "Sheet",
    "Stop",
    "Tracked",
    "agency_application",
    "agency_paper",
    "agency_request",
    "agency_requests",
    "changes_since",
    "event_types",
    "example",
    "followed",
    "home",
    "is_fixed",
    "my_application",
    "my_paper",
    "my_request",
    "my_requests",
    "pace",
    "pin_of",
]
