"""A connection whose server process was ended is left for a new one, without a statement to find out."""

from __future__ import annotations

import os
import time

import psycopg
import pytest
from django.db import connections

from masar.catalogue.queries import catalogue, look_again
from masar.kernel.database import acting, leave_if_dead

pytestmark = pytest.mark.database


def end(alias: str) -> int:
    """End the server's process behind a connection, as a restart does; return its number."""
    pid: int = connections[alias].connection.info.backend_pid
    parts = psycopg.conninfo.conninfo_to_dict(os.environ["MASAR_PG_DSN"])
    with psycopg.connect(**parts, autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s)", [pid])
    time.sleep(0.2)
    return pid


def test_acting_goes_on_after_the_server_ended_the_connection(django_db_setup: None) -> None:
    with acting("masar_system") as cursor:
        cursor.execute("select 1")
    before = end("default")
    with acting("masar_system") as cursor:
        cursor.execute("select pg_backend_pid()")
        assert cursor.fetchone()[0] != before


def test_reading_goes_on_after_the_server_ended_the_connection(kuwait: None) -> None:
    look_again()
    catalogue()
    before = end("citizen")
    look_again()
    assert catalogue().definitions
    assert connections["citizen"].connection.info.backend_pid != before


def test_a_living_connection_is_kept(django_db_setup: None) -> None:
    with acting("masar_system") as cursor:
        cursor.execute("select 1")
    link = connections["default"]
    pid = link.connection.info.backend_pid
    leave_if_dead(link)
    assert link.connection.info.backend_pid == pid
