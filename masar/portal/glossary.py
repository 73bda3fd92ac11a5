"""The words of Masar, explained: each in one or two sentences, where it occurs and all together on one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from masar.portal.look import Look
from masar.portal.tongue import gettext as _
from masar.portal.words import kept


class Term(NamedTuple):
    """A word and what it means; both say it in the language that is spoken now."""

    title: Callable[[], str]
    text: Callable[[], str]


GLOSSARY: Mapping[str, Term] = {
    "request": Term(
        lambda: _("Request"),
        lambda: _(
            "What you ask of a government agency: a licence, a card, a permit, an aid. "
            "It has a number and goes step by step until it ends."
        ),
    ),
    "request-number": Term(
        lambda: _("Request number"),
        lambda: _(
            "The number of your request in Masar. Give it when you ask an agency about your request. "
            "With the number alone nobody can open it."
        ),
    ),
    "path": Term(
        lambda: _("Path"),
        lambda: _("All the steps of a request in their order: what is done, what is now, and what is to come."),
    ),
    "step": Term(
        lambda: _("Step"),
        lambda: _(
            "One part of the way, such as a review or the printing. "
            "In each step somebody has the request: an agency, or you."
        ),
    ),
    "agency": Term(lambda: _("Agency"), lambda: _("The ministry or the public body that works on your request.")),
    "promise": Term(
        lambda: _("Promised time"),
        lambda: _(
            "How long the agency says that it needs. Only its own working time counts; while it is your turn, "
            "the clock stands still."
        ),
    ),
    "working-days": Term(
        lambda: _("Working days"),
        lambda: _("The days on which the agency is open. Weekends and public holidays do not count."),
    ),
    "clock-stopped": Term(
        lambda: _("Clock stopped"),
        lambda: _("Your request waits for you. Until you have done what is needed, the agency's time is not counted."),
    ),
    "last-day": Term(
        lambda: _("Last day"),
        lambda: _("The day until which you can do what is needed from you. After it a request may end by itself."),
    ),
    "freshness": Term(
        lambda: _("Last news"),
        lambda: _(
            "When the agency last told us something about your request. Masar shows what agencies tell it, "
            "and it does not guess."
        ),
    ),
    "hand-over": Term(
        lambda: _("Hand-over"),
        lambda: _(
            "The agency has passed your request to another agency, for a part of the work. "
            "You follow it here as before."
        ),
    ),
    "sub-request": Term(
        lambda: _("Sub-request"),
        lambda: _(
            "A part of your request that another agency does, such as a safety check. "
            "It has its own number and path, and your request waits for it."
        ),
    ),
    "appeal": Term(
        lambda: _("Appeal"),
        lambda: _(
            "If you think that a refusal is wrong, you can ask for it to be looked at again until the last day named. "
            "Other people decide than those who refused."
        ),
    ),
    "archive": Term(
        lambda: _("Archive"), lambda: _("Where your requests go when they have ended. Everything stays readable.")
    ),
    "simple-mode": Term(
        lambda: _("Simple mode"),
        lambda: _("Larger letters, short sentences, one thing at a time. The button stands at the top of each page."),
    ),
    "civil-id": Term(
        lambda: _("Civil ID"), lambda: _("The twelve digits on your civil ID card. With them you log in.")
    ),
    "demonstration-value": Term(
        lambda: _("Demonstration value"),
        lambda: _("A fee, a time or a step that no agency has confirmed yet. It only shows how Masar works."),
    ),
    "needs-you": Term(
        lambda: _("Needs you"),
        lambda: _(
            "Your request waits for you: for a paper, an answer, a payment or a visit. It goes on once that is done."
        ),
    ),
    "in-progress": Term(
        lambda: _("In progress"), lambda: _("An agency is working on your request. You need do nothing.")
    ),
    "ready": Term(
        lambda: _("Ready to collect"),
        lambda: _("What you asked for is made and waits for you. Collect it before the last day."),
    ),
    "late": Term(
        lambda: _("Late"),
        lambda: _("The agency has taken longer than it promised. Masar says so and by how much, until it is done."),
    ),
    "completed": Term(lambda: _("Done"), lambda: _("Your request has ended, and you have what you asked for.")),
    "submitted": Term(
        lambda: _("Received"), lambda: _("The agency has your request. It looks whether everything is there.")
    ),
    "silent": Term(
        lambda: _("No news"),
        lambda: _(
            "The agency has told us nothing for three working days or more. "
            "Whether the work goes on we do not know, and we do not pretend."
        ),
    ),
    "refused": Term(
        lambda: _("Refused"),
        lambda: _("The agency has said no. The page gives the reason and says whether you can appeal."),
    ),
    "withdrawn": Term(
        lambda: _("Withdrawn"), lambda: _("You took the request back. The agency no longer works on it.")
    ),
    "expired": Term(
        lambda: _("Time ran out"),
        lambda: _("What was needed did not come before the last day, and so the request ended. You can apply again."),
    ),
}
FIVE_SIGNS = ("in-progress", "needs-you", "ready", "late", "completed")
_ALPHABETS = {
    "ar": "ءابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "ur": "ابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیے",
}
_ALIKE = str.maketrans("أإآىةؤئ", "اااي" + "هوي")
_MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")


def word(look: Look, term: str, shown: str = "") -> Markup:
    """Write a word that opens its own explanation; `shown` may stand for it. Raises: KeyError for an unknown one."""
    title, opened, named, text = _parts(look, term)
    return Markup('<details class="word"><summary><span>{}{}{}{}</p></details>').format(
        shown or title, opened, named if shown else "", text
    )


@kept
def _parts(look: Look, term: str) -> tuple[str, Markup, Markup, str]:
    """Return the pieces of a word: its title, the mark, its title again where another word stood, its text."""
    title, text = GLOSSARY[term]
    opened = Markup(
        '<span class="vh">: </span><span class="ask">{}</span></span>'
        '<span class="mark" aria-hidden="true">{}</span></summary><p>'
    ).format(_("what does this mean?"), "?" if look.direction == "ltr" else "؟")
    return title(), opened, Markup("<b>{}</b>: ").format(title()), text()


def terms(look: Look) -> Sequence[tuple[str, str, str]]:
    """Return every word as (id, title, explanation), in the alphabetical order of the page's language."""
    said = [(id_, term.title(), term.text()) for id_, term in GLOSSARY.items()]
    return sorted(said, key=lambda one: order_of(one[1], look.language))


def order_of(title: str, language: str) -> list[int]:
    """Return where a word stands in an alphabet: without marks, and in Arabic without its article."""
    alphabet = _ALPHABETS.get(language)
    if alphabet is None:
        return [ord(letter) for letter in title.casefold()]
    plain = _MARKS.sub("", title).translate(_ALIKE) if language == "ar" else _MARKS.sub("", title)
    plain = plain.removeprefix("ال") if language == "ar" else plain
    return [alphabet.find(letter) for letter in plain]
