"""What the cookie of a log-in keeps: the person, the log-in, when they were last seen; or who is on the way in."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from masar.people.queries import Viewer

IDLE_SECONDS = 15 * 60  # without a page, and a log-in is over
SESSION_PERSON, SESSION_ID, SESSION_SEEN, SESSION_ENTERING = "p", "s", "t", "e"


def admit(session: Any, viewer: Viewer) -> None:
    """Keep a new log-in in a session of Django, and nothing of what was there before."""
    session.flush()
    session[SESSION_PERSON], session[SESSION_ID] = viewer.person_id, viewer.session.hex
    session[SESSION_SEEN] = int(time.time())


def on_the_way(session: Any) -> UUID | None:
    """Return who is on the way in."""
    kept = session.get(SESSION_ENTERING)
    return UUID(kept) if kept else None
