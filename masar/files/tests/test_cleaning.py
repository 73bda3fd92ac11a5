"""What is uploaded: bad files are refused by a code, good ones come back as they look and without what they hide."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest
from PIL import Image

from masar.files import process
from masar.files.actions import clean
from masar.files.rules import MOST, TYPES, Clean, NotAPaper, clean_name
from masar.files.tests import bad, good


def outcome(data: bytes, accept: Sequence[str] = TYPES, most: int = MOST) -> str | Clean:
    """What becomes of an upload: the paper, or the code of its refusal."""
    try:
        return clean(data, accept, most)
    except NotAPaper as refusal:
        return str(refusal.code)


def test_no_bad_upload_passes_and_each_is_refused_by_its_code() -> None:
    every = list(bad.cases())
    assert len(every) >= 250
    assert len({name for name, _, _ in every}) == len(every)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda case: outcome(case[1]), every))
    wrong = {
        name: got if isinstance(got, str) else "PASSED"
        for (name, _, codes), got in zip(every, found, strict=True)
        if got not in codes.split("|")
    }
    assert wrong == {}


def test_every_good_upload_passes_and_opens_again() -> None:
    every = list(good.cases())
    assert len(every) >= 40
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda case: outcome(case[1]), every))
    for (name, _), paper in zip(every, found, strict=True):
        assert isinstance(paper, Clean), (name, paper)
        if paper.media_type == "application/pdf":
            with pikepdf.open(io.BytesIO(paper.content)) as document:
                assert len(document.pages) >= 1, name
                assert not document.is_encrypted, name
        else:
            assert Image.open(io.BytesIO(paper.content)).size[0] >= 1, name


@pytest.mark.parametrize("orientation", good.TURNS)
def test_a_photograph_stands_the_right_way_up_and_says_nothing_about_its_maker(orientation: int) -> None:
    paper = outcome(good.turned(orientation))
    assert isinstance(paper, Clean)
    picture = Image.open(io.BytesIO(paper.content)).convert("RGB")
    assert picture.size == (80, 60)
    near = [picture.getpixel(at) for at in ((10, 10), (70, 10), (10, 50), (70, 50))]
    assert [pixel[1] < 100 for pixel in near] == [True, False, False, False]  # type: ignore[index]
    assert not picture.getexif()
    assert b"Telephone" not in paper.content


def test_a_picture_is_made_to_fit() -> None:
    large = good.png((1500, 1000), noise=True)
    assert len(large) > 4_000_000
    for most in (3_000_000, 400_000):
        paper = outcome(large, most=most)
        assert isinstance(paper, Clean)
        assert len(paper.content) <= most
    assert outcome(large, ("image/png",), 30_000) == "too-large"
    assert outcome(good.pdf(good.scan), most=1000) == "too-large"


def test_a_type_that_this_paper_does_not_take_is_refused() -> None:
    assert outcome(good.pdf(), ("image/jpeg", "image/png")) == "wrong-type"
    assert outcome(good.jpeg(), ("application/pdf",)) == "wrong-type"
    assert outcome(good.png(), ("image/jpeg",)) == "wrong-type"


@pytest.mark.parametrize("payload", [b"<script>alert(1)</script>", b"PK\x03\x04evil", b"<?php system(1); ?>"])
def test_what_hides_beside_a_picture_or_a_document_is_gone(payload: bytes) -> None:
    for data in (
        good.jpeg(comment=payload), good.jpeg() + payload, good.png() + payload, good.pdf() + b"\n" + payload,
        bad._chunk_first(b"tEXt", b"a\0" + payload),
    ):  # fmt: skip
        assert payload in data
        paper = outcome(data)
        assert isinstance(paper, Clean), paper
        assert payload not in paper.content


def test_a_document_loses_its_links_and_the_words_about_it() -> None:
    paper = outcome(good.pdf(lambda p: (good.link(p), good.told(p))))
    assert isinstance(paper, Clean)
    assert b"example.org" not in paper.content
    assert b"Salary" not in paper.content
    with pikepdf.open(io.BytesIO(paper.content)) as document:
        assert "/Metadata" not in document.Root
        assert "/Author" not in document.docinfo


def test_the_same_upload_gives_the_same_bytes() -> None:
    for data in (good.turned(6), good.pdf(good.scan), good.png(mode="P")):
        assert outcome(data) == outcome(data)


def test_the_other_process_sees_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is given: no environment, no file of ours, and limits that the operating system keeps."""
    monkeypatch.setenv("MASAR_SECRET", "canary")
    asked = "import os,sys,json; print(json.dumps(dict(os.environ))); print('django' in sys.modules)"
    program = f"import masar.files.cleaning; {asked}"
    told = subprocess.run(
        [sys.executable, "-I", "-c", program], env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=True
    )
    assert b"canary" not in told.stdout
    assert told.stdout.strip().endswith(b"False")


def test_whatever_the_other_process_answers_is_read_as_a_stranger_s() -> None:
    for answer in (b"", b"nonsense", b"[]\n", b'{"media_type": "text/html"}\n<html>', b'{"media_type": "image/png"}\n',
                   b'{"code": "infected"}\n'):  # fmt: skip
        with pytest.raises(NotAPaper) as told:
            process._read(answer, TYPES, MOST)
        assert told.value.code == "damaged"


def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "WALL", 0.01)
    began = time.monotonic()
    assert outcome(good.jpeg((4000, 3000))) == "took-too-long"
    assert time.monotonic() - began < 5


def test_no_more_than_two_are_looked_at_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "PATIENCE", 0.05)
    held = [process._places.acquire(blocking=False) for _ in range(process.AT_ONCE)]
    try:
        assert held == [True, True]
        assert outcome(good.jpeg()) == "not-now"
    finally:
        for _ in held:
            process._places.release()
    assert isinstance(outcome(good.jpeg()), Clean)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("صورة البطاقة.jpg", "صورة البطاقة.jpg"), ("../../etc/passwd", "passwd.jpg"), ("C:\\a\\b.PDF", "b.jpg"),
        ("a\u202egpj.exe", "agpj.exe.jpg"), ("", "paper.jpg"), ("...", "paper.jpg"), ("a" * 300, "a" * 116 + ".jpg"),
        ('<b>"x"|y?*', "bxy.jpg"), ("a\x00\n b", "a b.jpg"), ("IMG_1.jpeg", "IMG_1.jpg"),
        ("شناختی\u200cکارڈ.png", "شناختی\u200cکارڈ.jpg"),
    ],
)  # fmt: skip
def test_a_name_is_kept_without_what_does_not_belong_there(name: str, kept: str) -> None:
    assert clean_name(name, "image/jpeg") == kept
