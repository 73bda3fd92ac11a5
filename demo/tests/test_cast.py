"""Nobody of the demonstration can be mistaken for a real person, and everybody can be logged in."""

from __future__ import annotations

from datetime import date

from demo.cast import CAST, lines
from demo.persons import MOST_PERSONS, Population, failing_civil_id
from masar.kernel.ids import civil_id_digits, is_real_civil_id


def is_plausible(civil_id: str) -> bool:
    """It has the shape of a civil ID, a birthday that exists, and fails the check digit."""
    century = {"2": "19", "3": "20"}[civil_id[0]]
    date.fromisoformat(century + civil_id[1:7])
    return civil_id_digits(civil_id) == civil_id and not is_real_civil_id(civil_id)


def test_the_civil_ids_of_the_cast_fail_the_check_digit_and_differ() -> None:
    assert all(is_plausible(person.civil_id) for person in CAST)
    assert len({person.civil_id for person in CAST}) == len(CAST) == 12


def test_the_table_names_every_person_with_password() -> None:
    table = "\n".join(lines())
    assert all(part in table for person in CAST for part in (person.name, person.civil_id, person.password))
    assert CAST[0].password == "masar-noura-01"


def test_twenty_thousand_invented_persons_differ_and_fail_the_check_digit() -> None:
    civil_ids = [failing_civil_id("a-log", number) for number in range(45_000)]
    assert len(set(civil_ids)) == 45_000
    assert all(is_plausible(civil_id) for civil_id in civil_ids[::37])


def test_an_invented_person_is_never_one_of_the_cast() -> None:
    assert all(int(person.civil_id[7:11]) >= 9_000 for person in CAST)
    assert int(failing_civil_id("a-log", MOST_PERSONS - 1)[7:11]) < 9_000


def test_a_population_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    one, same, other = Population("x", 50), Population("x", 50), Population("y", 50)
    assert [one.person(n) for n in (7, 0, 49)] == [same.person(n) for n in (7, 0, 49)]
    assert one.of_case("c1") == same.of_case("c1")
    assert one.person(0) != other.person(0)
