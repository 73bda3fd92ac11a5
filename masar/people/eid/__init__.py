"""National identity: one port, an adapter in a folder of its own for each protocol, identities by configuration.

Adapters know neither tables nor Django; whose account an identity opens is decided by who calls them.
"""

from masar.people.eid.handles import opened, sealed
from masar.people.eid.port import (
    Approved,
    Claims,
    Denied,
    Display,
    EidProvider,
    Expired,
    Handle,
    Mode,
    Pending,
    Started,
    new_binding_message,
)
from masar.people.eid.refusals import EidRefusal
from masar.people.eid.registry import Identity, identities, identity

__all__ = [
    "Approved",
    "Claims",
    "Denied",
    "Display",
    "EidProvider",
    "EidRefusal",
    "Expired",
    "Handle",
    "Identity",
    "Mode",
    "Pending",
    "Started",
    "identities",
    "identity",
    "new_binding_message",
    "opened",
    "sealed",
]
