"""A section for developers: how an agency tells what it knows of persons."""

from __future__ import annotations

from masar.portal.presenters.guide import Section, example_file, shown, terms, words
from masar.portal.tongue import gettext as _

_ANSWER = """{"items": [{"status": "kept"}]}"""


def facts_section() -> Section:
    """Say what may be told, and what is answered."""
    said = [
        ("`kept`", _("It counts from now on.")),
        ("`older`", _("You told newer before: the facts that `older` names stay as they are; the others are kept.")),
        ("`unknown-person`", _("Nobody here has this civil ID. Nothing is kept of them.")),
        ("`invalid`", _("Mend what `problem.errors` names. Nothing of this item is kept.")),
    ]
    return Section(
        "facts",
        _("Tell what you know"),
        [
            words(
                _(
                    "A person is not asked for what an agency knows. Tell the facts that services declare with your "
                    "agency as their `source` (`/api/v1/services` lists them), for up to 1,000 persons at a time:"
                )
            ),
            example_file("facts.sh"),
            shown(_ANSWER),
            terms(said),
            words(
                _(
                    "`at` says since when it is so: the newer stands, in whatever order it arrives, and the same again "
                    "changes nothing. `null` takes a fact back."
                )
            ),
            words(
                _(
                    "A fact counts for 30 days after `at`, or until `until`; then nobody knows it any more. Tell what "
                    "counts days anew each day."
                )
            ),
        ],
    )
