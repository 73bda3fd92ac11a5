"""Which identities this installation offers: `MASAR_EID` names a JSON file (docs/operate.md). Without it, none."""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from masar.people.eid import adapters
from masar.people.eid.port import EidProvider
from masar.people.eid.refusals import IdentityIsNotSetUp
from masar.people.eid.setup import Setup


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    adapter: str
    title: dict[str, str]
    acr: str = ""
    settings: msgspec.Raw = msgspec.Raw(b"{}")


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity that is offered: its name in addresses, title by language, provider, and how strong it must be."""

    name: str
    title: Mapping[str, str]
    provider: EidProvider
    acr: str = ""


def adapter_names() -> list[str]:
    """Return the adapters there are: each a folder of `adapters` with a function `build`."""
    return sorted(found.name for found in pkgutil.iter_modules(adapters.__path__) if found.ispkg)


def identities() -> Mapping[str, Identity]:
    """Return the identities that are offered, in the order of the file. Raises: IdentityIsNotSetUp."""
    file = os.environ.get("MASAR_EID", "")
    if not file:
        return MappingProxyType({})
    return _read(Path(file).resolve(), os.environ.get("MASAR_DEMONSTRATION") == "1")


def identity(name: str) -> Identity:
    """Return an identity by its name. Raises: IdentityIsNotSetUp."""
    found = identities().get(name)
    if found is None:
        raise IdentityIsNotSetUp("unknown name")
    return found


@lru_cache(maxsize=8)
def _read(file: Path, loopback: bool) -> Mapping[str, Identity]:
    try:
        entries = msgspec.json.decode(file.read_bytes(), type=dict[str, _Entry])
    except (OSError, msgspec.DecodeError) as error:
        raise IdentityIsNotSetUp(f"MASAR_EID: {error}") from error
    return MappingProxyType(
        {
            name: Identity(name, MappingProxyType(entry.title), _built(name, entry, file.parent, loopback), entry.acr)
            for name, entry in entries.items()
        }
    )


def _built(name: str, entry: _Entry, folder: Path, loopback: bool) -> EidProvider:
    if entry.adapter not in adapter_names():
        raise IdentityIsNotSetUp(f"MASAR_EID: {name}: no such adapter")
    module = importlib.import_module(f"{adapters.__name__}.{entry.adapter}")
    provider: EidProvider = module.build(Setup(name, bytes(entry.settings), folder, loopback))
    return provider
