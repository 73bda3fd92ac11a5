"""Handles as they are kept: sealed, so that a session or a row tells nobody whom they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from masar.kernel.crypto import CannotOpen, open_sealed, seal, vault
from masar.people.eid.port import Handle
from masar.people.eid.refusals import RequestIsNotOurs

_PURPOSE = "eid-handle"


def sealed(handle: Mapping[str, Any], place: str) -> bytes:
    """Seal a handle for one place, such as the id of a browser's session."""
    return seal(vault().key_for(_PURPOSE), msgspec.json.encode(handle), _PURPOSE, place)


def opened(kept: bytes, place: str) -> Handle:
    """Open what `sealed` made for the same place. Raises: RequestIsNotOurs."""
    try:
        plain = open_sealed(vault().key_for(_PURPOSE), kept, _PURPOSE, place)
        return msgspec.json.decode(plain, type=dict[str, Any])
    except (CannotOpen, msgspec.DecodeError) as error:
        raise RequestIsNotOurs("handle") from error
