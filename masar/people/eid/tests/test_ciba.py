"""CIBA: what is pushed, how seldom we ask, what a ping must prove, and which answers are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.openid import client as client_module
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.port import Approved, Denied, Expired, Pending, Started, new_binding_message
from masar.people.eid.tests.forging import (
    AUTH_REQ_ID,
    CIVIL_ID,
    FALSE_CLAIMS,
    OTHER_CIVIL_ID,
    PASSWORD_ACR,
    PUSH_ACR,
    Change,
    Forger,
    saying,
    setup,
)
from masar.people.eid.tests.test_oidc import refused

GRANT = "urn:openid:params:grant-type:ciba"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(client_module, "now", clock)
    return clock


@pytest.fixture
def forger() -> Forger:
    return Forger()


@pytest.fixture
def provider(forger: Forger, tmp_path: Path) -> Ciba:
    return Ciba(setup(tmp_path, redirect_uri=None), forger.exchange())


@pytest.fixture
def pinged(forger: Forger, tmp_path: Path) -> Ciba:
    return Ciba(setup(tmp_path, redirect_uri=None, ping=True), forger.exchange())


def begin(provider: Ciba, **more: Any) -> Started:
    asked: dict[str, Any] = {"login_hint": CIVIL_ID, "binding_message": "MSR-4821", "acr": PUSH_ACR} | more
    return provider.start(mode="push", **asked)


def says(forger: Forger, *codes: str) -> None:
    forger.answers["/token"] = [(400, {"error": code}) for code in codes]


def test_a_person_is_asked_on_the_telephone(forger: Forger, provider: Ciba, clock: Clock) -> None:
    started = begin(provider, login_hint="٢٨٥٠١٠١١٢٣٤٥", ttl=90)
    assert started.display.code == "MSR-4821"
    assert started.interval == 5
    assert started.expires_at == clock.at + timedelta(seconds=90)
    assert forger.calls("/backchannel") == [
        {
            "scope": "openid profile civil_id",
            "login_hint": CIVIL_ID,
            "binding_message": "MSR-4821",
            "requested_expiry": "90",
            "acr_values": PUSH_ACR,
        }
    ]
    clock.pass_by(5)
    approved = provider.poll(started.handle)
    assert isinstance(approved, Approved)
    assert (approved.claims.civil_id, approved.claims.acr) == (CIVIL_ID, PUSH_ACR)
    assert forger.calls("/token") == [{"grant_type": GRANT, "auth_req_id": "a-request"}]


@pytest.mark.parametrize("code", ["MSR 4821", "م-٤٨٢١", "MSR-4821\n", "x" * 21, "<b>"])
def test_a_code_that_not_every_telephone_shows_is_refused(forger: Forger, provider: Ciba, code: str) -> None:
    with refused(refusals.BindingMessageIsNotAllowed, "binding_message"):
        begin(provider, binding_message=code)
    assert not forger.asked


def test_a_code_is_drawn_where_none_is_given(forger: Forger, provider: Ciba) -> None:
    shown = begin(provider, binding_message="").display.code
    assert forger.calls("/backchannel")[0]["binding_message"] == shown
    assert len({new_binding_message() for _ in range(50)}) > 40


@pytest.mark.parametrize(("hint", "reason"), [(None, "nobody"), ("", "nobody"), ("12345", "shape")])
def test_somebody_must_be_named(forger: Forger, provider: Ciba, hint: str | None, reason: str) -> None:
    with refused(refusals.CivilIdIsNeeded, reason):
        begin(provider, login_hint=hint)
    assert not forger.asked


@pytest.mark.parametrize("mode", ["qr", "redirect"])
def test_another_way_is_not_offered(provider: Ciba, mode: Any) -> None:
    with refused(refusals.ModeIsNotOffered, mode):
        provider.start(mode=mode, login_hint=CIVIL_ID)


def test_the_provider_is_not_asked_before_its_interval_has_passed(forger: Forger, provider: Ciba, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", "expires_in": 120, "interval": 7})]
    says(forger, "authorization_pending", "authorization_pending")
    handle = begin(provider).handle
    assert provider.poll(handle) == Pending(7, handle)
    clock.pass_by(6.5)
    assert provider.poll(handle) == Pending(1, handle)
    assert not forger.calls("/token")
    clock.pass_by(0.5)
    pending = provider.poll(handle)
    assert isinstance(pending, Pending)
    assert pending.retry_after == 7
    assert len(forger.calls("/token")) == 1
    provider.poll(pending.handle)
    assert len(forger.calls("/token")) == 1


def test_asked_to_slow_down_we_stay_slower(forger: Forger, provider: Ciba, clock: Clock) -> None:
    says(forger, "slow_down", "authorization_pending", "slow_down")
    handle, waits = begin(provider).handle, []
    for _ in range(3):
        clock.pass_by(handle["interval"])
        pending = provider.poll(handle)
        assert isinstance(pending, Pending)
        handle = pending.handle
        waits.append(pending.retry_after)
    assert waits == [10, 10, 15]


def test_after_silence_we_ask_less_often(forger: Forger, provider: Ciba, clock: Clock) -> None:
    handle, waits = begin(provider, ttl=600).handle, []
    forger.answers["/token"] = [(503, {})] * 5
    handle["expires_at"] += 600
    for _ in range(5):
        clock.pass_by(handle["interval"])
        pending = provider.poll(handle)
        assert isinstance(pending, Pending)
        handle = pending.handle
        waits.append(pending.retry_after)
    assert waits == [10, 20, 40, 60, 60]


def test_a_no_and_an_end_are_told(forger: Forger, provider: Ciba, clock: Clock) -> None:
    for code, answer in (("access_denied", Denied()), ("expired_token", Expired())):
        handle = begin(provider).handle
        clock.pass_by(5)
        says(forger, code)
        assert provider.poll(handle) == answer


@pytest.mark.parametrize("code", ["invalid_grant", "transaction_failed", "unauthorized_client"])
def test_any_other_error_is_a_refusal(forger: Forger, provider: Ciba, clock: Clock, code: str) -> None:
    handle = begin(provider).handle
    clock.pass_by(5)
    says(forger, code)
    with refused(refusals.ProviderRefused, code):
        provider.poll(handle)


def test_a_person_whom_the_provider_does_not_know_is_a_refusal(forger: Forger, provider: Ciba) -> None:
    forger.answers["/backchannel"] = [(400, {"error": "unknown_user_id", "error_description": CIVIL_ID})]
    with refused(refusals.ProviderRefused, "unknown_user_id"):
        begin(provider)


def test_after_its_time_nobody_is_asked(forger: Forger, provider: Ciba, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", "expires_in": 40})]
    started = begin(provider)
    assert started.expires_at == clock.at + timedelta(seconds=40)
    clock.pass_by(40)
    assert provider.poll(started.handle) == Expired()
    assert not forger.calls("/token")


@pytest.mark.parametrize("promise", [{"expires_in": "x", "interval": 0}, {"expires_in": -1, "interval": 10**9}, {}])
def test_a_strange_promise_is_not_believed(forger: Forger, provider: Ciba, promise: Any, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", **promise})]
    started = begin(provider)
    assert started.interval == 5
    assert started.expires_at == clock.at + timedelta(seconds=120)


def test_an_answer_without_an_id_is_not_understood(forger: Forger, provider: Ciba) -> None:
    forger.answers["/backchannel"] = [(200, {"expires_in": 120})]
    with refused(refusals.AnswerIsNotUnderstood, "auth_req_id"):
        begin(provider)


# What a token says


@pytest.mark.parametrize(("reason", "change"), FALSE_CLAIMS.values(), ids=FALSE_CLAIMS.keys())
def test_a_token_that_says_something_false_is_refused(
    forger: Forger, provider: Ciba, clock: Clock, reason: str, change: Change
) -> None:
    handle = begin(provider).handle
    clock.pass_by(5)
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, reason):
        provider.poll(handle)


def test_a_token_for_another_request_is_refused(forger: Forger, provider: Ciba, clock: Clock) -> None:
    handle = begin(provider).handle
    clock.pass_by(5)
    forger.change = saying(AUTH_REQ_ID, "another")
    with refused(refusals.AnswerIsNotGenuine, "auth_req_id"):
        provider.poll(handle)
    forger.change = saying(AUTH_REQ_ID, "a-request")
    assert isinstance(provider.poll(handle), Approved)


def test_a_weaker_answer_and_somebody_elses_are_refused(forger: Forger, provider: Ciba, clock: Clock) -> None:
    handle = begin(provider, max_age=60).handle
    clock.pass_by(5)
    for kind, reason, change in (
        (refusals.AnswerIsTooWeak, "acr", saying("acr", PASSWORD_ACR)),
        (refusals.AnswerIsTooWeak, "max_age", saying("auth_time", lambda at: at - 120)),
        (refusals.AnswerIsOfSomebodyElse, "civil_id", saying("civil_id", OTHER_CIVIL_ID)),
    ):
        forger.change = change
        with refused(kind, reason):
            provider.poll(handle)


# The provider tells us


def ping(handle: dict[str, Any], **changed: str | None) -> dict[str, str]:
    said = {"authorization": f"Bearer {handle['bearer']}", "auth_req_id": "a-request"} | changed
    return {name: value for name, value in said.items() if value is not None}


def test_a_ping_leads_to_one_call(forger: Forger, pinged: Ciba, clock: Clock) -> None:
    handle = begin(pinged).handle
    [asked] = forger.calls("/backchannel")
    assert asked["client_notification_token"] == handle["bearer"]
    assert len(handle["bearer"]) >= 43
    clock.pass_by(30)
    assert pinged.poll(handle) == Pending(5, handle)
    assert not forger.calls("/token")
    assert isinstance(pinged.callback(handle, ping(handle)), Approved)
    assert len(forger.calls("/token")) == 1


@pytest.mark.parametrize("bearer", [None, "", "Bearer ", "Bearer another", "bearer é"])
def test_a_ping_by_somebody_else_is_refused(forger: Forger, pinged: Ciba, bearer: str | None) -> None:
    handle = begin(pinged).handle
    with refused(refusals.RequestIsNotOurs, "bearer"):
        pinged.callback(handle, ping(handle, authorization=bearer))
    assert not forger.calls("/token")


@pytest.mark.parametrize("auth_req_id", [None, "", "another"])
def test_a_ping_for_another_request_is_refused(forger: Forger, pinged: Ciba, auth_req_id: str | None) -> None:
    handle = begin(pinged).handle
    with refused(refusals.RequestIsNotOurs, "auth_req_id"):
        pinged.callback(handle, ping(handle, auth_req_id=auth_req_id))
    assert not forger.calls("/token")


def test_who_was_not_promised_pings_takes_none(forger: Forger, provider: Ciba) -> None:
    handle = begin(provider).handle
    for said in ("Bearer ", "Bearer", "Bearer None"):
        with refused(refusals.RequestIsNotOurs, "bearer"):
            provider.callback(handle, {"authorization": said, "auth_req_id": "a-request"})


def test_a_ping_before_or_after_the_answer_is_no_approval(forger: Forger, pinged: Ciba, clock: Clock) -> None:
    handle = begin(pinged).handle
    says(forger, "authorization_pending", "access_denied")
    with refused(refusals.RequestIsNotOurs, "early"):
        pinged.callback(handle, ping(handle))
    assert pinged.callback(handle, ping(handle)) == Denied()
    clock.pass_by(120)
    assert pinged.callback(handle, ping(handle)) == Expired()
    assert len(forger.calls("/token")) == 2


def test_a_handle_of_another_identity_is_refused(forger: Forger, pinged: Ciba) -> None:
    handle = begin(pinged).handle
    other = handle | {"identity": "another"}
    with refused(refusals.RequestIsNotOurs, "identity"):
        pinged.poll(other)
    with refused(refusals.RequestIsNotOurs, "identity"):
        pinged.callback(other, ping(handle))


def test_a_provider_out_of_reach_is_said_at_once_when_starting(tmp_path: Path) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("silence")

    exchange = Exchange(transport=httpx.MockTransport(silent))
    with refused(refusals.ProviderIsNotReached, "transport"):
        begin(Ciba(setup(tmp_path, redirect_uri=None), exchange))
