"""The door under pressure: neither words nor time tell who has an account, and a hundred at once do not block it."""

from __future__ import annotations

import math
import os
import re
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import psycopg
import pytest

from conftest import new_civil_id
from masar.config.reading import WORKING
from masar.people.actions import introduce
from tests.running import Server

PASSWORD = "a sentence that only tests know"
ROUNDS = 1000
Browser = Callable[[], httpx.Client]


@pytest.fixture
def browser(server: Server) -> Iterator[Callable[[], httpx.Client]]:
    """Open browsers with the form's token; all are closed afterwards."""
    with ExitStack() as opened:
        yield lambda: _with_token(opened.enter_context(httpx.Client(base_url=server.url, timeout=60)))


def _with_token(client: httpx.Client) -> httpx.Client:
    page = client.get("/en/login/").text
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    client.headers["X-CSRFToken"] = found[1]
    return client


def known() -> str:
    civil_id = new_civil_id()
    introduce(civil_id, "نورة", "en", PASSWORD)
    return civil_id


def tried(client: httpx.Client, civil_id: str, password: str) -> tuple[int, str, float]:
    """Try to log in: the status, the page without what differs each time, and the milliseconds it took."""
    began = time.perf_counter()
    answer = client.post("/en/login/", data={"login": civil_id, "password": password})
    took = (time.perf_counter() - began) * 1000
    page = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", answer.text).replace(civil_id, "")
    return answer.status_code, page, took


def test_unknown_wrong_and_waiting_get_the_same_answer(browser: Browser) -> None:
    civil_id, client = known(), browser()
    unknown = tried(client, new_civil_id(), "wrong")
    wrong = tried(client, civil_id, "wrong")
    for _ in range(4):
        tried(client, civil_id, "wrong")
    waiting = tried(client, civil_id, PASSWORD)
    assert unknown[0] == wrong[0] == waiting[0] == 422
    assert unknown[1] == wrong[1] == waiting[1]


def test_a_hundred_log_ins_at_once_are_all_answered_and_other_pages_go_on(server: Server, browser: Browser) -> None:
    people = [known() for _ in range(100)]
    clients = [browser() for _ in people]
    with ThreadPoolExecutor(110) as pool, httpx.Client(base_url=server.url, timeout=30) as other:
        answers = [pool.submit(tried, client, who, PASSWORD) for client, who in zip(clients, people, strict=True)]
        waits = []
        while not all(answer.done() for answer in answers):
            began = time.perf_counter()
            assert other.get("/en/about/").status_code == 200
            waits.append(time.perf_counter() - began)
    statuses = [answer.result()[0] for answer in answers]
    print(f"100 log-ins at once: slowest {max(a.result()[2] for a in answers):.0f} ms; other pages "
          f"{statistics.median(waits) * 1000:.0f} ms, slowest {max(waits) * 1000:.0f} ms")  # fmt: skip
    assert set(statuses) == {303}
    assert httpx.get(f"{server.url}/healthz").status_code == 200


def test_a_stranger_locks_nobody_out(server: Server) -> None:
    """Wrong passwords from one address do not keep the person out at theirs."""
    from masar.kernel.clock import now
    from masar.people import actions

    civil_id = known()
    for n in range(40):
        with pytest.raises(actions.WrongLogIn):
            actions.prove_password(civil_id, "wrong", f"198.51.100.{n % 8}", now())
    assert actions.prove_password(civil_id, PASSWORD, "192.0.2.200", now())


@pytest.mark.soak
def test_time_tells_nobody_who_has_an_account(browser: Browser) -> None:
    """A thousand wrong log-ins of somebody known and of nobody, in turn: by the rank sum, p > 0.01."""
    client = browser()
    some = [known() for _ in range(ROUNDS // 4)]  # four tries each, so that nobody waits
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for n in range(ROUNDS):
        pair = [("known", some[n // 4]), ("unknown", new_civil_id())]
        for kind, civil_id in pair if secrets.randbelow(2) else pair[::-1]:
            status, _, took = tried(client, civil_id, "wrong")
            assert status == 422
            times[kind].append(took)
    p = rank_sum(times["known"], times["unknown"])
    print({kind: round(statistics.median(took), 2) for kind, took in times.items()}, f"p = {p:.3f}")
    assert p > 0.01
    assert rank_sum(times["known"], [took + 1 for took in times["unknown"]]) < 0.01, "a millisecond would be seen"


def rank_sum(one: list[float], other: list[float]) -> float:
    """Return the two-sided p of Mann and Whitney's test, by the normal approximation."""
    ranked = sorted([(value, True) for value in one] + [(value, False) for value in other])
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def test_a_crowd_takes_no_more_connections_to_the_database_than_there_are_places_to_work(
    server: Server, browser: Browser
) -> None:
    clients = [browser() for _ in range(60)]
    before = connections_to_the_database()
    with ThreadPoolExecutor(60) as pool:
        for _ in range(3):
            assert {answer.status_code for answer in pool.map(lambda one: one.get("/readyz"), clients)} == {200}
    assert connections_to_the_database() - before <= 2 * WORKING, "each thread that only reads would keep two"


def connections_to_the_database() -> int:
    with psycopg.connect(os.environ["MASAR_PG_DSN"]) as owner:
        row = owner.execute(
            "select count(*) from pg_stat_activity where usename in ('masar_web', 'masar_citizen')"
            " and datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0])
