"""Types answers into forms, and takes photographs, as a browser would send them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from masar.catalogue.queries import Ask, ask_of, written
from masar.files.tests.good import pdf
from masar.portal.presenters.forms import DATE_PARTS


def typed(ask: Ask, value: Any) -> dict[str, list[str]]:
    """Return what a browser sends for one question."""
    texts = written(ask, value)
    if ask.kind == "date" and texts:
        return {f"{ask.name}.{part}": [text] for part, text in zip(DATE_PARTS, texts, strict=True)}
    return {ask.name: texts} if texts else {}


def photograph(name: str = "صورة.jpg", colour: str = "teal", size: tuple[int, int] = (60, 40)) -> SimpleUploadedFile:
    """Take a picture of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return SimpleUploadedFile(name, made.getvalue(), "image/jpeg")


def paper_for(accept: Sequence[str]) -> SimpleUploadedFile:
    """Return a file of a kind that is taken."""
    if "image/jpeg" in accept:
        return photograph()
    return SimpleUploadedFile("مستند.pdf", pdf(), "application/pdf")


def typed_form(schema: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what a browser sends for all questions of a form on one page."""
    sent: dict[str, list[str]] = {}
    for name, value in answers.items():
        sent |= typed(ask_of(name, schema["properties"][name], required=True), value)
    return sent
