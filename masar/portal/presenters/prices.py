"""Fees in words: amounts, when each is due, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass

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
    amount = phrase(_("KD %(amount)s"), amount=digits(look, shown(fils).removesuffix(".000")))
    return phrase('<span class="nb">%(amount)s</span>', amount=amount)


def total(look: Look, definition: Definition) -> Markup:
    """Say what a service costs in all: nothing, one amount, or from and to."""
    least, most = price_range(definition.document)
    if most == 0:
        return phrase(_("No fee"))
    if least == most:
        return dinars(look, least)
    if least == 0:
        return phrase(_("Up to %(most)s"), most=dinars(look, most))
    return phrase(_("%(least)s to %(most)s"), least=dinars(look, least), most=dinars(look, most))


def fees(look: Look, definition: Definition) -> list[FeeView]:
    """Say each fee of a service."""
    document = definition.document
    return [
        FeeView(
            said(look, fee["title"]),
            dinars(look, fee["fils"]),
            condition(look, document, fee["when"]) if "when" in fee else Markup(),
        )
        for fee in document.get("fees", ())
    ]
