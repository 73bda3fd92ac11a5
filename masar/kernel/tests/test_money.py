"""Money: fils inside, three decimals outside, never a float."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from masar.kernel.money import read, shown


@given(some.integers(0, 10**15 - 1))
def test_what_is_written_is_read(fils: int) -> None:
    assert read(shown(fils)) == fils


def test_dinars_have_three_decimals() -> None:
    assert [shown(fils) for fils in (0, 5, 12_500, 1_000_000, -1_250)] == [
        "0.000",
        "0.005",
        "12.500",
        "1000.000",
        "-1.250",
    ]


@pytest.mark.parametrize(
    "text", ["", "12", "12.5", "12.50", "12.5000", "-1.000", "1,000.000", "1e3", " 1.000", "1.000\n"]
)
def test_anything_but_three_decimals_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="three decimals"):
        read(text)
