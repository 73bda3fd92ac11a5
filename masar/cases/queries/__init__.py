"""Reads of requests: lists and sheets for a person, requests for an agency."""

from masar.cases.queries.agency import AgencyListing, AgencyRequest, agency_request, agency_requests
from masar.cases.queries.paces import Pace, pace
from masar.cases.queries.rows import Home, changes_since, home, my_requests
from masar.cases.queries.sheet import my_request
from masar.cases.rules.events import TYPES as EVENT_TYPES
from masar.cases.rules.story import Counts, Due, Filter, Line, Listing, Question, Row, Share, Sheet, Stop

__all__ = [
    "EVENT_TYPES",
    "AgencyListing",
    "AgencyRequest",
    "Counts",
    "Due",
    "Filter",
    "Home",
    "Line",
    "Listing",
    "Pace",
    "Question",
    "Row",
    "Share",
    "Sheet",
    "Stop",
    "agency_request",
    "agency_requests",
    "changes_since",
    "home",
    "my_request",
    "my_requests",
    "pace",
]
