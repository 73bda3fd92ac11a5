"""Envelope encryption, blind indexes and secrets (docs/adr/0006).

A key-encryption key (KEK) in the `KeyRing` wraps one key per person; the person's key wraps one key per case.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from masar.kernel.keyring import FileKeyRing, KeyRing
from masar.kernel.sealing import VERSION, CannotOpen, new_key, open_sealed, seal

__all__ = ["CannotOpen", "FileKeyRing", "KeyRing", "Secrets", "new_key", "open_sealed", "seal", "vault"]


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
