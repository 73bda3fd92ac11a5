"""Uploads that must not pass: each with the code of its refusal. Made here, so that none lies in the repository."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from random import Random

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

from masar.files.cleaning import EICAR
from masar.files.tests.good import jpeg, pdf, png

Case = tuple[str, bytes, str]
_FOREIGN = {
    "html": b"<!DOCTYPE html><script>alert(1)</script>", "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>',
    "xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "js": b"alert(document.cookie)",
    "zip": b"PK\x03\x04" + bytes(60), "docx": b"PK\x03\x04\x14\x00\x06\x00" + bytes(60), "exe": b"MZ\x90\x00" + bytes(60),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(60), "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(60),
    "gif": b"GIF89a\x01\x00\x01\x00" + bytes(60), "tiff-intel": b"II*\x00\x08\x00\x00\x00" + bytes(60),
    "tiff-motorola": b"MM\x00*\x00\x00\x00\x08" + bytes(60), "bmp": b"BM" + bytes(60),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(60), "avif": b"\x00\x00\x00\x18ftypavif" + bytes(60),
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(60), "jpeg-2000": b"\x00\x00\x00\x0cjP  \r\n" + bytes(60),
    "postscript": b"%!PS-Adobe-3.0\n", "rtf": b"{\\rtf1 hello}", "text": "سلام".encode(), "php": b"<?php system($_GET[1]); ?>",
    "shell": b"#!/bin/sh\nrm -rf ~\n", "java": b"\xca\xfe\xba\xbe" + bytes(60), "sqlite": b"SQLite format 3\x00" + bytes(60),
    "gzip": b"\x1f\x8b\x08" + bytes(60), "bzip2": b"BZh91AY&SY" + bytes(60), "xz": b"\xfd7zXZ\x00" + bytes(60),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(60), "rar": b"Rar!\x1a\x07\x01\x00" + bytes(60), "psd": b"8BPS\x00\x01" + bytes(60),
    "ico": b"\x00\x00\x01\x00\x01\x00" + bytes(60), "wasm": b"\x00asm\x01\x00\x00\x00", "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
    "a page before the document": b"<html>" + pdf(), "nul before the document": b"\x00" + pdf(), "bom before the picture": b"\xef\xbb\xbf" + jpeg(),
}  # fmt: skip


def cases() -> Iterator[Case]:
    """Return every bad upload: name, bytes, code."""
    yield "nothing", b"", "empty"
    for name, data in _FOREIGN.items():
        yield f"{name} under a good name", data, "wrong-type"
    most = 10 * 1024 * 1024
    for kind, begin in (("pdf", b"%PDF-1.7\n"), ("jpeg", b"\xff\xd8\xff\xe0"), ("png", b"\x89PNG\r\n\x1a\n")):
        yield f"a {kind} of more than 10 MB", begin + bytes(most), "too-large"
        yield f"only the beginning of a {kind}", begin, "damaged"
        yield f"a {kind} of nonsense", begin + Random(kind).randbytes(5000), "damaged"
    yield from _cut_short()
    yield from _bent()
    yield from _bombs()
    yield from _acting()
    yield from _carrying()
    yield from _locked()
    yield from _infected()
    yield from _crooked()


def _cut_short() -> Iterator[Case]:
    for kind, whole in (("jpeg", jpeg(size=(400, 300))), ("png", png(size=(200, 150))), ("pdf", pdf(pages=3))):
        for share in range(4, 92, 4):
            yield f"a {kind} cut at {share} %", whole[: max(9, len(whole) * share // 100)], "damaged"


def _bent() -> Iterator[Case]:
    """Pictures with one wrong byte in what a checksum covers."""
    whole, chance = bytearray(png(size=(120, 90), noise=True)), Random(7)
    first, last = whole.index(b"IDAT") + 4, whole.index(b"IEND") - 12
    for n in range(24):
        at = chance.randrange(first, last)
        bent = bytearray(whole)
        bent[at] ^= 1 << chance.randrange(8)
        yield f"a png with a wrong byte ({n})", bytes(bent), "damaged"


def _bombs() -> Iterator[Case]:
    for width, height in ((30_000, 30_000), (65_500, 1_000), (1, 2_000_000_000), (8_001, 8_001)):
        yield f"a png that says {width}×{height}", _claiming(width, height), "too-many-pixels"
    large = bytearray(jpeg())
    at = large.index(b"\xff\xc0") + 5
    large[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    yield "a jpeg that says 65500×65500", bytes(large), "too-many-pixels"
    yield "a png with text that unpacks to 200 MB", _chunk_first(b"zTXt", b"a\0\0" + _packed(200)), "damaged"
    yield (
        "a png with a colour profile that unpacks to 200 MB",
        _chunk_first(b"iCCP", b"a\0\0" + _packed(200)),
        "damaged",
    )
    yield "a page that unpacks to 300 MB", pdf(_stream(_packed(300), Name.FlateDecode)), "too-large"
    nested = zlib.compress(_packed(300), 9)
    yield "a page packed twice", pdf(_stream(nested, Array([Name.FlateDecode, Name.FlateDecode]))), "too-large"
    yield (
        "ten streams of 40 MB",
        pdf(lambda p: [_stream(_packed(40), Name.FlateDecode)(p) for _ in range(10)]),
        "too-large",
    )
    yield "201 pages", pdf(pages=201), "too-many-pages"
    yield "5000 pages", pdf(pages=5000), "too-many-pages"
    yield "no page", pdf(pages=0), "damaged"
    deep = b"[" * 20_000 + b"]" * 20_000
    yield "an array of 20000 arrays", pdf().replace(b"/MediaBox", b"/Deep " + deep + b" /MediaBox", 1), "damaged"
    yield "pages that are their own parents", pdf(_looping), "damaged"


def _claiming(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(bytes(99))) + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _chunk_first(name: bytes, body: bytes) -> bytes:
    whole = png()
    return whole[:33] + _chunk(name, body) + whole[33:]


def _packed(megabytes: int) -> bytes:
    worker = zlib.compressobj(9)
    return b"".join([*(worker.compress(bytes(1024 * 1024)) for _ in range(megabytes)), worker.flush()])


def _stream(content: bytes, filter_: pikepdf.Object) -> Callable[[Pdf], None]:
    def put(document: Pdf) -> None:
        stream = document.make_stream(b"")
        stream.write(content, filter=filter_)
        document.pages[0].obj["/X"] = Array([*document.pages[0].obj.get("/X", ()), document.make_indirect(stream)])

    return put


def _looping(document: Pdf) -> None:
    pages = document.Root.Pages
    pages.Kids = Array([pages])


_ACTIONS: dict[str, tuple[Callable[[], Dictionary], str]] = {
    "javascript": (lambda: Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")), "script"),
    "a launch": (lambda: Dictionary(S=Name.Launch, F=String("cmd.exe")), "script"),
    "a form that is sent": (lambda: Dictionary(S=Name.SubmitForm, F=String("http://example.org")), "script"),
    "data that is imported": (lambda: Dictionary(S=Name.ImportData, F=String("a.fdf")), "script"),
    "a rendition": (lambda: Dictionary(S=Name.Rendition, OP=0), "script"),
    "a film": (lambda: Dictionary(S=Name.Movie), "script"),
    "another document": (lambda: Dictionary(S=Name.GoToR, F=String("b.pdf"), D=Array([0, Name.Fit])), "script"),
    "an embedded document": (lambda: Dictionary(S=Name.GoToE, D=Array([0, Name.Fit])), "attachment"),
    "media that runs": (lambda: Dictionary(S=Name.RichMediaExecute), "script"),
    "a view in space": (lambda: Dictionary(S=Name.GoTo3DView), "script"),
    "a page, then javascript": (
        lambda: Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Dictionary(S=Name.JavaScript, JS=String("x"))),
        "script",
    ),
}


def _on_opening(document: Pdf, action: Dictionary) -> None:
    document.Root.OpenAction = action


def _on_closing(document: Pdf, action: Dictionary) -> None:
    document.Root.AA = Dictionary(WC=document.make_indirect(action))


def _on_a_page(document: Pdf, action: Dictionary) -> None:
    document.pages[0].obj.AA = Dictionary(O=action)


def _on_a_link(document: Pdf, action: Dictionary) -> None:
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
    document.pages[0].obj.Annots = Array([document.make_indirect(link)])


def _on_a_field(document: Pdf, action: Dictionary) -> None:
    field = Dictionary(
        Subtype=Name.Widget, FT=Name.Tx, T=String("a"), Rect=Array([0, 0, 9, 9]), AA=Dictionary(K=action)
    )
    one = document.make_indirect(field)
    document.Root.AcroForm = Dictionary(Fields=Array([one]))
    document.pages[0].obj.Annots = Array([one])


def _in_the_outline(document: Pdf, action: Dictionary) -> None:
    item = document.make_indirect(Dictionary(Title=String("a"), A=action))
    document.Root.Outlines = document.make_indirect(Dictionary(First=item, Last=item, Count=1))
    item.Parent = document.Root.Outlines


def _among_the_names(document: Pdf, action: Dictionary) -> None:
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), document.make_indirect(action)])))


_PLACES = (_on_opening, _on_closing, _on_a_page, _on_a_link, _on_a_field, _in_the_outline, _among_the_names)


def _acting() -> Iterator[Case]:
    for name, (action, code) in _ACTIONS.items():
        for place in _PLACES:
            for packed in (False, True):
                data = pdf(lambda document, p=place, a=action: p(document, a()), packed=packed)
                where = place.__name__.strip("_").replace("_", " ")
                expected = "script" if place is _among_the_names else code
                yield f"{name} {where}{', packed' * packed}", data, f"{expected}|script|attachment"
    yield "names written in figures", _by_hand(b"<</S/J#61va#53cript/#4a#53(app.alert\\(1\\))>>"), "script"
    yield "a script in figures", _by_hand(b"<</S/JavaScript/JS<6170702e616c657274>>>"), "script"
    yield "a launch by hand", _by_hand(b"<</S/L#61unch/F(cmd.exe)>>"), "script"
    yield (
        "a form of XML",
        pdf(lambda p: p.Root.__setitem__("/AcroForm", Dictionary(XFA=String("<xdp/>"), Fields=Array()))),
        "script",
    )
    for kind, code in (("RichMedia", "script"), ("Movie", "script"), ("Screen", "script"), ("3D", "script"),
                       ("Sound", "script"), ("FileAttachment", "attachment")):  # fmt: skip
        yield f"an annotation {kind}", pdf(_annotation(kind)), code
    outside = pdf(_stream(b"x", Name.FlateDecode)).replace(b"/Filter /FlateDecode", b"/F (a.txt)         ", 1)
    yield "content that lies elsewhere", outside, "script|damaged"


def _by_hand(action: bytes) -> bytes:
    """Write a document whose opening action stands there byte for byte."""
    bodies = (b"<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
              b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", action)  # fmt: skip
    made, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return made + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Root 1 0 R/Size 5>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(made),
    )


def _annotation(kind: str) -> Callable[[Pdf], None]:
    def put(document: Pdf) -> None:
        one = Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array([0, 0, 9, 9]))
        document.pages[0].obj.Annots = Array([document.make_indirect(one)])

    return put


def _attach(document: Pdf, content: bytes = b"hello", name: str = "a.txt") -> None:
    document.attachments[name] = pikepdf.AttachedFileSpec(document, content, filename=name)


def _carrying() -> Iterator[Case]:
    for name in ("a.txt", "a.exe", "a.pdf", "invoice.xml"):
        yield f"a document that carries {name}", pdf(lambda p, n=name: _attach(p, name=n)), "attachment"
        yield (
            f"a document that carries {name}, packed",
            pdf(lambda p, n=name: _attach(p, name=n), packed=True),
            "attachment",
        )
    yield "a portfolio", pdf(lambda p: p.Root.__setitem__("/Collection", Dictionary(View=Name.D))), "attachment"
    yield "a page with an associated file", pdf(lambda p: p.pages[0].obj.__setitem__("/AF", Array())), "attachment"


def _locked() -> Iterator[Case]:
    for strength in (2, 3, 4, 6):
        how = pikepdf.Encryption(user="secret", owner="other", R=strength, aes=strength >= 4, metadata=strength >= 4)
        yield f"a password (revision {strength})", pdf(encryption=how), "password"


def _infected() -> Iterator[Case]:
    yield "a virus in a comment of a document", pdf() + b"\n%" + EICAR, "infected"
    yield (
        "a virus in a page",
        pdf(lambda p: p.pages[0].obj.__setitem__("/X", p.make_indirect(p.make_stream(EICAR)))),
        "infected",
    )
    yield "a virus in a packed page", pdf(_stream(zlib.compress(b"q " + EICAR), Name.FlateDecode)), "infected"
    yield "a virus in figures", pdf(_stream(EICAR.hex().encode() + b">", Name.ASCIIHexDecode)), "infected"
    yield "a virus beside a picture", jpeg() + EICAR, "infected"
    yield "a virus in the text of a picture", _chunk_first(b"tEXt", b"a\0" + EICAR), "infected"
    yield "a virus that is attached", pdf(lambda p: _attach(p, EICAR)), "attachment|infected"


def _crooked() -> Iterator[Case]:
    whole = pdf(pages=2)
    yield "a document without its table", whole.replace(b"xref", b"xxxx", 1), "damaged"
    yield "a document without its trailer", whole.replace(b"trailer", b"trouble", 1), "damaged"
    yield "a table that points elsewhere", whole.replace(b"startxref\n", b"startxref\n9", 1), "damaged"
    yield "an unknown filter", pdf(_stream(b"x", Name("/Crypt2"))), "damaged"
    yield "a stream that does not unpack", pdf(_stream(b"nonsense", Name.FlateDecode)), "damaged"
    yield "half a stream", pdf(_stream(zlib.compress(bytes(9000))[:-6], Name.FlateDecode)), "damaged"
    made = io.BytesIO()
    Pdf.new().save(made)
    yield "a document of no pages at all", made.getvalue(), "damaged"
