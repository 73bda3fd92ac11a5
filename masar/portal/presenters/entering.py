"""The pages of coming in: what is asked, which ways there are, how each is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.people.actions import Offered, app_address
from masar.portal.look import Look
from masar.portal.presenters.forms import EMPTY, Field
from masar.portal.presenters.track import code_of
from masar.portal.tongue import gettext as _
from masar.portal.words import digits, phrase, said

LONGEST_PASSWORD = 1000


@dataclass(frozen=True, slots=True)
class WaySaid:
    """A way to prove oneself, as a page offers it."""

    id: str
    shape: str
    name: str
    text: str


def login_fields(typed: str = "", error: str = "") -> list[Field]:
    """Return the fields of civil ID and password."""
    return [
        Field("login", phrase(_("Civil ID")), "number", texts=(typed,), error=error, longest=40, fills="username"),
        Field("password", phrase(_("Password")), "password", longest=LONGEST_PASSWORD, fills="current-password"),
    ]


def code_field(way: str, error: str = "") -> Field:
    """Return the field of a code of one way."""
    return Field(
        "code", phrase(_CODE[way]()), "number", hint=phrase(_HINT[way]()), error=error, longest=40,
        fills="one-time-code",
    )  # fmt: skip


_CODE: Mapping[str, Callable[[], str]] = {
    "app": lambda: _("Code of your app"),
    "message": lambda: _("Code of the message"),
    "codes": lambda: _("A code of your paper"),
}
_HINT: Mapping[str, Callable[[], str]] = {
    "app": lambda: _("Six digits; they change every half minute."),
    "message": lambda: _("Six digits; they hold for ten minutes."),
    "codes": lambda: _("Ten digits. Each code counts once."),
}


def no_civil_id() -> str:
    """Say that a number is no civil ID."""
    return _("A civil ID has 12 digits and begins with 2 or 3. Check the number and try again.")


def wrong_code() -> str:
    """Say that a code was not taken."""
    return _("This code is not right, or it was used already. Look at the newest one and try again.")


def ways_said(ways: Sequence[str]) -> list[WaySaid]:
    """Say the ways to prove oneself."""
    return [WaySaid(way, *_WAYS[way]()) for way in ways]


_WAYS: Mapping[str, Callable[[], tuple[str, str, str]]] = {
    "passkey": lambda: (
        "key",
        _("Passkey"),
        _("Your phone or computer knows you by fingerprint, face or its own code. The safest way, and the quickest."),
    ),
    "app": lambda: (
        "clock",
        _("Authenticator app"),
        _("An app on your phone shows six digits, without any network."),
    ),
    "message": lambda: (
        "bell",
        _("Code by message"),
        _("We send you six digits. The weakest way: take another where you can."),
    ),
    "codes": lambda: (
        "page",
        _("Codes on paper"),
        _("Ten codes that you keep at home, for when the phone is lost."),
    ),
}


@dataclass(frozen=True, slots=True)
class AppSaid:
    """What an authenticator app is given: the square for its camera, or the secret for typing."""

    square: Markup
    secret: Markup


def app_said(secret: bytes, name: str) -> AppSaid:
    """Draw the square of an app's secret, and write it in groups of four."""
    address, typed = app_address(secret, name, _("Masar"))
    groups = " ".join(typed[at : at + 4] for at in range(0, len(typed), 4))
    return AppSaid(code_of(address), phrase('<bdi class="num" dir="ltr">%(secret)s</bdi>', secret=groups))


def code_said(look: Look, code: str) -> Markup:
    """Write a code in groups that are easy to read and to type."""
    size = 3 if len(code) == 6 else 5
    groups = " ".join(digits(look, code[at : at + size]) for at in range(0, len(code), size))
    return phrase('<bdi class="ltr num" dir="ltr">%(code)s</bdi>', code=groups)


def lost_fields(kind: str, typed: str = "", error: str = "") -> list[Field]:
    """Return the fields of civil ID and code for whoever cannot come in; two such forms stand on one page."""
    label, hint = {
        "own": (_("Code of your app, or of your paper"), _("Six digits of the app, or ten of the paper.")),
        "counter": (_("Code from the counter"), _("Twelve digits; they hold for seven days.")),
    }[kind]
    return [
        Field("login", phrase(_("Civil ID")), "number", texts=(typed,), error=error, longest=40, fills="username",
              of=kind),
        Field("code", phrase(label), "number", hint=phrase(hint), longest=40, fills="one-time-code", of=kind),
    ]  # fmt: skip


def password_fields(errors: Mapping[str, str], *, asks_old: bool = True) -> list[Field]:
    """Return the fields of changing a password."""
    hint = phrase(_("At least ten characters. A sentence that only you know is easy to keep in mind."))
    fields = (
        ("old", _("Your password now"), EMPTY, "current-password"),
        ("new", _("New password"), hint, "new-password"),
        ("again", _("New password, once more"), EMPTY, "new-password"),
    )
    return [
        Field(
            name, phrase(label), "password",
            hint=hint, error=errors.get(name, ""), longest=LONGEST_PASSWORD, fills=fills,
        )
        for name, label, hint, fills in fields
        if asks_old or name != "old"
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class IdentitySaid:
    """A national identity as the page of logging in offers it."""

    name: str
    title: Markup
    field: Field | None
    goes: bool


def identities_said(look: Look, offered: Sequence[Offered], typed: str = "", error: str = "") -> list[IdentitySaid]:
    """Say the identities that are offered; those that push ask for a civil ID."""
    field = Field(
        "login", phrase(_("Civil ID")), "number", texts=(typed,), error=error, longest=40, fills="username", of="push"
    )
    return [
        IdentitySaid(one.name, said(look, one.title), field if "push" in one.modes else None, "redirect" in one.modes)
        for one in offered
    ]


def push_errors(error: str) -> list[tuple[str, str]]:
    """Return what is wrong with the civil ID of a push, beside the id of its field."""
    return [("f-push-login", error)] if error else []
