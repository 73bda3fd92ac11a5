"""Translated words at the price of a look-up: what a language says is found once and kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from markupsafe import Markup


class _Table(dict[str, str]):
    """What one language says for each sentence; asks the catalogue for what was not asked before."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, text: str) -> str:
        with translation.override(self._language):
            said = self[text] = translation.gettext(text)
        return said


@lru_cache(maxsize=16)
def _table(language: str) -> _Table:
    return _Table(language)


def current() -> str:
    """Return the language that is spoken now, without its region."""
    return (translation.get_language() or settings.LANGUAGE_CODE)[:2]


def gettext(text: str) -> str:
    """Say one of our sentences in the language that is spoken now."""
    return _table(current())[text]


@lru_cache(maxsize=16)
def voice(language: str) -> Callable[..., Markup]:
    """Return the `_` of pages in a language: the sentence as markup, filled with values, which are escaped."""
    table = _table(language)
    plain: dict[str, Markup] = {}

    def say(text: str, **values: Any) -> Markup:
        if values:
            return Markup(table[text]) % values  # noqa: S704 - the sentence is ours
        found = plain.get(text)
        if found is None:
            found = plain[text] = Markup(table[text]) % values  # noqa: S704
        return found

    return say


@lru_cache(maxsize=1024)
def _address(language: str, name: str) -> str:
    with translation.override(language):
        return reverse(name)


@lru_cache(maxsize=16)
def addresses(language: str) -> Callable[..., str]:
    """Return the `url` of pages in a language."""
    return partial(address, language=language)


def address(name: str, *args: object, language: str = "") -> str:
    """Return the address of a page in the language that is spoken now, or in another. Raises: NoReverseMatch."""
    return reverse(name, args=args) if args else _address(language or current(), name)
