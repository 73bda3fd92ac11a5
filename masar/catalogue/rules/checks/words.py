"""Texts: written in every language of the deployment, not empty, in the script of their language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from masar.catalogue.rules.checks.source import Finding, Loaded, Path
from masar.catalogue.rules.languages import letters

TEXTS = frozenset({"title", "short_title", "summary", "message", "hint", "help", "area"})


def texts(value: Any, at: Path = ()) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Yield (path, text) for every text of a document: by the names of its keys, and all of a form's words."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, (*at, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key == "words":
                yield from (((*at, key, name), text) for name, text in item.items())
            elif key in TEXTS or (key == "reason" and isinstance(item, Mapping)):
                yield (*at, key), item
            elif key != "schema":
                yield from texts(item, (*at, key))


def words(loaded: Loaded, languages: tuple[str, ...], *, lenient: bool) -> Iterator[Finding]:
    """Yield what is missing, empty or in the wrong script. `lenient`: a draft may still lack a language."""
    for path, text in texts(loaded.value):
        if loaded.mark(path).origin:
            continue  # the shared file itself is told
        for language in languages:
            if language not in text:
                message = f"`{path[-1]}` is not written in `{language}`: add it"
                yield loaded.finding(path, "text-missing", message, warning=lenient)
        for language, sentence in text.items():
            yield from _sentence(loaded, (*path, language), language, sentence, languages)


def _sentence(
    loaded: Loaded, path: Path, language: str, sentence: str, languages: tuple[str, ...]
) -> Iterator[Finding]:
    if not sentence.strip():
        yield loaded.finding(path, "text-empty", f"the text in `{language}` is empty: write it")
    elif languages and language not in languages:
        message = f"`{language}` is not a language of this country: remove it, or add it to country.yaml"
        yield loaded.finding(path, "text-language", message, warning=True)
    elif not _in_script(language, sentence):
        message = f"the text in `{language}` is not in its own script: is it in the wrong place?"
        yield loaded.finding(path, "text-script", message)


def _in_script(language: str, sentence: str) -> bool:
    script = letters(language)
    written = [letter for letter in sentence if letter.isalpha()]
    return not script or not written or any(unicodedata.name(letter, "").startswith(script) for letter in written)
