"""CIBA: what is pushed to a telephone, and how seldom we ask what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.port import Approved, Denied, Expired, Pending, new_binding_message
from masar.people.eid.tests.forging import (
    CIVIL_ID,
    PUSH_ACR,
    Forger,
)
from masar.people.eid.tests.visits import Clock, begin, refused, says

GRANT = "urn:openid:params:grant-type:ciba"


def test_a_person_is_asked_on_the_telephone(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    started = begin(ciba, login_hint="٢٨٥٠١٠١١٢٣٤٥", ttl=90)
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
    approved = ciba.poll(started.handle)
    assert isinstance(approved, Approved)
    assert (approved.claims.civil_id, approved.claims.acr) == (CIVIL_ID, PUSH_ACR)
    assert forger.calls("/token") == [{"grant_type": GRANT, "auth_req_id": "a-request"}]


@pytest.mark.parametrize("code", ["MSR 4821", "م-٤٨٢١", "MSR-4821\n", "x" * 21, "<b>"])
def test_a_code_that_not_every_telephone_shows_is_refused(forger: Forger, ciba: Ciba, code: str) -> None:
    with refused(refusals.BindingMessageIsNotAllowed, "binding_message"):
        begin(ciba, binding_message=code)
    assert not forger.asked


def test_a_code_is_drawn_where_none_is_given(forger: Forger, ciba: Ciba) -> None:
    shown = begin(ciba, binding_message="").display.code
    assert forger.calls("/backchannel")[0]["binding_message"] == shown
    assert len({new_binding_message() for _ in range(50)}) > 40


@pytest.mark.parametrize(("hint", "reason"), [(None, "nobody"), ("", "nobody"), ("12345", "shape")])
def test_somebody_must_be_named(forger: Forger, ciba: Ciba, hint: str | None, reason: str) -> None:
    with refused(refusals.CivilIdIsNeeded, reason):
        begin(ciba, login_hint=hint)
    assert not forger.asked


@pytest.mark.parametrize("mode", ["qr", "redirect"])
def test_another_way_is_not_offered(ciba: Ciba, mode: Any) -> None:
    with refused(refusals.ModeIsNotOffered, mode):
        ciba.start(mode=mode, login_hint=CIVIL_ID)


def test_the_provider_is_not_asked_before_its_interval_has_passed(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", "expires_in": 120, "interval": 7})]
    says(forger, "authorization_pending", "authorization_pending")
    handle = begin(ciba).handle
    assert ciba.poll(handle) == Pending(7, handle)
    clock.pass_by(6.5)
    assert ciba.poll(handle) == Pending(1, handle)
    assert not forger.calls("/token")
    clock.pass_by(0.5)
    pending = ciba.poll(handle)
    assert isinstance(pending, Pending)
    assert pending.retry_after == 7
    assert len(forger.calls("/token")) == 1
    ciba.poll(pending.handle)
    assert len(forger.calls("/token")) == 1


def test_asked_to_slow_down_we_stay_slower(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    says(forger, "slow_down", "authorization_pending", "slow_down")
    handle, waits = begin(ciba).handle, []
    for _ in range(3):
        clock.pass_by(handle["interval"])
        pending = ciba.poll(handle)
        assert isinstance(pending, Pending)
        handle = pending.handle
        waits.append(pending.retry_after)
    assert waits == [10, 10, 15]


def test_after_silence_we_ask_less_often(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    handle, waits = begin(ciba, ttl=600).handle, []
    forger.answers["/token"] = [(503, {})] * 5
    handle["expires_at"] += 600
    for _ in range(5):
        clock.pass_by(handle["interval"])
        pending = ciba.poll(handle)
        assert isinstance(pending, Pending)
        handle = pending.handle
        waits.append(pending.retry_after)
    assert waits == [10, 20, 40, 60, 60]


def test_a_no_and_an_end_are_told(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    for code, answer in (("access_denied", Denied()), ("expired_token", Expired())):
        handle = begin(ciba).handle
        clock.pass_by(5)
        says(forger, code)
        assert ciba.poll(handle) == answer


@pytest.mark.parametrize("code", ["invalid_grant", "transaction_failed", "unauthorized_client"])
def test_any_other_error_is_a_refusal(forger: Forger, ciba: Ciba, clock: Clock, code: str) -> None:
    handle = begin(ciba).handle
    clock.pass_by(5)
    says(forger, code)
    with refused(refusals.ProviderRefused, code):
        ciba.poll(handle)


def test_a_person_whom_the_provider_does_not_know_is_a_refusal(forger: Forger, ciba: Ciba) -> None:
    forger.answers["/backchannel"] = [(400, {"error": "unknown_user_id", "error_description": CIVIL_ID})]
    with refused(refusals.ProviderRefused, "unknown_user_id"):
        begin(ciba)


def test_after_its_time_nobody_is_asked(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", "expires_in": 40})]
    started = begin(ciba)
    assert started.expires_at == clock.at + timedelta(seconds=40)
    clock.pass_by(40)
    assert ciba.poll(started.handle) == Expired()
    assert not forger.calls("/token")


@pytest.mark.parametrize("promise", [{"expires_in": "x", "interval": 0}, {"expires_in": -1, "interval": 10**9}, {}])
def test_a_strange_promise_is_not_believed(forger: Forger, ciba: Ciba, promise: Any, clock: Clock) -> None:
    forger.answers["/backchannel"] = [(200, {"auth_req_id": "a-request", **promise})]
    started = begin(ciba)
    assert started.interval == 5
    assert started.expires_at == clock.at + timedelta(seconds=120)


def test_an_answer_without_an_id_is_not_understood(forger: Forger, ciba: Ciba) -> None:
    forger.answers["/backchannel"] = [(200, {"expires_in": 120})]
    with refused(refusals.AnswerIsNotUnderstood, "auth_req_id"):
        begin(ciba)
