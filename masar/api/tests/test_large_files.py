"""A file of 10,000 rows: how long it takes, and how much memory."""

from __future__ import annotations

import resource
import secrets
import time

import pytest

from conftest import new_civil_id
from masar.api.files.intake import take
from masar.api.files.reading import read_table
from masar.api.files.results import result_file
from masar.api.tests.sheets import HEADS, csv_of, journey, xlsx_of

pytestmark = pytest.mark.database
PERSONS = 50


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_a_large_file_is_read_and_answered_in_little_time_and_memory(make, kuwait: None) -> None:
    """Reading alone; what the heart costs is measured in the soak below."""
    start = secrets.token_hex(4)
    rows = [row for n in range(2_500) for row in journey(f"L-{start}-{n}", "290010100012")]
    content = make([HEADS, *rows])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    table = read_table(content)
    assert sum(1 for _ in table.rows()) == 10_000
    seconds, grown = time.perf_counter() - began, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{table.kind}: {len(content) / 1e6:.1f} MB read in {seconds:.2f} s, {grown:.0f} MB more memory")
    assert seconds < 20
    assert grown < 60


@pytest.mark.soak
def test_ten_thousand_rows_are_taken(kuwait: None) -> None:
    people = [new_civil_id() for _ in range(PERSONS)]
    start = secrets.token_hex(4)
    rows = [row for n in range(2_500) for row in journey(f"L-{start}-{n}", people[n % PERSONS])]
    table = read_table(csv_of([HEADS, *rows]))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    outcome = take("kw.moi.gdt", table, "ar")
    seconds = time.perf_counter() - began
    assert outcome.counts == {"accepted": 10_000}
    began = time.perf_counter()
    assert take("kw.moi.gdt", table, "ar").counts == {"duplicate": 10_000}
    again = time.perf_counter() - began
    began = time.perf_counter()
    size = len(result_file(table, outcome.answers, "ar"))
    wrote = time.perf_counter() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"10,000 rows taken in {seconds:.1f} s, again in {again:.1f} s, answers ({size / 1e6:.1f} MB) written in"
          f" {wrote:.1f} s, {grown:.0f} MB more memory")  # fmt: skip
    assert grown < 300
