"""What a language is like, from the locale data of Unicode: its own name, its direction, its script."""

from __future__ import annotations

from functools import cache
from typing import Literal

from babel import Locale
from babel.core import get_global

# Codes of ISO 15924, and how Unicode begins the names of their letters.
_LETTERS = {
    "Arab": "ARABIC",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI",
    "Grek": "GREEK",
    "Hebr": "HEBREW",
    "Latn": "LATIN",
    "Mlym": "MALAYALAM",
    "Taml": "TAMIL",
}


@cache
def own_name(language: str) -> str:
    """Return how speakers call their language. Raises: UnknownLocaleError."""
    name = Locale.parse(language, sep="-").get_display_name(language) or language
    return name[0].upper() + name[1:]


@cache
def direction(language: str) -> Literal["ltr", "rtl"]:
    """Return the direction of writing. Raises: UnknownLocaleError."""
    return "rtl" if Locale.parse(language, sep="-").character_order == "right-to-left" else "ltr"


@cache
def letters(language: str) -> str:
    """Return how Unicode begins the names of a language's letters; "" where that is not known here."""
    likely = str(get_global("likely_subtags").get(language.partition("-")[0], ""))
    return next((_LETTERS[part] for part in likely.split("_") if part in _LETTERS), "")
