"""What an operator writes of a provider that speaks OpenID Connect."""

from __future__ import annotations

import json

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeyParameters, OKPKey, RSAKey

from masar.people.eid.openid.signatures import algorithm_for
from masar.people.eid.refusals import IdentityIsNotSetUp
from masar.people.eid.setup import Setup


class ClaimNames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What this provider calls the two claims that Masar reads."""

    civil_id: str = "civil_id"
    name: str = "name"


class ClientSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A client at an issuer. Exactly one of `secret_file` and `key_file` (PEM or JWK) names how it proves itself."""

    issuer: str
    client_id: str
    secret_file: str = ""
    key_file: str = ""
    key_id: str = ""
    redirect_uri: str = ""
    scope: str = "openid profile civil_id"
    claims: ClaimNames = ClaimNames()
    acr: dict[str, str] = {}
    ping: bool = False


def read_settings(setup: Setup) -> ClientSettings:
    """Read and check the settings of an identity. Raises: IdentityIsNotSetUp."""
    settings = setup.read(ClientSettings)
    if bool(settings.secret_file) == bool(settings.key_file):
        raise IdentityIsNotSetUp(f"MASAR_EID: {setup.name}: name one of secret_file and key_file")
    if "openid" not in settings.scope.split():
        raise IdentityIsNotSetUp(f"MASAR_EID: {setup.name}: scope needs openid")
    return settings


def read_key(setup: Setup, settings: ClientSettings) -> Key:
    """Read the private key of the client: a JWK, or PEM of an RSA, P-256 or Ed25519 key. Raises: IdentityIsNotSetUp."""
    content = setup.content(settings.key_file)
    named: KeyParameters = {"kid": settings.key_id} if settings.key_id else {}
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            source = json.loads(content) if content.startswith(b"{") else content
            key = kind.import_key(source, named)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if key.is_private and algorithm_for(key):
            return key
    raise IdentityIsNotSetUp(f"MASAR_EID: {setup.name}: key_file holds no private key that can sign")
