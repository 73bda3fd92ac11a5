"""Draws pictures anew: upright, of a size that can be read, without anything that is not a pixel."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from masar.files.rules import LONGEST_SIDE, MOST_PIXELS, Clean, NotAPaper

Image.MAX_IMAGE_PIXELS = None  # ours is asked before anything is unpacked
QUALITIES = (88, 78, 68, 55)
SMALLEST_SIDE = 400
_SIXTEEN_BITS = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def clean_picture(data: bytes, media_type: str, accept: Sequence[str], max_bytes: int) -> Clean:
    """Return a picture drawn anew that fits into `max_bytes`. Raises: NotAPaper, OSError, ValueError, SyntaxError."""
    picture = _upright(_read(data, media_type))
    if media_type == "image/png":
        content = _png(picture)
        if len(content) <= max_bytes:
            return Clean(content, media_type)
        if "image/jpeg" not in accept:
            return Clean(_smaller_png(picture, max_bytes), media_type)
    return Clean(_jpeg(_flat(picture), max_bytes), "image/jpeg")


def _read(data: bytes, media_type: str) -> Image.Image:
    """Read the first frame, already smaller where the format can do that."""
    kind = JpegImageFile if media_type == "image/jpeg" else PngImageFile
    picture: Image.Image = kind(io.BytesIO(data))
    width, height = picture.size
    if width * height > MOST_PIXELS or max(width, height) > 30_000:
        raise NotAPaper("too-many-pixels", most=MOST_PIXELS)
    if media_type == "image/jpeg":
        picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    picture.load()
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Return a picture in a plain mode, the right way round, at most 2400 pixels long."""
    turned = ImageOps.exif_transpose(_plain(picture))
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return turned


def _plain(picture: Image.Image) -> Image.Image:
    """Return a picture as grey, colours, or colours that let through; it keeps what says which way is up."""
    if picture.mode in _SIXTEEN_BITS:
        grey = picture.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
        grey.info.update(picture.info)
        return grey
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode in ("1", "L") else "RGB")


def _flat(picture: Image.Image) -> Image.Image:
    """Lay a picture that lets through on white paper."""
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _bare(picture: Image.Image) -> Image.Image:
    """Return the pixels alone."""
    picture.info = {}
    return picture


def _png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    _bare(picture).save(made, "PNG")
    return made.getvalue()


def _jpeg(picture: Image.Image, max_bytes: int) -> bytes:
    """Write as JPEG, with less quality and then less size until it fits."""
    while True:
        for quality in QUALITIES:
            made = io.BytesIO()
            _bare(picture).save(made, "JPEG", quality=quality)
            if made.tell() <= max_bytes:
                return made.getvalue()
        picture = _three_quarters(picture, max_bytes)


def _smaller_png(picture: Image.Image, max_bytes: int) -> bytes:
    while True:
        picture = _three_quarters(picture, max_bytes)
        content = _png(picture)
        if len(content) <= max_bytes:
            return content


def _three_quarters(picture: Image.Image, max_bytes: int) -> Image.Image:
    if max(picture.size) * 3 // 4 < SMALLEST_SIDE:
        raise NotAPaper("too-large", most=max_bytes)
    return picture.resize((max(1, picture.width * 3 // 4), max(1, picture.height * 3 // 4)), Image.Resampling.LANCZOS)
