"""Envelope encryption, blind indexes and secrets (docs/adr/0006). AES-256-GCM from `cryptography`.

A key-encryption key (KEK) in the `KeyRing` wraps one key per person; the person's key wraps one key per case.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

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


class KeyRing(Protocol):
    """Wraps and unwraps keys of persons. A file ring here; a KMS or PKCS#11 ring has the same three verbs."""

    active: str

    def wrap(self, key: bytes, *place: str | int) -> bytes: ...
    def unwrap(self, kek: str, wrapped: bytes, *place: str | int) -> bytes: ...


class FileKeyRing:
    """KEKs as files of 32 bytes, `<folder>/<id>.kek`; the newest by name is active."""

    def __init__(self, folder: Path) -> None:
        self._keys = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.kek"))}
        if not self._keys:
            raise FileNotFoundError(f"no key-encryption key in {folder}: run `masar doctor`")
        self.active = max(self._keys)

    def wrap(self, key: bytes, *place: str | int) -> bytes:
        """Wrap a key under the active KEK."""
        return seal(self._keys[self.active], key, *place)

    def unwrap(self, kek: str, wrapped: bytes, *place: str | int) -> bytes:
        """Unwrap a key. Raises: CannotOpen, also when the ring has no such KEK."""
        if kek not in self._keys:
            raise CannotOpen(f"the key ring holds no key {kek}")
        return open_sealed(self._keys[kek], wrapped, *place)


class Secrets:
    """The folder of secrets: made at first use, mode 0700, never in the database or a backup of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.glob("*.kek")):
            self._make("00000001.kek")  # one name, so that processes starting at once agree on it
        self.ring: KeyRing = FileKeyRing(folder)
        self.index_key = self._make("index.key")
        self.pepper = self._make("pepper.key")
        self.system_key = self._make("system.key")
        self.web_key = self._make("web.key").hex()

    def _make(self, name: str) -> bytes:
        path = self.folder / name
        if not path.exists():
            part = path.with_suffix(f".{secrets.token_hex(8)}.part")
            part.touch(mode=0o600)
            part.write_bytes(new_key())
            try:
                os.link(part, path)  # the first of two starting processes wins
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return path.read_bytes()

    def blind_index(self, column: str, value: str) -> bytes:
        """Return the 32-byte keyed index by which a sealed value of a column is found."""
        return hmac.digest(self.index_key, f"{column}\0{value}".encode(), "sha256")

    def key_for(self, purpose: str) -> bytes:
        """Return the 32-byte key of one purpose (HKDF, RFC 5869); it tells nothing of the keys of others."""
        return HKDF(SHA256(), 32, None, f"masar|{purpose}|{VERSION}".encode()).derive(self.index_key)

    def password_of_role(self, role: str) -> str:
        """Return the password of a database role on a server that asks for one."""
        return hmac.new(self.system_key, f"role\0{role}".encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _secrets_in(home: str, folder: str | None) -> Secrets:
    return Secrets(Path(folder or Path(home) / "secrets").resolve())


def vault() -> Secrets:
    """Return the secrets of this installation: `MASAR_SECRETS`, else `<MASAR_HOME>/secrets`."""
    return _secrets_in(os.environ.get("MASAR_HOME", "var"), os.environ.get("MASAR_SECRETS"))
