"""What goes wrong with a national identity. Titles tell nothing of a person; `reason` is for the log alone."""

from __future__ import annotations

from typing import ClassVar

from masar.kernel.errors import Refusal


class EidRefusal(Refusal):
    """A refusal with a reason of one constant word, such as "nonce". It holds no value that anybody sent."""

    status: ClassVar[int] = 502
    code: ClassVar[str] = "identity-not-confirmed"
    title: ClassVar[str] = "Your identity could not be confirmed"

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class IdentityIsNotSetUp(EidRefusal):
    """No identity of this name is configured, or its configuration is wrong."""

    status = 404
    code = "no-such-identity"
    title = "This way to confirm your identity is not offered here"


class ModeIsNotOffered(EidRefusal):
    """The identity cannot be confirmed in this way (push, qr or redirect)."""

    status = 422
    code = "mode-not-offered"
    title = "This way to confirm your identity is not offered here"


class BindingMessageIsNotAllowed(EidRefusal):
    """The code shown on both screens is 1 to 20 characters of ASCII: letters, digits and -._+/!?#."""

    status = 422
    code = "binding-message-not-allowed"
    title = "This code cannot be shown on the other device"


class CivilIdIsNeeded(EidRefusal):
    """A request is pushed to somebody's telephone, and nobody said whose."""

    status = 422
    code = "civil-id-needed"
    title = "A civil ID is needed to send the request to its telephone"


class ProviderIsNotReached(EidRefusal):
    """The provider did not answer in time, or answered that it cannot."""

    status = 503
    code = "identity-not-reached"
    title = "The identity service does not answer at the moment. Try again in a few minutes"


class ProviderRefused(EidRefusal):
    """The provider refused what was asked. `reason` is the code of OAuth, such as "invalid_grant"."""


class AnswerIsNotUnderstood(EidRefusal):
    """The provider answered something else than its protocol says: a redirect, too much, no JSON, another shape."""


class AddressIsNotSafe(EidRefusal):
    """An address of the provider is not https."""


class AnswerIsNotGenuine(EidRefusal):
    """A token failed a check; `reason` names it: alg, signature, typ, iss, aud, azp, exp, iat, nbf, nonce, at_hash …"""


class RequestIsNotOurs(EidRefusal):
    """What came back belongs to no request of this browser: another state, another issuer, a wrong bearer."""

    status = 403
    code = "identity-request-unknown"
    title = "This answer does not belong to what you started here. Start again"


class AnswerIsTooWeak(EidRefusal):
    """The person was identified less strongly, or longer ago, than was asked."""

    status = 403
    code = "identity-too-weak"
    title = "Your identity was confirmed less strongly than this needs. Start again"


class AnswerIsOfSomebodyElse(EidRefusal):
    """Another person answered than the one who was asked."""

    status = 403
    code = "identity-of-another"
    title = "Somebody else confirmed than the person who was asked"


class AnswerLacksCivilId(EidRefusal):
    """The verified answer holds no civil ID."""
