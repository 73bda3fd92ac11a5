"""Numbers and ids: check digits, the digits people type, what is a civil ID."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from masar.kernel.ids import (
    check_digit,
    civil_id_digits,
    is_dotted,
    is_real_civil_id,
    new_number,
    new_row_id,
    read_number,
    shown,
)

NUMBERS = some.integers(10**9, 10**10 - 1).map(lambda digits: digits * 10 + check_digit(str(digits)))
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def test_the_check_digit_is_that_of_iso_7064() -> None:
    assert check_digit("0794") == 5  # the standard's own example


@given(NUMBERS)
def test_a_number_is_read_however_it_is_written(number: int) -> None:
    for text in (str(number), shown(number), shown(number).replace("-", " "), shown(number).translate(EASTERN)):
        assert read_number(text) == number
    assert shown(number).replace("-", "") == str(number)


@given(NUMBERS, some.integers(0, 10), some.integers(1, 9))
def test_every_single_wrong_digit_is_found(number: int, place: int, shift: int) -> None:
    digits = list(str(number))
    digits[place] = str((int(digits[place]) + shift) % 10)
    assert read_number("".join(digits)) is None


def test_nearly_all_swapped_neighbours_are_found() -> None:
    found = swapped = 0
    for number in (new_number() for _ in range(2000)):
        digits = str(number)
        for n in range(10):
            if digits[n] != digits[n + 1]:
                swapped += 1
                found += read_number(digits[:n] + digits[n + 1] + digits[n] + digits[n + 2 :]) is None
    assert found / swapped > 0.96


@pytest.mark.parametrize("text", ["", "4829173306", "482917330655", "0829173306x", "4829173306a", "٤٨٢٩", "1" * 400])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_new_numbers_are_random_and_checked() -> None:
    numbers = {new_number() for _ in range(2000)}
    assert len(numbers) == 2000
    assert all(read_number(str(number)) == number for number in numbers)
    assert len({str(number)[0] for number in numbers}) == 9


@pytest.mark.parametrize("digits", ["288020122596", "227081660516", "292091998298"])
def test_public_examples_of_civil_ids_are_real(digits: str) -> None:
    assert is_real_civil_id(digits)


@pytest.mark.parametrize("digits", ["292091998297", "288200122596"])
def test_public_counter_examples_are_not(digits: str) -> None:
    assert not is_real_civil_id(digits)


@given(some.integers(0, 10**11 - 1))
def test_at_most_one_last_digit_is_right(body: int) -> None:
    digits = f"2{body:010d}"[:11]
    assert sum(is_real_civil_id(digits + str(last)) for last in range(10)) <= 1


def test_a_civil_id_is_read_in_any_digits_and_spacing() -> None:
    assert civil_id_digits("٢٨٨٠٢٠١٢٢٥٩٦") == "288020122596"
    assert civil_id_digits("۲۸۸۰ ۲۰۱۲ ۲۵۹۶") == "288020122596"
    assert civil_id_digits("288-0201-22596") == "288020122596"
    for text in ("188020122596", "28802012259", "2880201225967", "x88020122596", ""):
        assert civil_id_digits(text) is None


def test_dotted_ids() -> None:
    assert all(map(is_dotted, ("kw.moi.gdt", "kw.moi.gdt.renew-driving-licence", "a.b1")))
    assert not any(map(is_dotted, ("kw", "Kw.moi", "kw..moi", ".kw", "kw.moi-", "kw.moi\n", "kw." + "a" * 100, "kw.م")))


def test_row_ids_grow_with_time() -> None:
    first = new_row_id()
    time.sleep(0.002)
    later = new_row_id()
    assert first < later
    assert (first.version, str(first.variant)) == (7, "specified in RFC 4122")
    assert len({new_row_id() for _ in range(1000)}) == 1000
