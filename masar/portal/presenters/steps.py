"""First steps: the panels of the introduction, and what helps somebody who helps a parent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from masar.portal.look import Look
from masar.portal.tongue import gettext as _


class Panel(NamedTuple):
    """One picture of the introduction: the macro that draws it, a title, and a few sentences."""

    picture: str
    title: str
    words: Sequence[str]


class Advice(NamedTuple):
    """One thing that a helper can do; the icon beside it only repeats the title."""

    icon: str
    title: str
    text: str


class Start(NamedTuple):
    """The introduction. `step` is the panel shown where only one fits, from 1; `was_chosen`: the address named it."""

    panels: Sequence[Panel]
    step: int
    was_chosen: bool


class Family(NamedTuple):
    """The page for helpers."""

    today: Sequence[Advice]
    kept: Sequence[str]
    later: Sequence[str]


def start_page(look: Look, wanted: str) -> Start:
    """Say the introduction; `wanted` is the panel as the address names it, and nonsense means the first."""
    panels = panels_of(look)
    chosen = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 3 else 0
    return Start(panels, chosen if 0 < chosen <= len(panels) else 1, 0 < chosen <= len(panels))


def panels_of(look: Look) -> list[Panel]:
    """Return the panels: two short paragraphs each, in simple mode one."""
    made = [_request(), _holder(), _need(), _promise(), _path(), _safety()]
    return [Panel(picture, title, [short] if look.simple else words) for picture, title, short, words in made]


def _request() -> tuple[str, str, str, list[str]]:
    return (
        "asking",
        _("Your request has a path"),
        _("What you ask of the government is a request. Here you see how far it has come."),
        [
            _("When you ask the government for something, such as a licence, a card or an aid, that is a request."),
            _("It gets a number and goes step by step until it is done. Here you see its whole way."),
        ],
    )


def _holder() -> tuple[str, str, str, list[str]]:
    return (
        "ball",
        _("Somebody always has it"),
        _("It is with an agency, or with you. Is it with the agency? Then you can wait in peace."),
        [
            _("At every moment your request is with an agency or with you. Masar says with whom."),
            _("While it is with an agency you need do nothing: no call, no visit."),
        ],
    )


def _need() -> tuple[str, str, str, list[str]]:
    return (
        "turn",
        _("When it is your turn"),
        _("If you see the triangle, something is needed from you."),
        [
            _(
                "Sometimes something is needed from you: a paper, an answer, a payment, a visit. "
                "It stands first, with a triangle and the last day for it."
            ),
            _("While it is your turn the agency's clock stands still. So do it soon."),
        ],
    )


def _promise() -> tuple[str, str, str, list[str]]:
    return (
        "promised",
        _("A time is promised"),
        _("A day is promised. If it passes, Masar writes “Late”."),
        [
            _("A service announces how long it takes. A clock counts only the agency's working time."),
            _(
                "When the time is over, your page says “Late” and by how much. "
                "It stays written there, and nobody can wipe it out."
            ),
        ],
    )


def _path() -> tuple[str, str, str, list[str]]:
    return (
        "reading",
        _("How to read the path"),
        _("A tick: done. The half disc: now. A dashed ring: later."),
        [
            _(
                "A tick: this step is done. The half disc: here your request is now. "
                "A dashed ring: a step to come, with the day on which it is expected."
            ),
            _("At the end stands the flag: there your request is finished."),
        ],
    )


def _safety() -> tuple[str, str, str, list[str]]:
    return (
        "safe",
        _("Stay safe"),
        _("Tell nobody your password. Masar never asks for it."),
        [
            _(
                "Never tell anybody your password, not even an official. "
                "Masar never asks for it, neither by phone nor by message."
            ),
            _("If somebody calls and asks for it, end the call."),
        ],
    )


def family_page() -> Family:
    """Say how to help a parent: today, what stays with them, and what is to come."""
    return Family(
        today=_today(),
        kept=[
            _("The password, and codes that come by message: to nobody, and not to you either."),
            _("Do not keep their password in your own phone. Sign out at the end if others use the device."),
            _("Write an answer only as they wish it. It is recorded in their name."),
        ],
        later=[
            _("It is planned, and it is not there yet."),
            _(
                "Then a person will be able to name you as their helper, for requests that they choose and for a time "
                "that they set. You will log in as yourself; each look of yours will be written down, "
                "and they can end it at any time."
            ),
            _("Until then, help as it is described above: together, with their own log-in."),
        ],
    )


def _today() -> list[Advice]:
    return [
        Advice(
            "key",
            _("Log in together"),
            _("Sit side by side. They hold the phone and type the password themselves; you read with them."),
        ),
        Advice(
            "aa",
            _("Turn on simple mode"),
            _("Larger letters, short sentences, one thing at a time. The button stands at the top of each page."),
        ),
        Advice(
            "zoom",
            _("Make the letters larger"),
            _("Choose larger text in the settings of the phone, or pull the page wider with two fingers."),
        ),
        Advice(
            "sound",
            _("Let the phone read aloud"),
            _("Phones can read pages aloud: look in the settings under accessibility. Masar's pages are made for it."),
        ),
        Advice(
            "print",
            _("Print the page"),
            _("On the page of a request press “Print”. On paper you have the whole path with its dates."),
        ),
    ]
