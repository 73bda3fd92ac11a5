"""Passkeys by WebAuthn (Yubico's `fido2`): asked for with a challenge that counts once, and checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from masar.kernel.crypto import vault
from masar.kernel.database import acting
from masar.kernel.errors import Refusal
from masar.kernel.ids import new_row_id
from masar.people.actions.adding import added, adding
from masar.people.actions.alerts import tell_of
from masar.people.actions.entering import Entering, NotEntering, entering
from masar.people.actions.factors import Factor, credential_index, factors_of, give, use_passkey
from masar.people.actions.sessions import start_session
from masar.people.queries import known_of, person_key
from masar.people.rules import ENTERING_HOLDS, Viewer

NEEDED = UserVerificationRequirement.REQUIRED


class PasskeyRefused(Refusal):
    """The passkey did not prove what was asked."""

    code, title = "passkey-refused", "The passkey was not taken"


def ask_new(id_: UUID, site: str, now: datetime) -> str:
    """Return what a browser needs to make a passkey, as JSON. `site` is the host. Raises: NotEntering."""
    with adding(id_, now) as one:
        name = known_of(one.cursor, one.person_id).get("name", "")
        handle = vault().blind_index("passkey-person", str(one.person_id))
        options, state = _server(site).register_begin(
            PublicKeyCredentialUserEntity(id=handle, name=name, display_name=name),
            credentials=_credentials(one.factors),
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=NEEDED,
        )
        one.challenge = json.dumps(state).encode()
        return json.dumps(dict(options))


def add_passkey(id_: UUID, site: str, answer: str, now: datetime) -> None:
    """Add the passkey that a browser made. Raises: NotEntering, PasskeyRefused."""
    with adding(id_, now) as one:
        state = _spent(one)
        try:
            made = _server(site).register_complete(state, json.loads(answer)).credential_data
        except (ValueError, KeyError, TypeError) as trouble:
            raise PasskeyRefused from trouble
        if made is None:
            raise PasskeyRefused
        knows = {"credential": base64.b64encode(bytes(made)).decode()}
        index = credential_index(made.credential_id)
        added(one, "passkey", give(one.cursor, one.person_id, one.key, "passkey", knows, index=index))


def ask_known(id_: UUID, site: str, now: datetime) -> str:
    """Return what a browser needs to prove one of somebody's passkeys, as JSON. Raises: NotEntering."""
    with entering(id_, now) as one:
        options, state = _server(site).authenticate_begin(_credentials(one.factors), NEEDED)
        one.challenge = json.dumps(state).encode()
        return json.dumps(dict(options))


def prove_by_passkey(id_: UUID, site: str, answer: str, now: datetime) -> None:
    """Prove the second step with a passkey. Raises: NotEntering, PasskeyRefused."""
    refused = True
    with entering(id_, now) as one:
        state = _spent(one)  # spent whether it proves or not
        if state and _is_proven(one, site, state, answer):
            one.state["proved"], refused = "passkey", False
    if refused:
        raise PasskeyRefused


def _is_proven(one: Entering, site: str, state: dict[str, Any], answer: str) -> bool:
    try:
        factor, signed = _checked(site, state, one.factors, answer)
    except PasskeyRefused:
        return False
    return use_passkey(one.cursor, factor, signed)


def ask_anybody(site: str, now: datetime) -> tuple[UUID, str]:
    """Begin to come in with a passkey alone: return the id that the cookie keeps, and what the browser needs."""
    id_ = new_row_id()
    options, state = _server(site).authenticate_begin([], NEEDED)
    with acting("masar_login") as cursor:
        cursor.execute(
            "insert into people_entering (id, purpose, challenge, ends_at)"
            " values (%s::uuid, 'passkey', %s::bytea, %s::timestamptz)",
            [id_, json.dumps(state).encode(), now + ENTERING_HOLDS],
        )
    return id_, json.dumps(dict(options))


def enter_by_passkey(id_: UUID, site: str, answer: str, user_agent: str, now: datetime) -> Viewer:
    """Let somebody in with a passkey alone. Raises: NotEntering, PasskeyRefused."""
    state = _taken(id_, now)
    index = credential_index(_credential_id(answer))
    with acting("masar_login") as cursor:
        cursor.execute(
            "select person_id, set_config('masar.person', person_id::text, true)"
            " from people_factor where index = %s::bytea",
            [index],
        )
        row = cursor.fetchone()
        if row is None:
            raise PasskeyRefused
        person_id: int = row[0]
        cursor.execute(
            "select k.wrapped, k.kek from people_person_key k join people_account a using (person_id)"
            " where k.person_id = %s::bigint and a.is_active",
            [person_id],
        )
        held = cursor.fetchone()
        if held is None:
            raise PasskeyRefused
        key = person_key(person_id, bytes(held[0]), held[1])
        factor, signed = _checked(site, state, factors_of(cursor, person_id, key), answer)
        if not use_passkey(cursor, factor, signed):
            raise PasskeyRefused
        session = start_session(person_id, "passkey", key, user_agent)
        tell_of(cursor, person_id, "logged-in", session)
    return Viewer(person_id, session)


def _taken(id_: UUID, now: datetime) -> dict[str, Any]:
    with acting("masar_login") as cursor:
        cursor.execute(
            "delete from people_entering where id = %s::uuid and purpose = 'passkey' and ends_at > %s::timestamptz"
            " returning challenge",
            [id_, now],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotEntering
    state: dict[str, Any] = json.loads(bytes(row[0]))
    return state


def _spent(one: Entering) -> dict[str, Any]:
    challenge, one.challenge = one.challenge, None
    return json.loads(challenge) if challenge else {}


def _checked(site: str, state: dict[str, Any], factors: Sequence[Factor], answer: str) -> tuple[Factor, int]:
    """Return the passkey that signed, and how often it did. Raises: PasskeyRefused."""
    passkeys = [factor for factor in factors if factor.way == "passkey"]
    try:
        said = json.loads(answer)
        used = _server(site).authenticate_complete(state, _credentials(passkeys), said)
        signed = AuthenticationResponse.from_dict(said).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError) as trouble:
        raise PasskeyRefused from trouble
    by_id = dict(zip([one.credential_id for one in _credentials(passkeys)], passkeys, strict=True))
    return by_id[used.credential_id], signed


def _credential_id(answer: str) -> bytes:
    try:
        return bytes(AuthenticationResponse.from_dict(json.loads(answer)).raw_id)
    except (ValueError, KeyError, TypeError) as trouble:
        raise PasskeyRefused from trouble


def _credentials(factors: Sequence[Factor]) -> list[AttestedCredentialData]:
    return [
        AttestedCredentialData(base64.b64decode(factor.knows["credential"]))
        for factor in factors
        if factor.way == "passkey"
    ]


def _server(site: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(id=site, name="Masar"))
