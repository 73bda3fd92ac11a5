"""What a posted text means as the answer to a question, and how an answer is written back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from masar.catalogue.rules.form import NOTHING, Ask, fault
from masar.kernel.ids import ascii_digits

_YES_NO = {"true": True, "false": False}


def read(ask: Ask, given: Sequence[str]) -> tuple[Any, str | None]:
    """Turn what was posted into (value, None), (None, None) where nothing was said, or (None, code of the fault).

    A date is posted as day, month, year or as one ISO text; checkboxes as many texts.
    """
    texts = [_cleaned(text) for text in given]
    if not any(texts):
        return None, NOTHING.get(ask.kind, "missing") if ask.required else None
    try:
        value = _value(ask, texts)
    except ValueError as wrong:
        return None, str(wrong)
    code = fault(ask.rule, value)
    return (None, code) if code else (value, None)


def written(ask: Ask, value: Any) -> list[str]:
    """Write a value as it would be posted, to fill the question again."""
    if value is None:
        return []
    if ask.kind == "date":
        return [str(int(part)) if len(part) < 3 else part for part in reversed(str(value).split("-"))]
    if ask.kind == "checkboxes":
        return [str(item) for item in value]
    if ask.kind in ("yes-no", "checkbox"):
        return ["false" if value is False else "true"]
    return ["\n".join(map(str, value)) if isinstance(value, list) else str(value)]


def _cleaned(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def _value(ask: Ask, texts: Sequence[str]) -> Any:
    """Give the texts the type of the question. Raises: ValueError with the code of the fault."""
    text = texts[0]
    if ask.kind == "checkboxes":
        return [_chosen(ask.rule["items"]["enum"], text) for text in texts if text]
    if ask.kind == "radios":
        return _chosen(ask.rule["enum"], text)
    if ask.kind in ("yes-no", "checkbox"):
        return _ticked(ask, text)
    if ask.kind == "date":
        return _date(texts)
    if ask.kind == "number":
        return _number(text)
    if ask.rule.get("type") == "array":
        return [line.strip() for line in text.split("\n") if line.strip()]
    return _fitted(ask.rule["pattern"], text) if "pattern" in ask.rule else text


def _chosen(values: Sequence[Any], text: str) -> Any:
    found = [value for value in values if str(value) == text]
    if not found:
        raise ValueError("choose")
    return found[0]


def _ticked(ask: Ask, text: str) -> Any:
    if text not in _YES_NO:
        raise ValueError(NOTHING[ask.kind])
    return ask.rule["const"] if ask.kind == "checkbox" and text == "true" else _YES_NO[text]


def _number(text: str) -> int:
    digits = re.sub(r"[\s٬,،]", "", ascii_digits(text)).replace("−", "-")
    if not re.fullmatch(r"-?\d{1,15}", digits, re.ASCII):
        raise ValueError("number")
    return int(digits)


def _date(texts: Sequence[str]) -> str:
    parts = [ascii_digits(text) for text in texts]
    parts = parts[0].split("-")[::-1] if len(parts) == 1 else parts
    if len(parts) != 3 or not all(re.fullmatch(r"\d{1,4}", part, re.ASCII) for part in parts) or len(parts[2]) != 4:
        raise ValueError("date")
    try:
        return date(*(int(part) for part in reversed(parts))).isoformat()
    except ValueError:
        raise ValueError("date") from None


def _fitted(pattern: str, text: str) -> str:
    """Write a text as its pattern wants it, where only digits, spaces, hyphens or capitals stand in the way."""
    plain = ascii_digits(text)
    close = re.sub(r"[\s\-\u200e\u200f]", "", plain)
    forms = (text, plain, plain.upper(), close, close.upper())
    return next((form for form in forms if re.search(pattern, form)), plain)
