"""Uploads that must pass, as phones, scanners and offices make them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String
from PIL import Image

TURNS = range(1, 9)


def marked(size: tuple[int, int] = (80, 60), mode: str = "RGB") -> Image.Image:
    """Return a white picture whose top left quarter is red (dark, where there is no red)."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    return picture.convert(mode)


def turned(orientation: int) -> bytes:
    """Return a photograph of `marked` as a phone keeps it that was held in some way."""
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # fmt: skip
    picture = marked()
    kept = picture.transpose(undo[orientation]) if orientation in undo else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[2] = (29.0, 20.0, 5.0)  # where it was taken
    made = io.BytesIO()
    kept.save(made, "JPEG", exif=exif, quality=95)
    return made.getvalue()


def jpeg(size: tuple[int, int] = (80, 60), mode: str = "RGB", *, noise: bool = False, **how: Any) -> bytes:
    """Return a JPEG."""
    made = io.BytesIO()
    _drawn(size, mode, noise).save(made, "JPEG", **how)
    return made.getvalue()


def _drawn(size: tuple[int, int], mode: str, noise: bool) -> Image.Image:
    if noise:
        return Image.frombytes("RGB", size, Random(1).randbytes(3 * size[0] * size[1]))
    return marked(size, mode)


def png(size: tuple[int, int] = (80, 60), mode: str = "RGB", *, noise: bool = False, **how: Any) -> bytes:
    """Return a PNG."""
    made = io.BytesIO()
    _drawn(size, mode, noise).save(made, "PNG", **how)
    return made.getvalue()


def pdf(change: Callable[[Pdf], object] | None = None, *, pages: int = 1, packed: bool = False, **how: Any) -> bytes:
    """Return a document; `change` is done to it before it is written."""
    document = Pdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if pages:
        document.pages[0].obj.Contents = document.make_stream(b"0 0 m 100 100 l S")
    if change:
        change(document)
    mode = ObjectStreamMode.generate if packed else ObjectStreamMode.disable
    made = io.BytesIO()
    document.save(made, object_stream_mode=mode, fix_metadata_version=False, **how)
    return made.getvalue()


def scan(document: Pdf) -> None:
    """Put a photograph on the first page, as a scanner does."""
    picture = document.make_stream(jpeg((400, 300)))
    picture.stream_dict = Dictionary(
        Type=Name.XObject, Subtype=Name.Image, Width=400, Height=300, ColorSpace=Name.DeviceRGB, BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )  # fmt: skip
    document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im0=document.make_indirect(picture)))
    document.pages[0].obj.Contents = document.make_stream(b"q 400 0 0 300 0 0 cm /Im0 Do Q")


def link(document: Pdf) -> None:
    """Put a link to a page of the web on the first page."""
    action = Dictionary(S=Name.URI, URI=String("https://example.org"))
    one = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    document.pages[0].obj.Annots = Array([document.make_indirect(one)])


def opening_at_a_page(document: Pdf) -> None:
    """Let the document open at its first page."""
    document.Root.OpenAction = Array([document.pages[0].obj, Name.Fit])


def outlined(document: Pdf) -> None:
    """Give the document an outline."""
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("الصفحة الأولى", 0))


def told(document: Pdf) -> None:
    """Give the document words about itself."""
    with document.open_metadata() as words:
        words["dc:title"] = "Salary certificate"
    document.docinfo["/Author"] = "Somebody"


def filled(document: Pdf) -> None:
    """Give the document a field that somebody filled in."""
    field = Dictionary(Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("نورة"), Rect=Array([0, 0, 90, 20]))
    one = document.make_indirect(field)
    document.Root.AcroForm = Dictionary(Fields=Array([one]), NeedAppearances=True)
    document.pages[0].obj.Annots = Array([one])


def cases() -> Iterator[tuple[str, bytes]]:
    """Return every good upload: name and bytes."""
    for orientation in TURNS:
        yield f"a photograph, held the way {orientation}", turned(orientation)
    yield "a photograph of 12 megapixels", jpeg((4000, 3000), quality=92)
    for size in ((1, 1), (3, 2000), (2400, 2400), (2401, 100)):
        yield f"a photograph of {size[0]}×{size[1]}", jpeg(size)
    for mode in ("L", "CMYK", "RGB"):
        yield f"a photograph in {mode}", jpeg(mode=mode)
    yield "a photograph that comes in steps", jpeg(progressive=True)
    yield "a photograph with 4:4:4 colours", jpeg(subsampling=0, quality=100)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        yield f"a picture in {mode}", png(mode=mode) if mode != "I;16" else _sixteen()
    yield "a screenshot", png((1080, 2340))
    yield "a picture of noise", png((300, 200), noise=True)
    yield "a picture that moves", png(save_all=True, append_images=[marked()])
    yield "a page", pdf()
    yield "200 pages", pdf(pages=200)
    for change in (scan, link, opening_at_a_page, outlined, told, filled):
        for packed in (False, True):
            yield f"a document: {change.__name__}{', packed' * packed}", pdf(change, packed=packed)
    yield "a document that begins at once", pdf(scan, linearize=True)
    yield "a document that is not packed", pdf(scan, compress_streams=False)
    for version in ("1.3", "1.7", "2.0"):
        yield f"a document of version {version}", pdf(scan, force_version=version)
    yield "a document that may only be read", pdf(encryption=pikepdf.Encryption(user="", owner="other", R=6))


def _sixteen() -> bytes:
    made = io.BytesIO()
    marked(mode="L").convert("I").point(lambda value: value * 257).convert("I;16").save(made, "PNG")
    return made.getvalue()
