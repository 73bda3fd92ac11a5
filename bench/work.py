"""The pieces of work that are measured, each with its limit, and how many statements each costs."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from bench.figures import AGENCY, Bench, Reports, Row, as_bytes
from bench.limits import Copied, Expression, Script, script_of_read, written
from masar.api.events import BATCHED, STRUCTURED
from masar.cases.actions import agency_actor, record
from masar.cases.queries.rows import PAGES
from masar.catalogue.queries import catalogue
from masar.kernel.database import acting

Statements = list[tuple[str, Any]]
BATCH = 500


@contextmanager
def statements() -> Iterator[Statements]:
    """Gather what psycopg is asked to execute in this process; BEGIN and COMMIT are not among it."""
    found: Statements = []
    plain = psycopg.Cursor.execute

    def noted(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        found.append((query.decode() if isinstance(query, bytes) else str(query), params))
        return plain(self, query, params, **options)

    psycopg.Cursor.execute = noted  # type: ignore[method-assign]
    try:
        yield found
    finally:
        psycopg.Cursor.execute = plain  # type: ignore[method-assign]


def cookie_of(person_id: int) -> tuple[str, str]:
    """Log a person in; return the cookie's value and the session's id."""
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    from masar.people.actions import start_session
    from masar.portal.cookie import SESSION_ID, SESSION_PERSON, SESSION_SEEN

    store = SessionStore()
    with acting("masar_login"):
        session = start_session(person_id).hex
    store[SESSION_PERSON], store[SESSION_ID], store[SESSION_SEEN] = person_id, session, int(time.time()) + 3600
    store.save()
    return str(store.session_key), session


def my_requests_as_json(bench: Bench, cookies: dict[int, tuple[str, str]]) -> Row:
    """The newest twenty requests of one person."""
    requests = [bench.get("/api/v1/me/requests", cookie) for cookie, _ in cookies.values()]
    row = bench.measure("my requests, JSON", "requests/s", lambda: requests, _list_limit(bench, cookies))
    row.statements = _statements_of("/api/v1/me/requests", cookies)
    row.limit_is = "pgbench of the page's one statement, as masar_citizen"
    return row.judged(ratio=0.15, cpu=1.0)


def page(
    bench: Bench, cookies: dict[int, tuple[str, str]], name: str, paths: dict[int, str], **goals: Any
) -> Row | None:
    """A whole Arabic page, if it stands."""
    first = next(iter(paths))
    if _answer(paths[first], cookies[first][0]).status_code != 200:
        return None
    requests = [bench.get(paths[person], cookie) for person, (cookie, _) in cookies.items() if person in paths]
    row = bench.measure(name, "pages/s", lambda: requests, _list_limit(bench, cookies))
    row.statements = _statements_of(paths[first], {first: cookies[first]})
    row.limit_is = "pgbench of the list's statement"
    return row.judged(**goals)


def _list_limit(bench: Bench, cookies: dict[int, tuple[str, str]]) -> Callable[[], float]:
    persons = list(cookies)
    step = persons[1] - persons[0] if len(persons) > 1 else 1
    session = next(iter(cookies.values()))[1]
    settings = f"\\set k random(0, {len(persons) - 1})\n\\set person {persons[0]} + :k * {step}"
    parameters = (":person", "now()", f"'{session}'::uuid", "null", "0", "21")
    script = Script(script_of_read(PAGES["open"], parameters, settings), "masar_citizen")
    return lambda: script.rate(bench.dsn, bench.seconds, bench.folder)


def _answer(path: str, cookie: str) -> Any:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies["masar"] = cookie
    return client.get(path, headers={"Accept-Language": "ar"})


def _statements_of(path: str, cookies: dict[int, tuple[str, str]]) -> int:
    cookie = next(iter(cookies.values()))[0]
    _answer(path, cookie)
    with statements() as found:
        answer = _answer(path, cookie)
    assert answer.status_code == 200, answer.content[:300]
    return len(found)


# Reporting


def one_event(bench: Bench, reports: Reports) -> Row:
    """One event in one request: known or not, timeline, projection, leaf, promise to tell."""

    def requests() -> list[bytes]:
        return [bench.post(as_bytes(reports.on_known()), STRUCTURED) for _ in range(int(1500 * bench.seconds) + 500)]

    script = _script_of_event(bench, reports)
    row = bench.measure(
        "one event posted", "events/s", requests, lambda: script.rate(bench.dsn, bench.seconds, bench.folder)
    )
    row.statements = _statements_of_post(bench, as_bytes(reports.on_known()))
    row.limit_is = "pgbench of the intake's own transaction, as masar_agency"
    return row.judged(ratio=0.30, cpu=1.4, statements=5)


def _statements_of_post(bench: Bench, body: bytes) -> int:
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    for _ in range(2):
        with statements() as found:
            answer = client.post(
                "/api/v1/events", body, content_type=STRUCTURED, headers={"Authorization": f"Bearer {bench.key}"}
            )
        assert answer.status_code == 200, answer.content[:300]
        body = body.replace(b'"id": "n-', b'"id": "m-', 1)
    return len(found)


def _script_of_event(bench: Bench, reports: Reports) -> Script:
    """Write the intake's transaction for pgbench: what one event made psycopg execute, with what differs drawn anew."""
    sent = reports.on_known()
    ref = sent["subject"].removeprefix("ref:")
    catalogue()  # fresh for some seconds, so that its look does not stand among the statements
    with statements() as found:
        item = record(agency_actor(AGENCY), [sent])[0]
    assert item.status == "accepted", item
    ids = sorted(bench.filled.numbers)
    id_ = int(ref[1:])
    person, number = bench.filled.owners[id_], bench.filled.numbers[id_]
    look = next(n for n, (text, _) in enumerate(found) if "for update" in text)
    write = next(n for n, (text, _) in enumerate(found) if "insert into cases_event" in text)
    tokens = {
        sent["id"]: "('p-' || :u)",
        ref: "('B' || lpad((:n)::text, 9, '0'))",
        f"{{{id_}}}": "('{' || :request_id || '}')",
        f"{{{person}}}": "('{' || :person_id || '}')",
        f"{{{number}}}": "('{' || :number || '}')",
    }
    lines = [f"\\set n random({ids[0]}, {ids[-1]})", "\\set u random(1, 9000000000000000)", "begin;"]
    for n, (text, parameters) in enumerate(found[: write + 1]):
        line = written(text, _drawn_anew(text, parameters) if n == write else parameters or (), tokens)
        lines.append(line + (" \\gset" if n == look else ";"))
    lines.append("commit;")
    return Script("\n".join(lines) + "\n", "masar_web")


def _drawn_anew(text: str, parameters: Sequence[Any]) -> list[Any]:
    """Replace what a second run must not repeat: row ids, and the count of the projection."""
    changed: list[Any] = [
        Expression("('{' || gen_random_uuid() || '}')") if re.fullmatch(r"\{[0-9a-f-]{36}\}", str(value)) else value
        for value in parameters
    ]
    first = text[: text.index("changed as (")].count("%s")
    changed[first + 1] = Expression("('{' || :seq || '}')")
    return changed


def batches(bench: Bench, reports: Reports, *, opening: bool) -> Row:
    """HTTP batches of five hundred events: on known requests, or whole stories as logs have them."""

    def requests() -> list[bytes]:
        count = int(24 * bench.seconds) + 6
        made = [
            reports.batch_of_stories(BATCH) if opening else [reports.on_known() for _ in range(BATCH)]
            for _ in range(count)
        ]
        return [bench.post(as_bytes(batch), BATCHED) for batch in made]

    copied = Copied(bench.dsn)
    name = "HTTP batches of 500, whole stories" if opening else "HTTP batches of 500, known requests"
    row = bench.measure(name, "events/s", requests, lambda: copied.rate(bench.seconds), per_request=BATCH)
    row.limit_is = "COPY of the ready events into the same table, one process"
    return row.judged(ratio=0.20)
