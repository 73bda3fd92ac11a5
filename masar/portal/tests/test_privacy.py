"""The page about people's data is true: every cookie that Masar sets stands on it, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from django.test import Client

import masar
from masar.cases.rules.drafts import KEPT_FOR
from masar.people.rules import SAID_HOLDS, TOLD_HOLDS, TRUST_HOLDS
from masar.portal.cookie import IDLE_SECONDS
from masar.portal.views.track import KEPT_SECONDS


def test_every_cookie_that_is_set_is_told() -> None:
    told = set(re.findall(r'<code dir="ltr">([^<]+)</code>', Client().get("/en/privacy/").content.decode()))
    assert told == {"masar", "csrftoken", "masar-look", "masar-device", "masar-track", "django_language"}
    set_by = {
        path.name
        for path in Path(masar.__file__).parent.rglob("*.py")
        if "tests" not in path.parts and ".set_cookie(" in path.read_text(encoding="utf-8")
    }
    assert set_by == {"visiting.py", "preferences.py", "entering.py", "track.py"}, "a new cookie has to be told"


def test_the_times_that_are_told_are_those_that_hold() -> None:
    assert (KEPT_FOR.days, TOLD_HOLDS.days, SAID_HOLDS.days, TRUST_HOLDS.days) == (90, 30, 365, 30)
    assert (IDLE_SECONDS, KEPT_SECONDS) == (15 * 60, 600)
