"""What may be uploaded, and how its name is kept. Bytes are looked at in `cleaning`, in a process of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from masar.kernel.errors import Refusal

MOST = 10 * 1024 * 1024
MOST_PAGES = 200
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 2400
LONGEST_NAME = 120
TYPES = ("application/pdf", "image/jpeg", "image/png")
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
_BEGINS = {b"%PDF-": TYPES[0], b"\xff\xd8\xff": TYPES[1], b"\x89PNG\r\n\x1a\n": TYPES[2]}
_KNOWN_ENDING = re.compile(r"\.(pdf|jpe?g|jpe|jfif|png)$", re.IGNORECASE)

Code = Literal[
    "empty",
    "too-large",
    "wrong-type",
    "damaged",
    "password",
    "script",
    "attachment",
    "too-many-pages",
    "too-many-pixels",
    "infected",
    "took-too-long",
    "not-now",
]


class NotAPaper(Refusal):
    """An upload that is not taken. `code` says why; `facts` carry what the words need."""

    title = "This file was not taken"

    def __init__(self, code: Code, **facts: Any) -> None:
        super().__init__("", **facts)
        self.code = code  # type: ignore[misc]  # each refusal says its own reason


@dataclass(frozen=True, slots=True)
class Clean:
    """An upload after cleaning: written anew, of the type that it is."""

    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A paper that is kept: `size` in bytes."""

    id: UUID
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A paper that was read."""

    name: str
    media_type: str
    content: bytes


def type_of(data: bytes) -> str | None:
    """Tell the type of some bytes by how they begin; None for what is never taken."""
    return next((media for begin, media in _BEGINS.items() if data.startswith(begin)), None)


def look_first(data: bytes, accept: Sequence[str]) -> None:
    """Refuse what needs no reading to be refused. Raises: NotAPaper."""
    if not data:
        raise NotAPaper("empty")
    if len(data) > MOST:
        raise NotAPaper("too-large", most=MOST)
    if type_of(data) not in set(accept) & set(TYPES):
        raise NotAPaper("wrong-type", accept=[media for media in TYPES if media in accept])


def clean_name(name: str, media_type: str) -> str:
    """Return a name without path, control and direction characters, with the ending of its true type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(" " if one.isspace() else one for one in last if one.isspace() or _is_shown(one))
    stem = _KNOWN_ENDING.sub("", re.sub(r'[<>:"|?*]', "", seen).strip(" .")).strip(" .")
    ending = ENDINGS[media_type]
    stem = re.sub(r" +", " ", stem)[: LONGEST_NAME - len(ending)].strip(" .")
    return (stem or "paper") + ending


def _is_shown(one: str) -> bool:
    """Tell whether a character may stand in a name. The joiner and non-joiner belong to Urdu and Persian writing."""
    return one in "\u200c\u200d" or unicodedata.category(one)[0] != "C"
