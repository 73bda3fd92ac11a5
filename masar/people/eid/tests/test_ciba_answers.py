"""CIBA: which answers are refused, and what a ping must prove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from masar.people.eid import refusals
from masar.people.eid.adapters.ciba import Ciba
from masar.people.eid.openid.exchange import Exchange
from masar.people.eid.port import Approved, Denied, Expired, Pending
from masar.people.eid.tests.forging import (
    AUTH_REQ_ID,
    FALSE_CLAIMS,
    OTHER_CIVIL_ID,
    PASSWORD_ACR,
    Change,
    Forger,
    saying,
    setup,
)
from masar.people.eid.tests.visits import Clock, begin, refused, says

# What a token says


@pytest.mark.parametrize(("reason", "change"), FALSE_CLAIMS.values(), ids=FALSE_CLAIMS.keys())
def test_a_token_that_says_something_false_is_refused(
    forger: Forger, ciba: Ciba, clock: Clock, reason: str, change: Change
) -> None:
    handle = begin(ciba).handle
    clock.pass_by(5)
    forger.change = change
    with refused(refusals.AnswerIsNotGenuine, reason):
        ciba.poll(handle)


def test_a_token_for_another_request_is_refused(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    handle = begin(ciba).handle
    clock.pass_by(5)
    forger.change = saying(AUTH_REQ_ID, "another")
    with refused(refusals.AnswerIsNotGenuine, "auth_req_id"):
        ciba.poll(handle)
    forger.change = saying(AUTH_REQ_ID, "a-request")
    assert isinstance(ciba.poll(handle), Approved)


def test_a_weaker_answer_and_somebody_elses_are_refused(forger: Forger, ciba: Ciba, clock: Clock) -> None:
    handle = begin(ciba, max_age=60).handle
    clock.pass_by(5)
    for kind, reason, change in (
        (refusals.AnswerIsTooWeak, "acr", saying("acr", PASSWORD_ACR)),
        (refusals.AnswerIsTooWeak, "max_age", saying("auth_time", lambda at: at - 120)),
        (refusals.AnswerIsOfSomebodyElse, "civil_id", saying("civil_id", OTHER_CIVIL_ID)),
    ):
        forger.change = change
        with refused(kind, reason):
            ciba.poll(handle)


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


def test_who_was_not_promised_pings_takes_none(forger: Forger, ciba: Ciba) -> None:
    handle = begin(ciba).handle
    for said in ("Bearer ", "Bearer", "Bearer None"):
        with refused(refusals.RequestIsNotOurs, "bearer"):
            ciba.callback(handle, {"authorization": said, "auth_req_id": "a-request"})


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
