"""Which pages applying has: what is asked of whom, under which address, and what comes next."""

from __future__ import annotations

from typing import Any

from masar.cases.queries import Application
from masar.catalogue.queries import Ask, FactAsk, PaperAsk, asks, facts_asked
from masar.portal.presenters.known import is_given
from masar.portal.presenters.services import apply_url

FACT, PAPER = "fact.", "paper."
One = FactAsk | Ask | PaperAsk


def questions_of(found: Application) -> list[One]:
    """Return what is asked, one page each, for what is answered so far; declarations stand with all answers."""
    return [*fields_asked(found), *found.papers]


def fields_asked(found: Application) -> list[FactAsk | Ask]:
    """Return the questions among what is asked: all but papers."""
    document = found.definition.document
    answers = found.answers
    form = [ask for ask in asks(document["form"]["schema"], answers) if ask.kind != "checkbox"]
    return [*facts_asked(document, {}), *form]


def name_of(one: One) -> str:
    """Return the last part of the address of a question, or of a paper."""
    if isinstance(one, PaperAsk):
        return f"{PAPER}{one.id}"
    return f"{FACT}{one.id}" if isinstance(one, FactAsk) else one.name


def ask_in(one: FactAsk | Ask) -> Ask:
    """Return the question itself."""
    return one.ask if isinstance(one, FactAsk) else one


def value_in(found: Application, one: FactAsk | Ask) -> Any:
    """Return what answers a question, of the draft or known before; None where nothing does."""
    return found.facts.get(one.id) if isinstance(one, FactAsk) else found.answers.get(one.name)


def resume_url(found: Application) -> str:
    """Return the page to begin or go on with: the first question without an answer, also one that may be left out."""
    open_ = [one for one in questions_of(found) if not is_given(found, one) and not is_answered(found, one)]
    return f"{apply_url(found.definition.id)}{name_of(open_[0]) if open_ else 'check'}/"


def next_url(found: Application, after: str = "") -> str:
    """Return the page to go on with: after a question the next without an answer; then what is open; then all answers.

    What an answer calls for may stand before it.
    """
    url, asked = apply_url(found.definition.id), questions_of(found)
    names = [name_of(one) for one in asked]
    rest = asked[names.index(after) + 1 :] if after in names else []
    coming = [one for one in rest if not is_given(found, one) and not is_answered(found, one)]
    coming += [one for one in asked if _is_required(one) and not is_answered(found, one)]
    return f"{url}{name_of(coming[0]) if coming else 'check'}/"


def is_answered(found: Application, one: One) -> bool:
    """Tell whether the draft, or what is known, has an answer or a file."""
    if isinstance(one, PaperAsk):
        return bool(found.draft and found.draft.papers.get(one.id))
    return value_in(found, one) is not None


def _is_required(one: One) -> bool:
    return one.required if isinstance(one, PaperAsk) else ask_in(one).required
