"""Which identities are offered is data; handles are kept sealed; the stub of Hawyti refuses everything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from masar.kernel.ids import is_real_civil_id
from masar.people import eid
from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.adapters.hawyti import Hawyti, ProtocolIsNotPublic
from masar.people.eid.adapters.oidc import Oidc
from masar.people.eid.registry import adapter_names
from masar.people.eid.setup import Setup
from masar.people.eid.tests.forging import CIVIL_ID, EC, ISSUER, OTHER_CIVIL_ID
from masar.people.eid.tests.visits import refused

CLIENT = {"issuer": ISSUER, "client_id": "masar", "secret_file": "secret"}
PUSH = {"adapter": "ciba", "title": {"ar": "هويتي", "en": "Hawyti"}, "settings": CLIENT}


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write the file of identities, and name it in the environment."""
    (tmp_path / "secret").write_text("a secret")
    numbers = iter(range(100))

    def offer(identities: Any) -> None:
        file = tmp_path / f"eid-{next(numbers)}.json"
        file.write_text(identities if isinstance(identities, str) else json.dumps(identities), encoding="utf-8")
        monkeypatch.setenv("MASAR_EID", str(file))

    return offer


def test_nothing_is_offered_unless_somebody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASAR_EID", raising=False)
    assert eid.identities() == {}
    with refused(refusals.IdentityIsNotSetUp, "unknown name"):
        eid.identity("hawyti")


def test_identities_are_what_the_file_says_in_its_order(offer: Any) -> None:
    offer(
        {
            "uaepass": {
                "adapter": "oidc",
                "title": {"en": "UAE Pass"},
                "settings": CLIENT | {"redirect_uri": "https://masar.example/x"},
            },
            "hawyti": PUSH,
        }
    )
    assert list(eid.identities()) == ["uaepass", "hawyti"]
    found = eid.identity("hawyti")
    assert (found.name, found.title["ar"], found.provider.name) == ("hawyti", "هويتي", "hawyti")
    assert found.provider.modes == {"push"}
    assert isinstance(found.provider, Ciba)
    assert isinstance(eid.identity("uaepass").provider, Oidc)
    assert eid.identity("hawyti") is found
    with refused(refusals.IdentityIsNotSetUp, "unknown name"):
        eid.identity("nafath")


def test_each_folder_is_an_adapter() -> None:
    assert adapter_names() == ["ciba", "hawyti", "oidc", "pretended"]


@pytest.mark.parametrize(
    ("identities", "words"),
    [
        ("{", "MASAR_EID"),
        ([], "MASAR_EID"),
        ({"x": {"title": {}}}, "adapter"),
        ({"x": PUSH | {"colour": "red"}}, "colour"),
        ({"x": PUSH | {"adapter": "../models"}}, "no such adapter"),
        ({"x": PUSH | {"adapter": "tests"}}, "no such adapter"),
        ({"x": PUSH | {"settings": CLIENT | {"colour": "red"}}}, "colour"),
        ({"x": PUSH | {"settings": CLIENT | {"client_id": 7}}}, "client_id"),
        ({"x": PUSH | {"settings": CLIENT | {"secret_file": ""}}}, "one of secret_file and key_file"),
        ({"x": PUSH | {"settings": CLIENT | {"key_file": "key"}}}, "one of secret_file and key_file"),
        ({"x": PUSH | {"settings": CLIENT | {"secret_file": "gone"}}}, "gone"),
        ({"x": PUSH | {"settings": CLIENT | {"scope": "profile"}}}, "openid"),
        ({"x": PUSH | {"settings": CLIENT | {"secret_file": "", "key_file": "secret"}}}, "no private key"),
        ({"x": PUSH | {"adapter": "oidc"}}, "redirect_uri"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(offer: Any, identities: Any, words: str) -> None:
    offer(identities)
    with pytest.raises(refusals.IdentityIsNotSetUp) as caught:
        eid.identities()
    assert words in caught.value.reason
    assert "a secret" not in caught.value.reason


def test_a_file_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MASAR_EID", str(tmp_path / "none.json"))
    with pytest.raises(refusals.IdentityIsNotSetUp):
        eid.identities()


def test_a_public_key_cannot_prove_who_we_are(offer: Any, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(EC.as_pem(private=False))
    offer({"x": PUSH | {"settings": CLIENT | {"secret_file": "", "key_file": "key"}}})
    with pytest.raises(refusals.IdentityIsNotSetUp, match="not offered"):
        eid.identities()


def test_without_tls_only_a_demonstration_on_this_machine_is_asked(offer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    near = PUSH | {"settings": CLIENT | {"issuer": "http://127.0.0.1:3000"}}
    monkeypatch.setenv("MASAR_DEMONSTRATION", "1")
    offer({"x": near})
    assert eid.identity("x")
    monkeypatch.delenv("MASAR_DEMONSTRATION")
    with refused(refusals.AddressIsNotSafe, "address"):
        eid.identities()


# Handles


def test_a_handle_opens_at_its_place_alone() -> None:
    handle = {"identity": "hawyti", "asked_at": 1.5, "civil_id": CIVIL_ID, "max_age": None}
    kept = eid.sealed(handle, "session-1")
    assert CIVIL_ID.encode() not in kept
    assert eid.opened(kept, "session-1") == handle
    for other, place in ((kept, "session-2"), (kept[:-1] + b"x", "session-1"), (b"", "session-1")):
        with refused(refusals.RequestIsNotOurs, "handle"):
            eid.opened(other, place)


# The stub


@pytest.fixture
def stub(tmp_path: Path) -> Hawyti:
    return Hawyti(Setup("hawyti", b"{}", tmp_path))


def test_the_stub_says_that_the_protocol_is_not_public(stub: Hawyti, offer: Any) -> None:
    offer({"hawyti": {"adapter": "hawyti", "title": {"en": "Hawyti"}}})
    assert isinstance(eid.identity("hawyti").provider, Hawyti)
    for call, reason in (
        (lambda: stub.start(mode="push", login_hint=CIVIL_ID), "availability"),
        (lambda: stub.start(mode="qr"), "qr"),
        (lambda: stub.poll({}), "result"),
        (lambda: stub.callback({}, {}), "result"),
        (lambda: stub.availability(CIVIL_ID), "availability"),
        (lambda: stub.push_request(CIVIL_ID, "MSR-4821"), "push"),
        (lambda: stub.qr_request(), "qr"),
        (lambda: stub.result("reference"), "result"),
    ):
        with refused(ProtocolIsNotPublic, reason):
            call()
    with refused(refusals.ModeIsNotOffered, "redirect"):
        stub.start(mode="redirect")
    assert "contract with the authority" in ProtocolIsNotPublic("x").problem()["title"]


def test_the_persons_of_these_tests_are_nobody() -> None:
    assert not is_real_civil_id(CIVIL_ID)
    assert not is_real_civil_id(OTHER_CIVIL_ID)
