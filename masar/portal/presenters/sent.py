"""What a person has sent of themselves with a request: their answers and their papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.cases.queries import Sheet
from masar.catalogue.queries import asks
from masar.portal.look import Look
from masar.portal.presenters.apply import shown_answer
from masar.portal.presenters.forms import field_of
from masar.portal.presenters.papers import FileView, sent_files
from masar.portal.presenters.rows import url_of
from masar.portal.tongue import gettext as _
from masar.portal.words import moment, phrase, reference, said


@dataclass(frozen=True, slots=True)
class SentView:
    """Answers beside their questions; files by the paper that they are for."""

    service: Markup
    number: Markup
    at: Markup
    back: str
    answers: Sequence[tuple[Markup, Markup]]
    papers: Sequence[tuple[Markup, Sequence[FileView]]]


def sent_view(look: Look, sheet: Sheet) -> SentView:
    """Show what was sent with a request."""
    definition, sent = sheet.row.definition, sheet.sent
    form = definition.document.get("form", {"schema": {}})
    words = form.get("words", {})
    answers = []
    for ask in asks(form["schema"], sent.form):
        if ask.kind != "checkbox" and ask.name in sent.form:
            field = field_of(look, ask, words)
            answers.append((field.label, shown_answer(look, ask, field, sent.form[ask.name])))
    return SentView(
        service=said(look, definition.title),
        number=reference(look, sheet.row.number),
        at=moment(look, sheet.row.opened_at),
        back=url_of(sheet.row.number),
        answers=answers,
        papers=_papers(look, sheet),
    )


def _papers(look: Look, sheet: Sheet) -> list[tuple[Markup, Sequence[FileView]]]:
    titles = {one["id"]: one["title"] for one in sheet.row.definition.document.get("documents", ())}
    found: dict[str, list[FileView]] = {}
    for document, file in sent_files(look, sheet.sent.papers):
        found.setdefault(document, []).append(file)
    asked = phrase(_("What the agency asks for"))
    return [(said(look, titles.get(document)) or asked, files) for document, files in found.items()]
