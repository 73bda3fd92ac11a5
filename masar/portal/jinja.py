"""The Jinja2 environment of every page, and what each page finds in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.translation import get_language, gettext, ngettext
from jinja2 import Environment

from masar.portal import words
from masar.portal.demonstration import people
from masar.portal.glossary import word
from masar.portal.look import COOKIE, LANGUAGES, OWN_NAMES, Look, look_of_cookie
from masar.portal.presenters.rows import listed
from masar.portal.presenters.standing import tag
from masar.portal.shelf import address_of
from masar.portal.token import TokenField
from masar.portal.tongue import addresses, voice

UNDER_WAY = timedelta(seconds=5)  # what was received before the page was made may have been written after it


def environment(**options: Any) -> Environment:
    """Make the environment, as Django's Jinja2 backend asks for it."""
    options["trim_blocks"] = options["lstrip_blocks"] = True
    made = Environment(**options, extensions=["jinja2.ext.i18n"])  # noqa: S701 - Django sets autoescape
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(static=address_of, words=words, tag=tag, listed=listed, own_names=OWN_NAMES)
    made.globals.update(word=word, demonstration_people=people)
    return made


def context(request: HttpRequest) -> dict[str, Any]:
    """Give each page the look of its visitor, who that is, and the addresses of itself in other languages."""
    look = look_of(request)
    return {
        "look": look,
        "_": voice(look.language),
        "url": addresses(look.language),
        "csrf_input": TokenField(request),
        "icon": look.icon,
        "viewer": getattr(request, "viewer", None),
        "demonstration": getattr(settings, "DEMONSTRATION", False),
        "live_url": getattr(settings, "LIVE_URL", ""),
        "since": (look.now - UNDER_WAY).isoformat(),
        "fragment": request.headers.get("X-Masar-Fragment") == "main",
        "elsewhere": elsewhere(request, look.language),
        "origin": origin(request),
    }


def look_of(request: HttpRequest) -> Look:
    """Return how this visitor likes pages: as the view found the person, else as the cookie says."""
    look: Look | None = getattr(request, "look", None)
    if look is None:
        language = (get_language() or LANGUAGES[0])[:2]
        look = look_of_cookie(language if language in LANGUAGES else LANGUAGES[0], request.COOKIES.get(COOKIE, ""))
        request.look = look  # type: ignore[attr-defined]
    return look


def origin(request: HttpRequest) -> str:
    """Return where this site stands, such as https://masar.example; empty where the browser asked for another host."""
    try:
        return str(settings.PUBLIC_URL) or f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return ""


def elsewhere(request: HttpRequest, language: str) -> Mapping[str, str]:
    """Return the addresses of this page in every language."""
    path = request.path
    tail = path[len(language) + 1 :] if path.startswith(f"/{language}/") else "/"
    kept = getattr(request, "kept_query", "")  # such as what was searched for
    return {other: f"/{other}{tail}{f'?{kept}' if kept else ''}" for other in LANGUAGES}
