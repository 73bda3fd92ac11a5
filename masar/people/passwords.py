"""Passwords: Argon2id with a pepper outside the database, at most four at once in a process (docs/adr/0006)."""

from __future__ import annotations

import hmac
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from masar.kernel.crypto import vault

_AT_ONCE = BoundedSemaphore(4)


class PepperedArgon2(Argon2PasswordHasher):
    """Argon2id, t=2, m=19,456 KiB, p=1, over HMAC-SHA256(pepper, password)."""

    algorithm = "masar-argon2"
    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Return the encoded hash of a password."""
        with _AT_ONCE:
            return super().encode(_pepper(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a password is the one that was encoded."""
        with _AT_ONCE:
            return super().verify(_pepper(password), encoded)


def _pepper(password: str) -> str:
    return hmac.new(vault().pepper, password.encode(), "sha256").hexdigest()
