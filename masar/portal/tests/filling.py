"""Types answers into forms as a browser would send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from masar.catalogue.queries import Ask, ask_of, written
from masar.portal.presenters.forms import DATE_PARTS


def typed(ask: Ask, value: Any) -> dict[str, list[str]]:
    """Return what a browser sends for one question."""
    texts = written(ask, value)
    if ask.kind == "date" and texts:
        return {f"{ask.name}.{part}": [text] for part, text in zip(DATE_PARTS, texts, strict=True)}
    return {ask.name: texts} if texts else {}


def typed_form(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a browser sends for all questions of a form on one page."""
    sent: dict[str, list[str]] = {}
    for name, value in answers.items():
        sent |= typed(ask_of(name, schema["properties"][name], required=True), value)
    return sent
