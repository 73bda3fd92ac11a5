"""Papers in words: what is taken, what is attached, why a file was not taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from masar.cases.queries import MOST_PAPERS, Draft
from masar.catalogue.queries import PaperAsk
from masar.kernel.errors import Refusal
from masar.portal.look import Look
from masar.portal.tongue import address
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, phrase, said

_MEGABYTE = 1024 * 1024
PDF = "application/pdf"

_REFUSED: Mapping[str, Callable[[], str]] = {
    "missing": lambda: _("Choose a file first."),
    "empty": lambda: _("This file is empty. Choose another."),
    "wrong-type": lambda: _("A file of this kind is not taken. Take a photograph of the paper, or save it as PDF."),
    "damaged": lambda: _("This file cannot be opened: it may be damaged. Make it anew, or take a photograph."),
    "password": lambda: _("This file is locked by a password. Save it without one, then attach it."),
    "script": lambda: _("This file holds a form or a program. Print it to a PDF, or take a photograph of it."),
    "attachment": lambda: _("There is another file inside this one. Attach each file by itself."),
    "too-many-pages": lambda: _("This file has too many pages. Attach only the pages that are asked for."),
    "too-many-pixels": lambda: _("This picture is too large to be opened. Take it again, or make it smaller."),
    "infected": lambda: _("A virus was found in this file, and nothing of it was kept. Use another device."),
}


@dataclass(frozen=True, slots=True)
class FileView:
    """One attached file."""

    id: str
    name: str
    size: Markup
    url: str


@dataclass(frozen=True, slots=True)
class PaperField:
    """A paper that is asked for: what is taken, what is attached, and what is wrong."""

    id: str
    label: Markup
    hint: Markup
    takes: Markup
    accept: str
    most: int
    required: bool
    files: Sequence[FileView]
    error: str

    @property
    def may_add(self) -> bool:
        """Tell whether one more file is taken."""
        return len(self.files) < MOST_PAPERS


def paper_field(look: Look, ask: PaperAsk, draft: Draft | None, error: str = "") -> PaperField:
    """Show a paper that is asked for."""
    return PaperField(
        id=ask.id,
        label=said(look, ask.title) or phrase(_("What the agency asks for")),
        hint=said(look, ask.hint),
        takes=_takes(look, ask),
        accept=",".join(ask.accept),
        most=ask.max_bytes,
        required=ask.required,
        files=files_of(look, ask.id, draft),
        error=error,
    )


def files_of(look: Look, document: str, draft: Draft | None) -> list[FileView]:
    """Show the files that a draft holds for a document."""
    papers = draft.papers.get(document, ()) if draft else ()
    return [FileView(one.id.hex, one.name, size_of(look, one.size), url_of_paper(one.id.hex)) for one in papers]


def sent_files(look: Look, papers: Sequence[Mapping[str, Any]]) -> list[tuple[str, FileView]]:
    """Show files as an event tells them, each beside the document that they are for."""
    return [
        (one["document"], FileView(one["id"], one["name"], size_of(look, one["size"]), url_of_paper(one["id"])))
        for one in papers
    ]


def url_of_paper(id: str) -> str:
    """Return where a person reads a paper of theirs."""
    return f"{address('home')}papers/{id}/"


def size_of(look: Look, size: int) -> Markup:
    """Say a size in bytes: in megabytes with one decimal, small ones in kilobytes."""
    if size < _MEGABYTE // 10:
        words, number = _("%(size)s KB"), str(max(1, round(size / 1024)))
    else:
        words, number = _("%(size)s MB"), f"{size / _MEGABYTE:.1f}".removesuffix(".0")
    return phrase(words.replace(" ", "\N{NO-BREAK SPACE}"), size=digits(look, number))


def refused_words(look: Look, refusal: Refusal) -> str:
    """Say why a file was not taken, and what to do."""
    if refusal.code == "too-large":
        most = int(refusal.facts.get("most", 10 * _MEGABYTE))
        text = _("This file is larger than %(size)s. Take a photograph of the paper instead, or make the file smaller.")
        return text % {"size": size_of(look, most)}
    if refusal.code == "too-many-papers":
        text = _("You have attached %(number)s files here, which is the most. Remove one first.")
        return text % {"number": digits(look, MOST_PAPERS)}
    words = _REFUSED.get(refusal.code)
    return words() if words else _("This file could not be looked at now. Wait a minute and attach it again.")


def missing_words() -> str:
    """Say that a file is to be chosen."""
    return _REFUSED["missing"]()


def _takes(look: Look, ask: PaperAsk) -> Markup:
    pictures = any(kind != PDF for kind in ask.accept)
    if PDF in ask.accept and pictures:
        words = _("A photograph or a PDF, up to %(size)s.")
    else:
        words = _("A photograph, up to %(size)s.") if pictures else _("A PDF, up to %(size)s.")
    return phrase(words, size=size_of(look, ask.max_bytes))
