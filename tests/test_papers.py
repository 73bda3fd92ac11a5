"""Papers as they are kept: sealed, a person's own, dropped while they are theirs alone, forgotten when left."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError

from conftest import logged_in, new_civil_id
from masar.files.actions import (
    LEFT_AFTER,
    Kept,
    clean,
    drop_papers,
    forget_left_papers,
    hand_in,
    hold_papers,
    keep_paper,
)
from masar.files.queries import TYPES, open_paper
from masar.files.rules import MOST, Clean
from masar.files.tests.good import jpeg, pdf
from masar.kernel import clock
from masar.kernel.crypto import CannotOpen, open_sealed
from masar.kernel.database import acting
from masar.people.actions import introduce
from masar.people.queries import person_key

pytestmark = pytest.mark.database


class Owner:
    """Somebody who keeps papers."""

    def __init__(self) -> None:
        civil_id = new_civil_id()
        introduce(civil_id, "نورة التجريبية", "ar", "a long password")
        self.id = logged_in(civil_id).person_id
        with self.acting() as cursor:
            cursor.execute("select wrapped, kek from people_person_key where person_id = %s", [self.id])
            wrapped, kek = cursor.fetchone()
        self.key = person_key(self.id, bytes(wrapped), kek)

    def acting(self) -> Any:
        return acting("masar_citizen", person=self.id)

    def keep(self, data: bytes, name: str = "البطاقة.jpg") -> Kept:
        paper = clean(data, TYPES, MOST)
        with self.acting() as cursor:
            return keep_paper(cursor, self.id, self.key, paper, name)

    def open(self, id: UUID, owner: Owner | None = None) -> Any:
        with self.acting() as cursor:
            return open_paper(cursor, (owner or self).id, (owner or self).key, id)


@pytest.fixture
def owner(kuwait: None) -> Owner:
    """Somebody."""
    return Owner()


def test_a_paper_is_kept_and_read_again(owner: Owner) -> None:
    kept = owner.keep(jpeg())
    assert (kept.name, kept.media_type) == ("البطاقة.jpg", "image/jpeg")
    opened = owner.open(kept.id)
    assert (opened.name, opened.media_type, len(opened.content)) == (kept.name, kept.media_type, kept.size)
    assert opened.content == clean(jpeg(), TYPES, MOST).content


def test_the_same_content_is_a_paper_of_its_own_each_time(owner: Owner) -> None:
    one, other = owner.keep(jpeg()), owner.keep(jpeg(), "b.jpg")
    assert one.id != other.id
    with owner.acting() as cursor:
        drop_papers(cursor, owner.id, [one.id])
    assert owner.open(one.id) is None
    assert owner.open(other.id) is not None


def test_nothing_of_it_stands_in_the_open(owner: Owner) -> None:
    kept = owner.keep(pdf(), "salary canary.pdf")
    with acting("masar_system") as cursor:
        cursor.execute("select sealed, sealed_name from files_paper where id = %s", [kept.id])
        sealed, name = (bytes(column) for column in cursor.fetchone())
    assert b"%PDF" not in sealed
    assert b"canary" not in name


def test_a_content_that_was_moved_to_another_row_does_not_open(owner: Owner) -> None:
    one, other = owner.keep(jpeg()), owner.keep(pdf())
    with acting("masar_system") as cursor:
        cursor.execute("select sealed from files_paper where id = %s", [one.id])
        sealed = cursor.fetchone()[0]
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute("update files_paper set sealed = %s where id = %s", [sealed, other.id])
    with pytest.raises(CannotOpen):
        open_sealed(owner.key, bytes(sealed), "files_paper", "sealed", other.id.hex, owner.id)


def test_another_person_neither_reads_nor_drops_it(owner: Owner) -> None:
    stranger, kept = Owner(), owner.keep(jpeg())
    assert stranger.open(kept.id, owner) is None
    with stranger.acting() as cursor:
        drop_papers(cursor, owner.id, [kept.id])
        hold_papers(cursor, owner.id, [kept.id])
        assert hand_in(cursor, owner.id, [kept.id]) == 0
    with acting("masar_agency", agency="kw.moi.gdt") as cursor:
        assert open_paper(cursor, owner.id, owner.key, kept.id) is None
    assert owner.open(kept.id) is not None


def test_what_was_handed_in_is_neither_dropped_nor_forgotten(owner: Owner) -> None:
    kept = owner.keep(jpeg())
    with owner.acting() as cursor:
        assert hand_in(cursor, owner.id, [kept.id]) == 1
        assert hand_in(cursor, owner.id, [kept.id]) == 1
    with owner.acting() as cursor:
        drop_papers(cursor, owner.id, [kept.id])
    forget_left_papers(clock.now() + LEFT_AFTER + timedelta(days=1))
    assert owner.open(kept.id) is not None


def test_what_was_left_is_forgotten_in_time_and_not_before(owner: Owner) -> None:
    kept = owner.keep(jpeg())
    forget_left_papers(clock.now() + LEFT_AFTER - timedelta(minutes=1))
    assert owner.open(kept.id) is not None
    assert forget_left_papers(clock.now() + LEFT_AFTER + timedelta(minutes=1)) >= 1
    assert owner.open(kept.id) is None


def test_a_paper_that_is_held_stays_young(owner: Owner) -> None:
    kept = owner.keep(jpeg())
    with acting("masar_system") as cursor:
        cursor.execute("update files_paper set made_at = made_at - interval '89 days' where id = %s", [kept.id])
    with owner.acting() as cursor:
        hold_papers(cursor, owner.id, [kept.id])
    forget_left_papers(clock.now() + timedelta(days=2))
    assert owner.open(kept.id) is not None


def test_a_large_paper_is_kept_whole(owner: Owner) -> None:
    content = io.BytesIO(b"%PDF-" + bytes(range(256)) * 40_000).getvalue()
    with owner.acting() as cursor:
        kept = keep_paper(cursor, owner.id, owner.key, Clean(content, "application/pdf"), "a.pdf")
    assert owner.open(kept.id).content == content
