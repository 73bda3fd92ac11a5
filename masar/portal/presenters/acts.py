"""What is said around an act: before it, after it, and when it was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from masar.cases.queries import Sheet
from masar.kernel.errors import Refusal
from masar.portal.look import Look
from masar.portal.presenters.forms import Field, plain_field
from masar.portal.presenters.rows import url_of
from masar.portal.tongue import gettext as _
from masar.portal.words import day, phrase, reference, said


@dataclass(frozen=True, slots=True)
class Notice:
    """A banner: what happened, and what that means."""

    kind: str
    shape: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A page that asks before something is done."""

    title: str
    service: Markup
    number: Markup
    back: str
    consequences: Sequence[Markup]
    button: str
    fields: Sequence[Field] = ()
    is_grave: bool = False

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, each beside the id of its field."""
        return [(f"f-{field.name}", field.error) for field in self.fields if field.error]


def appeal_field() -> Field:
    """Return the one field of an appeal."""
    return plain_field(
        "reason",
        phrase(_("Why do you think the decision is wrong?")),
        hint=phrase(_("Use your own words. No legal form is needed.")),
    )


def withdraw_page(look: Look, sheet: Sheet) -> Confirmation:
    """Ask before a request is withdrawn."""
    return Confirmation(
        title=_("Withdraw the request?"),
        service=said(look, sheet.row.definition.title),
        number=reference(look, sheet.row.number),
        back=url_of(sheet.row.number),
        consequences=[
            phrase(_("The agency stops working on it.")),
            phrase(_("It cannot be taken up again; you would have to apply anew.")),
            phrase(_("The timeline stays in your archive.")),
        ],
        button=_("Yes, withdraw it"),
        is_grave=True,
    )


def appeal_page(look: Look, sheet: Sheet, fields: Sequence[Field]) -> Confirmation:
    """Ask for the reason of an appeal."""
    until = sheet.appeal_until
    last = [phrase(_("The last day for an appeal is %(day)s."), day=day(look, until))] if until else []
    return Confirmation(
        title=_("Appeal against the decision"),
        service=said(look, sheet.row.definition.title),
        number=reference(look, sheet.row.number),
        back=url_of(sheet.row.number),
        consequences=[
            phrase(_("The appeal is a request of its own, with a number and a promise; you follow it here.")),
            *last,
        ],
        button=_("Send the appeal"),
        fields=fields,
    )


def notice_of(done: str, sheet: Sheet) -> Notice | None:
    """Say what was done, if the request shows that it was."""
    row = sheet.row
    if done == "answered" and any(line.type == "answered" and line.by == "person" for line in sheet.lines[-3:]):
        return Notice("ok", "done", _("Your answer has arrived"), _("It stands in the timeline. The agency goes on."))
    if done == "kept" and sheet.draft is not None:
        return Notice("ok", "done", _("Your answer is kept"), _("It is not sent yet. Go on when you like."))
    if done == "applied" and row.is_open:
        return Notice(
            "ok", "done", _("Your request is sent"), _("This is its page: here you see each step, as it happens.")
        )
    if done == "withdrawn" and row.state == "withdrawn":
        return Notice("ok", "done", _("The request is withdrawn"), _("You will find it in your archive."))
    if done == "appealed" and row.is_open:
        return Notice("ok", "done", _("Your appeal is filed"), _("This is its page. Keep the number if you like."))
    return None


def refusal_words(refusal: Refusal) -> Notice:
    """Say what was refused, what is kept and what to do."""
    words = {
        "already-closed": (
            _("The request had already ended"),
            _("Nothing was changed. Below you see how it ended."),
        ),
        "nothing-asked": (
            _("This question is no longer open"),
            _("It was answered already, or the request has moved on. Below you see how it stands now."),
        ),
        "too-late": (_("The time for this is over"), _("Nothing was changed. The agency can tell you what is left.")),
        "empty": (_("The answer is empty"), _("Write your answer and send it again.")),
        "too-long": (_("The text is too long"), _("What you typed is kept. Shorten it and send it again.")),
    }
    title, text = words.get(
        refusal.code,
        (_("This cannot be done now"), _("Nothing was changed. Below you see how the request stands.")),
    )
    return Notice("bad", "stop", title, text)
