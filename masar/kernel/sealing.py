"""Sealing: AES-256-GCM from `cryptography`, with the place as part of the seal (docs/adr/0006)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
_NONCE = 12


class CannotOpen(Exception):
    """A sealed value did not open: another key, another row, or changed bytes."""


def new_key() -> bytes:
    """Return 32 random bytes."""
    return AESGCM.generate_key(256)


def seal(key: bytes, plain: bytes, *place: str | int) -> bytes:
    """Encrypt `plain` so that it opens only at its place: (table, column, row id, person id)."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, _associated(place))


def open_sealed(key: bytes, sealed: bytes, *place: str | int) -> bytes:
    """Decrypt what `seal` made for the same place. Raises: CannotOpen."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _associated(place))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(f"a value sealed for {place[:2]} did not open") from error


def _associated(place: tuple[str | int, ...]) -> bytes:
    return "|".join([*map(str, place), str(VERSION)]).encode()
