"""What may not be done with a request, each as a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from masar.catalogue.rules.eligibility import Bar
from masar.kernel.errors import Refusal


class NotFound(Refusal):
    """There is no such request, or it is somebody else's."""

    status, code, title = 404, "not-found", "There is no such request here"


class NotAllowed(Refusal):
    """The definition, or the condition of the request, does not allow this."""

    status, code, title = 409, "not-allowed", "This cannot be done with this request now"


class AlreadyClosed(NotAllowed):
    """The request has ended."""

    code, title = "already-closed", "This request has ended"


class NothingAsked(NotAllowed):
    """Nothing is asked of the person now, or it was answered already."""

    code, title = "nothing-asked", "Nothing is asked of you now"


class TooLong(Refusal):
    """A text is longer than is taken."""

    code, title = "too-long", "The text is too long"


class Empty(Refusal):
    """The answer holds nothing."""

    code, title = "empty", "Write your answer first"


class TooManyPapers(Refusal):
    """There are as many files for this paper as are taken."""

    code, title = "too-many-papers", "There are too many files for this paper"


class TooLate(NotAllowed):
    """The time for this is over."""

    code, title = "too-late", "The time for this is over"


class NoSuchDraft(Refusal):
    """Nothing of this kind is being filled in: it was sent, discarded, or never begun."""

    status, code, title = 404, "no-such-draft", "There is no such draft"


class Incomplete(Refusal):
    """Something is missing or wrong in what was filled in; `faults` names it, field by field."""

    code, title = "incomplete", "Something is missing or wrong"

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(faults=dict(faults))
        self.faults = faults


class Barred(Refusal):
    """A condition of the service is known not to be met; `bar` says which, and what helps."""

    code, title = "barred", "A condition of this service is not met"

    def __init__(self, bar: Bar) -> None:
        super().__init__(condition=bar.id, remedy=bar.remedy)
        self.bar = bar
