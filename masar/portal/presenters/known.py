"""What is known already, in words: it is not asked, and stands with all answers with who told it and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from masar.cases.queries import Application, is_fixed
from masar.catalogue.queries import Ask, FactAsk, PaperAsk, behind, prefill
from masar.people.queries import AGE, OWN, Fact
from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import agency, day, phrase, stopped


def fact_for(found: Application, one: FactAsk | Ask) -> Fact | None:
    """Return the fact that answers a question in the person's place; None where they answer it themselves."""
    if isinstance(one, FactAsk):
        fact = found.known.get(one.id)
        said = found.draft is not None and one.id in found.draft.facts
        return None if fact is None or (said and not is_fixed(fact, one.id)) else fact
    return found.known.get(one.prefill or "") if one.name in found.given else None


def is_given(found: Application, one: FactAsk | Ask | PaperAsk) -> bool:
    """Tell whether a question is answered by what is known, so that it is not asked."""
    return not isinstance(one, PaperAsk) and fact_for(found, one) is not None


def is_settled(found: Application, one: FactAsk | Ask | PaperAsk) -> bool:
    """Tell whether the person cannot change an answer: a fact that is no field of the form, told by who knows it."""
    fact = fact_for(found, one) if isinstance(one, FactAsk) else None
    return fact is not None and isinstance(one, FactAsk) and is_fixed(fact, one.id)


def suggested(found: Application, one: FactAsk | Ask) -> Any:
    """Return what a question's page is filled with: the answer, or what is known and the person may leave out."""
    if isinstance(one, FactAsk):
        return found.facts.get(one.id)
    value = found.answers.get(one.name)
    return prefill(found.definition.document, found.facts).get(one.name) if value is None else value


def known_words(look: Look, found: Application, one: FactAsk | Ask) -> Markup:
    """Say who knows an answer and since when; nothing where the person answers it."""
    fact = fact_for(found, one)
    if fact is None:
        return Markup()
    told = _told(look, fact, one.id if isinstance(one, FactAsk) else one.prefill or "")
    if not is_settled(found, one):
        return told
    return stopped(look, told) + phrase(" %(more)s", more=_("If this is wrong, ask them to put it right."))


def source_words(look: Look, found: Application, one: FactAsk | Ask) -> Markup:
    """Say where the answer that fills a question's page comes from; nothing once the person gave one."""
    name = one.id if isinstance(one, FactAsk) else one.prefill or ""
    said = found.draft and (
        found.draft.facts.get(name) if isinstance(one, FactAsk) else found.draft.answers.get(one.name)
    )
    fact = found.known.get(name)
    return Markup() if fact is None or said is not None else _told(look, fact, name)


def behind_bar(look: Look, found: Application, condition: str) -> Sequence[Markup]:
    """Say who told what is in the way, and when."""
    names = sorted(behind(found.definition.document, condition) & found.known.keys())
    told = [_told(look, found.known[name], name) for name in names if is_fixed(found.known[name], name)]
    return list(dict.fromkeys(told))


def _told(look: Look, fact: Fact, name: str) -> Markup:
    if name == AGE:
        return phrase("%(words)s", words=_("Your civil ID says so"))
    on = day(look, fact.known_at)
    if fact.source == OWN:
        return phrase(_("You told us this on %(day)s"), day=on)
    return phrase(_("Known to the %(agency)s, %(day)s"), agency=agency(look, fact.source), day=on)
