"""What pages for developers are made of: sections of words, terms, and code that is tested as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Code(NamedTuple):
    """A piece of code: `file` is the name under which to save it, `run` tells a command from what is only shown."""

    text: str
    file: str = ""
    run: bool = False


class Block(NamedTuple):
    """One thing in a section: words, a heading beneath it, code, or terms with what they mean."""

    kind: Literal["words", "head", "code", "terms"]
    words: Markup = Markup()
    code: Code = Code("")
    terms: Sequence[tuple[Markup, Markup]] = ()


class Section(NamedTuple):
    """A part of a page with a heading."""

    id: str
    title: str
    blocks: Sequence[Block]


class Part(NamedTuple):
    """One of the pages."""

    title: str
    lede: str
    sections: Sequence[Section]


def marked(text: str) -> Markup:
    """Turn what stands between backticks into code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def words(text: str) -> Block:
    """Return a paragraph; what stands between backticks is code."""
    return Block("words", marked(text))


def head(text: str) -> Block:
    """Return a heading beneath the section's own."""
    return Block("head", marked(text))


def terms(pairs: Iterator[tuple[str, str]] | Sequence[tuple[str, str]]) -> Block:
    """Return terms with what they mean."""
    return Block("terms", terms=[(marked(term), marked(text)) for term, text in pairs])


def shown(text: str) -> Block:
    """Return code to look at."""
    return Block("code", code=Code(text))


def run(*lines: str) -> Block:
    """Return commands to run."""
    return Block("code", code=Code("\n".join(lines), run=True))


@lru_cache(maxsize=32)
def example_file(name: str) -> Block:
    """Return an example as it stands in docs/examples."""
    return Block("code", code=Code((EXAMPLES / name).read_text(encoding="utf-8").rstrip("\n"), name))
