"""Applying in words: what comes, one question a page, all answers before they are sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from masar.cases.queries import Application
from masar.catalogue.queries import (
    Ask,
    FactAsk,
    PaperAsk,
    asks,
    bar,
    service,
    written,
)
from masar.portal.look import Look
from masar.portal.presenters import prices
from masar.portal.presenters.asking import One, ask_in, fields_asked, name_of, questions_of, resume_url, value_in
from masar.portal.presenters.forms import EMPTY, Field, field_of, with_texts
from masar.portal.presenters.known import behind_bar, is_given, is_settled, known_words, source_words
from masar.portal.presenters.papers import PaperField, files_of, missing_words, paper_field
from masar.portal.presenters.services import apply_url, url_of
from masar.portal.presenters.spans import span
from masar.portal.tongue import gettext as _
from masar.portal.words import agency, comma, day, day_in_full, digits, phrase, said


@dataclass(frozen=True, slots=True)
class Barrier:
    """A condition that is not met, and the service that helps."""

    message: Markup
    remedy: Markup
    remedy_url: str
    known: Sequence[Markup] = ()


@dataclass(frozen=True, slots=True)
class StartView:
    """The first page: what comes, whether something is in the way, and whether a draft stands."""

    service: Markup
    agency: Markup
    back: str
    url: str
    barrier: Barrier | None
    questions: Markup
    papers: Sequence[Markup]
    cost: Markup
    promise: str
    draft_until: Markup
    next_url: str
    draft: str
    has_known: bool = False


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question on its page."""

    service: Markup
    title: Markup
    progress: Markup
    field: Field
    back: str
    draft: str
    known: Markup = EMPTY

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, beside the id of the field."""
        return [(f"f-{self.field.name}", self.field.error)] if self.field.error else []


@dataclass(frozen=True, slots=True)
class PaperView:
    """One paper on its page."""

    service: Markup
    title: Markup
    progress: Markup
    paper: PaperField
    back: str
    draft: str

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, beside the id of the field."""
        return [(f"paper-{self.paper.id}", self.paper.error)] if self.paper.error else []


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer among all. `error`: it is missing or wrong; `known`: who told it; no `url` where it stays."""

    id: str
    label: Markup
    value: Markup
    url: str
    error: str
    known: Markup = EMPTY


@dataclass(frozen=True, slots=True)
class CheckView:
    """All answers before they are sent."""

    service: Markup
    agency: Markup
    back: str
    url: str
    answers: Sequence[Answer]
    declarations: Sequence[Field]
    cost: Markup
    draft: str
    title: str

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, each beside the id of its place."""
        wrong = [(f"a-{one.id}", _beside(one.label, one.error)) for one in self.answers if one.error]
        return wrong + [(f"f-{field.name}", field.error) for field in self.declarations if field.error]


def _beside(label: Markup, error: str) -> str:
    """Name a question and say what is wrong with its answer; a question that asks needs no colon."""
    words = label.striptags()
    return f"{words} {error}" if words.endswith(("?", "؟")) else f"{words}: {error}"


def barrier_of(look: Look, found: Application) -> Barrier | None:
    """Say what is in the way, if something is known to be."""
    barred = bar(found.definition.document, found.facts)
    if barred is None:
        return None
    remedy = service(barred.remedy) if barred.remedy else None
    return Barrier(
        said(look, barred.message),
        said(look, remedy.title) if remedy else Markup(),
        url_of(remedy.id) if remedy else "",
        behind_bar(look, found, barred.id),
    )


def start_view(look: Look, found: Application) -> StartView:
    """Say what comes, before anything is asked."""
    definition, draft = found.definition, found.draft
    promise = definition.promise
    return StartView(
        service=said(look, definition.title),
        agency=agency(look, definition.agency),
        back=url_of(definition.id),
        url=apply_url(definition.id),
        barrier=barrier_of(look, found),
        questions=_count(look, found),
        papers=[said(look, paper.title) for paper in found.papers if paper.required],
        cost=prices.total(look, definition, found.answers if found.draft else None),
        promise=span(look, promise.within, promise.clock) if promise else "",
        draft_until=day(look, draft.ends_at) if draft else Markup(),
        next_url=resume_url(found),
        draft=found.code,
        has_known=any(is_given(found, one) for one in questions_of(found)),
    )


def paper_view(look: Look, found: Application, one: PaperAsk, error: str, *, from_check: bool) -> PaperView:
    """Show one paper with what is attached, and what is wrong with what was sent."""
    back, progress = _place(look, found, one, from_check=from_check)
    paper = paper_field(look, one, found.draft, error)
    return PaperView(said(look, found.definition.title), paper.label, progress, paper, back, found.code)


def _place(look: Look, found: Application, one: One, *, from_check: bool) -> tuple[str, Markup]:
    """Return the page before this one, and which of how many it is."""
    names = [name_of(other) for other in questions_of(found) if other == one or not is_given(found, other)]
    at = names.index(name_of(one))
    url = apply_url(found.definition.id)
    back = f"{url}check/" if from_check else f"{url}{names[at - 1]}/" if at else url
    return back, phrase(_("Page %(number)s of %(all)s"), number=digits(look, at + 1), all=digits(look, len(names)))


def question_view(
    look: Look, found: Application, one: FactAsk | Ask, given: Sequence[str], fault: str | None, *, from_check: bool
) -> QuestionView:
    """Show one question with what was typed, or what the draft holds, and what is wrong with it."""
    back, progress = _place(look, found, one, from_check=from_check)
    field = with_texts(look, _field(look, found, one), given, fault)
    return QuestionView(
        service=said(look, found.definition.title),
        title=field.label,
        progress=progress,
        field=field,
        back=back,
        draft=found.code,
        known=source_words(look, found, one),
    )


def check_view(look: Look, found: Application, faults: Mapping[str, str], ticked: Sequence[str] = ()) -> CheckView:
    """Show every answer before it is sent, and what is wrong with them."""
    definition = found.definition
    url = apply_url(definition.id)
    schema = definition.document["form"]["schema"]
    answers = found.answers
    declared = [ask for ask in asks(schema, answers) if ask.kind == "checkbox"]
    return CheckView(
        service=said(look, definition.title),
        agency=agency(look, definition.agency),
        back=url,
        url=f"{url}check/",
        answers=[_answer(look, found, one, faults, url) for one in questions_of(found)],
        declarations=[
            with_texts(look, _field(look, found, ask), ["true"] * (ask.name in ticked), faults.get(ask.name))
            for ask in declared
        ],
        cost=prices.total(look, definition, found.answers if found.draft else None),
        draft=found.code,
        title=_("Check your answers before you send them"),
    )


def _field(look: Look, found: Application, one: FactAsk | Ask) -> Field:
    label = said(look, one.title) if isinstance(one, FactAsk) else Markup()
    return field_of(look, ask_in(one), found.definition.document["form"].get("words", {}), label)


def _answer(look: Look, found: Application, one: One, faults: Mapping[str, str], url: str) -> Answer:
    name = name_of(one)
    if isinstance(one, PaperAsk):
        error = missing_words() if name in faults else ""
        shown = _attached(look, found, one)
        return Answer(name.replace(".", "-"), said(look, one.title), shown, f"{url}{name}/?from=check", error)
    ask, value = ask_in(one), value_in(found, one)
    field = with_texts(look, _field(look, found, one), [], faults.get(name))
    shown = shown_answer(look, ask, field, value)
    change = "" if is_settled(found, one) else f"{url}{name}/?from=check"
    return Answer(name.replace(".", "-"), field.label, shown, change, field.error, known_words(look, found, one))


def _attached(look: Look, found: Application, one: PaperAsk) -> Markup:
    files = files_of(look, one.id, found.draft)
    if not files:
        return phrase('<span class="soft">%(words)s</span>', words=_("Nothing attached"))
    names = [phrase("<bdi>%(name)s</bdi> · %(size)s", name=file.name, size=file.size) for file in files]
    return phrase("<br>").join(names)


def shown_answer(look: Look, ask: Ask, field: Field, value: Any) -> Markup:
    """Show an answer as it was meant."""
    if value is None:
        return phrase('<span class="soft">%(words)s</span>', words=_("Not answered"))
    texts = written(ask, value)
    if ask.kind in ("radios", "yes-no", "checkboxes"):
        named = dict(field.choices)
        return phrase(comma(look)).join(named.get(text, phrase("%(x)s", x=text)) for text in texts)
    if ask.kind == "date":
        return day_in_full(look, date.fromisoformat(str(value)), True)
    shown = digits(look, texts[0]) if ask.kind == "number" else texts[0]
    return phrase('<span dir="auto">%(said)s</span>', said=shown)


def _count(look: Look, found: Application) -> Markup:
    count = sum(not is_given(found, one) for one in fields_asked(found))
    if count == 0:
        return phrase("%(words)s", words=_("No questions: what is needed is known already."))
    if count == 1:
        return phrase("%(words)s", words=_("One question."))
    return phrase(_("About %(number)s questions, one on each page."), number=digits(look, count))
