"""Renders pages of sample requests, as views do, without asking the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from masar.cases.queries import Listing
from masar.portal import sample
from masar.portal.look import Look, look_of_cookie
from masar.portal.presenters.acts import appeal_field, appeal_page, withdraw_page
from masar.portal.presenters.forms import fields_of, filled
from masar.portal.presenters.lists import home_page, list_page
from masar.portal.presenters.sheet import view_of
from masar.portal.views import plain, steps, trouble
from masar.portal.views.visiting import page

MODES: dict[str, dict[str, Any]] = {
    "usual": {},
    "simple": {"simple": True},
    "arab-hijri": {"digits": "arab", "hijri": True},
    "nastaliq": {"nastaliq": True},
}


def look(language: str, **changes: Any) -> Look:
    return replace(look_of_cookie(language, ""), now=sample.NOW, names=sample.NAMES, **changes)


def request(language: str, path: str = "/", *, logged_in: bool = True, **changes: Any) -> HttpRequest:
    made: Any = RequestFactory().get(f"/{language}{path}")
    made.look, made.viewer = look(language, **changes), object() if logged_in else None
    return made


def _request_page(asked: Any, name: str, wrong: bool = False) -> Any:
    sheet, fields, errors = sample.sheet(name), None, []
    if wrong:
        form = sheet.question.form if sheet.question else None
        fields = fields_of(asked.look, form, {"remark": ["محفوظ"]})
        errors = [(f"f-{field.name}", field.error) for field in fields if field.error]
    return page(asked, "request.html", {"view": view_of(asked.look, sheet, fields), "errors": errors, "notice": None})


def pages() -> dict[str, Any]:
    """Every page by name: a function of the request that returns the response."""

    def listing(asked: Any, archive: bool = False, empty: bool = False) -> Any:
        rows = [] if empty else sample.ARCHIVE if archive else sample.OPEN
        filled_in = Listing(rows, sample.COUNTS, None if archive else "next")
        shown = list_page(asked.look, filled_in, "archive" if archive else "open", "/r", "/a", "?after=next")
        return page(asked, "requests.html", {"page": shown})

    made: dict[str, Any] = {
        "home": lambda r: page(r, "home.html", {"page": home_page(r.look, sample.HOME)}),
        "requests": listing,
        "archive": lambda r: listing(r, archive=True),
        "nothing": lambda r: listing(r, empty=True),
        "wrong-answer": lambda r: _request_page(r, "needs-you", wrong=True),
        "withdraw": lambda r: page(r, "confirm.html", {"page": withdraw_page(r.look, sample.sheet("late"))}),
        "appeal": lambda r: page(
            r,
            "confirm.html",
            {"page": appeal_page(r.look, sample.sheet("refused"), filled(r.look, [appeal_field()], {}))},
        ),
        "account": lambda r: page(r, "account.html", {"page": {"name": "نورة", "is_saved": True}}),
        "preferences": lambda r: page(r, "account.html", {"page": {"name": "", "is_saved": False}}),
        "landing": lambda r: page(r, "landing.html", {"page": {"is_home": True}}),
        "about": plain.about,
        "start": steps.start,
        "words": steps.words,
        "family": steps.family,
        "offline": plain.offline,
        "signed-out": plain.signed_out,
        "404": trouble.not_found,
        "403": trouble.forbidden,
        "400": trouble.bad_request,
        "500": trouble.server_error,
        "csrf": trouble.csrf_failure,
        "components": plain.components,
    }
    for name in sample.ROWS:
        made[f"request-{name}"] = lambda r, name=name: _request_page(r, name)
    return made


def html(name: str, language: str, **changes: Any) -> str:
    """Render one page."""
    with translation.override(language):
        response = pages()[name](request(language, logged_in=name not in ("landing", "about"), **changes))
    text: str = response.content.decode()
    return text
