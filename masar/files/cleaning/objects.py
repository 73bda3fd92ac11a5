"""Looks at every object of a document: refuses what acts, carries or reaches out; takes away links and hidden words."""

from __future__ import annotations

from typing import Any

import pikepdf

from masar.files.cleaning.streams import Streams
from masar.files.rules import Code, NotAPaper

MOST_OBJECTS = 300_000
# A document that has one of these does something, or carries something (ISO 32000-2).
KEYS: dict[str, Code] = {
    "/JS": "script",
    "/JavaScript": "script",
    "/XFA": "script",
    "/RichMediaContent": "script",
    "/RichMediaSettings": "script",
    "/Ref": "script",
    "/OPI": "script",
    "/EF": "attachment",
    "/EmbeddedFiles": "attachment",
    "/Collection": "attachment",
    "/AF": "attachment",
}
_ACTIVE_ACTIONS = (
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute", "/Movie", "/GoTo3DView",
    "/GoToR", "/Thread",
)  # fmt: skip
ACTIONS: dict[str, Code] = {**dict.fromkeys(_ACTIVE_ACTIONS, "script"), "/GoToE": "attachment"}
_ACTIVE_KINDS = ("/RichMedia", "/Movie", "/Screen", "/3D", "/PS", "/Sound")
SUBTYPES: dict[str, Code] = {**dict.fromkeys(_ACTIVE_KINDS, "script"), "/FileAttachment": "attachment"}
HIDDEN = {"/Metadata", "/PieceInfo", "/LastModified", "/URI"}
_CONTAINERS = (pikepdf.ObjectType.dictionary, pikepdf.ObjectType.stream)


class Inspection:
    """One look through one document."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.streams = Streams()
        self.seen = 0

    def run(self) -> None:
        """Look at every object, those within object streams too. Raises: NotAPaper."""
        for start in (self.pdf.trailer, *self.pdf.objects):
            self._walk(start)
        for warning in self.pdf.get_warnings():
            raise NotAPaper("damaged", what=str(warning)[:80])

    def _walk(self, start: Any) -> None:
        """Look at an object and what stands directly within it; other objects have a turn of their own."""
        waiting = [start]
        while waiting:
            self.seen += 1
            if self.seen > MOST_OBJECTS:
                raise NotAPaper("damaged")
            one = waiting.pop()
            if not isinstance(one, pikepdf.Object):
                continue
            if one._type_code in _CONTAINERS:
                self._look(one)
                waiting += [value for _, value in one.items() if not _is_elsewhere(value)]
            elif one._type_code == pikepdf.ObjectType.array:
                waiting += [value for value in one.as_list() if not _is_elsewhere(value)]

    def _look(self, one: pikepdf.Object) -> None:
        for key in set(one.keys()) & KEYS.keys():
            raise NotAPaper(KEYS[key])
        _refuse(one, "/S", ACTIONS)
        _refuse(one, "/Subtype", SUBTYPES)
        _disarm(one)
        if one._type_code == pikepdf.ObjectType.stream:
            self.streams.look(one)
        for name in set(one.keys()) & HIDDEN:
            del one[name]


def _disarm(one: pikepdf.Object) -> None:
    """Take away what begins by itself, and links. Raises: NotAPaper, where more than a page would open."""
    for name in ("/OpenAction", "/AA"):
        if name in one:
            _demand_harmless(one[name])
            del one[name]
    for name in ("/A", "/PA"):
        if name in one:
            _refuse(one[name], "/S", ACTIONS)
        if name in one and _name(one[name], "/S") not in ("", "/GoTo", "/Named"):
            del one[name]


def _is_elsewhere(value: Any) -> bool:
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _refuse(one: Any, key: str, codes: dict[str, Code]) -> None:
    code = codes.get(_name(one, key))
    if code:
        raise NotAPaper(code)


def _name(one: Any, key: str) -> str:
    """The name under a key, as text; empty where there is none."""
    if not isinstance(one, pikepdf.Object) or one._type_code not in _CONTAINERS:
        return ""
    value = one.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _demand_harmless(action: Any) -> None:
    """Refuse what begins by itself and does more than go to a page. Raises: NotAPaper."""
    if not isinstance(action, pikepdf.Object) or action._type_code not in _CONTAINERS:
        return
    if _name(action, "/S"):
        if not _only_goes_to_a_page(action):
            raise NotAPaper("script")
        return
    for _, value in action.items():
        if not _only_goes_to_a_page(value):
            raise NotAPaper("script")


def _only_goes_to_a_page(action: Any) -> bool:
    return _name(action, "/S") == "/GoTo" and "/Next" not in action
