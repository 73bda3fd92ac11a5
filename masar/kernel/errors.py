"""Refusals that a door can say to a person or a machine, and problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any, ClassVar

PROBLEMS = "urn:masar:problem:"


class Refusal(Exception):
    """Something that was asked for and may not be. Subclasses are named as sentences (`NotAllowed`)."""

    status: ClassVar[int] = 422
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "This was refused"

    def __init__(self, detail: str = "", **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.facts = facts

    def problem(self) -> dict[str, Any]:
        """Return the problem object: type, title, status, code, detail and the facts given."""
        body: dict[str, Any] = {
            "type": PROBLEMS + self.code,
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        if self.detail:
            body["detail"] = self.detail
        return body | self.facts
