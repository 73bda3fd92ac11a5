"""What may not be done with a request, each as a sentence."""

from __future__ import annotations

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


class TooLate(NotAllowed):
    """The time for this is over."""

    code, title = "too-late", "The time for this is over"
