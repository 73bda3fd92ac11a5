"""What an adapter is given to build itself from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from masar.people.eid.refusals import IdentityIsNotSetUp

Settings = TypeVar("Settings")


@dataclass(frozen=True, slots=True)
class Setup:
    """The name of an identity, its settings as JSON, the folder of the file they stand in, and whether this is a
    demonstration, where a provider may listen on this machine without TLS."""

    name: str
    settings: bytes
    folder: Path
    loopback: bool = False

    def read(self, type_: type[Settings]) -> Settings:
        """Read the settings as a type. Raises: IdentityIsNotSetUp."""
        try:
            return msgspec.json.decode(self.settings, type=type_)
        except msgspec.DecodeError as error:
            raise IdentityIsNotSetUp(f"MASAR_EID: {self.name}: {error}") from error

    def content(self, file: str) -> bytes:
        """Read a file of secrets that the settings name. Raises: IdentityIsNotSetUp."""
        try:
            return (self.folder / file).read_bytes().strip()
        except OSError as error:
            raise IdentityIsNotSetUp(f"MASAR_EID: {self.name}: {error}") from error
