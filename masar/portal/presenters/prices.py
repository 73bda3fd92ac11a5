"""Fees in words: amounts, when each is due, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from masar.catalogue.queries import Definition, price_range
from masar.kernel.money import shown
from masar.portal.look import Look
from masar.portal.presenters.conditions import condition
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, kept, phrase, said


@dataclass(frozen=True, slots=True)
class FeeView:
    """One fee: what it is for, how much, and when it is due (empty: always)."""

    title: Markup
    amount: Markup
    when: Markup


@kept
def dinars(look: Look, fils: int) -> Markup:
    """Write an amount of money; whole dinars without decimals, so that nobody reads 10.000 as ten thousand."""
    return phrase('<span class="nb">%(amount)s</span>', amount=phrase(_("KD %(amount)s"), amount=_amount(look, fils)))


def _amount(look: Look, fils: int) -> str:
    return digits(look, shown(fils).removesuffix(".000"))


def total(look: Look, definition: Definition, answers: Mapping[str, Any] | None = None) -> Markup:
    """Say what a service costs in all, by what the answers leave open: nothing, one amount, or from and to."""
    least, most = price_range(definition.document, answers)
    if most == 0:
        return phrase(_("No fee"))
    if least == most:
        return dinars(look, least)
    if least == 0:
        return phrase(_("Up to %(most)s"), most=dinars(look, most))
    return phrase(_("KD %(least)s to %(most)s"), least=_amount(look, least), most=_amount(look, most))


def fees(look: Look, definition: Definition) -> tuple[Markup, list[FeeView]]:
    """Say each fee of a service, and the one question that decides among them, where there is one."""
    document = definition.document
    declared = document.get("fees", ())
    field = _question([fee.get("when") for fee in declared])
    words = document.get("form", {}).get("words", {})

    def when(fee: Mapping[str, Any]) -> Markup:
        if field:
            return said(look, words.get(f"{field}.{fee['when']['=='][1]}"))
        return condition(look, document, fee["when"]) if "when" in fee else Markup()

    views = [FeeView(said(look, fee["title"]), dinars(look, fee["fils"]), when(fee)) for fee in declared]
    return said(look, words.get(field)), views


def _question(rules: Sequence[Any]) -> str:
    """Name the field of the form whose answer alone decides which of several fees is due; else ""."""
    fields = set()
    for rule in rules:
        match rule:
            case {"==": [{"var": str(name)}, str()]} if name.startswith("form."):
                fields.add(name)
            case _:
                return ""
    return fields.pop().removeprefix("form.") if len(rules) > 1 and len(fields) == 1 else ""
