"""The headings and the kinds of events that a file may use, by every name that people give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from masar.api.files.table import Unreadable
from masar.kernel.ids import ascii_digits

# The first name of each language is the one that templates and result files carry.
_Names = Mapping[str, tuple[str, ...]]
COLUMNS: Mapping[str, _Names] = {
    "event": {
        "ar": ("نوع الحدث", "الحدث"),
        "en": ("event", "event type", "type"),
        "ur": ("واقعے کی قسم", "واقعہ"),
    },
    "time": {
        "ar": ("وقت الحدث", "الوقت", "تاريخ الحدث", "التاريخ"),
        "en": ("time", "date", "occurred at", "event time"),
        "ur": ("واقعے کا وقت", "وقت", "تاریخ"),
    },
    "agency_ref": {
        "ar": ("رقم المعاملة لدى الجهة", "رقم المعاملة", "رقم الجهة", "مرجع الجهة"),
        "en": ("agency ref", "agency reference", "our number", "reference"),
        "ur": ("ادارے کا نمبر", "ہمارا نمبر", "حوالہ نمبر"),
    },
    "number": {
        "ar": ("رقم الطلب في مسار", "رقم مسار", "رقم الطلب"),
        "en": ("number", "masar number", "request number", "masar request"),
        "ur": ("مسار نمبر", "درخواست نمبر"),
    },
    "service": {"ar": ("الخدمة", "رمز الخدمة"), "en": ("service", "service id"), "ur": ("سروس", "خدمت")},
    "civil_id": {
        "ar": ("الرقم المدني",),
        "en": ("civil id", "civil id number"),
        "ur": ("سول آئی ڈی نمبر", "سول آئی ڈی"),
    },
    "name": {"ar": ("الاسم", "اسم صاحب الطلب"), "en": ("name", "applicant"), "ur": ("نام",)},
    "step": {"ar": ("المرحلة", "الخطوة"), "en": ("step",), "ur": ("مرحلہ",)},
    "outcome": {"ar": ("النتيجة",), "en": ("outcome", "result"), "ur": ("نتیجہ",)},
    "reason": {"ar": ("السبب",), "en": ("reason", "reason code"), "ur": ("وجہ",)},
    "to": {
        "ar": ("الجهة المحال إليها", "إلى الجهة"),
        "en": ("to", "to agency", "handed over to"),
        "ur": ("جس ادارے کو بھیجی گئی", "وصول کنندہ ادارہ"),
    },
    "returns_to": {"ar": ("تعود إلى المرحلة",), "en": ("returns to", "return step"), "ur": ("واپسی کا مرحلہ",)},
    "due": {"ar": ("الموعد النهائي", "الموعد"), "en": ("due", "due on", "deadline"), "ur": ("آخری تاریخ",)},
    "office": {"ar": ("المكتب", "القسم"), "en": ("office", "department"), "ur": ("دفتر",)},
    "note": {"ar": ("ملاحظة", "الملاحظة", "ملاحظات"), "en": ("note", "notes"), "ur": ("نوٹ", "تبصرہ")},
    "parent": {"ar": ("الطلب الأصلي",), "en": ("parent", "parent request"), "ur": ("اصل درخواست",)},
    "corrects": {"ar": ("الحدث المصحح",), "en": ("corrects", "wrong event"), "ur": ("جس واقعے کی تصحیح ہے",)},
    "result.status": {"ar": ("نتيجة مسار",), "en": ("masar: status",), "ur": ("مسار: حالت",)},
    "result.number": {"ar": ("رقم الطلب من مسار",), "en": ("masar: number",), "ur": ("مسار: درخواست نمبر",)},
    "result.message": {"ar": ("ما يلزم تصحيحه",), "en": ("masar: what to mend",), "ur": ("مسار: کیا درست کرنا ہے",)},
    "result.event": {"ar": ("معرف الحدث في مسار",), "en": ("masar: event id",), "ur": ("مسار: واقعے کی شناخت",)},
}
EVENTS: Mapping[str, _Names] = {
    "opened": {"ar": ("تقديم", "تقديم الطلب", "فتح"), "en": ("opened", "open"), "ur": ("آغاز", "درخواست جمع")},
    "step": {"ar": ("انتقال إلى مرحلة", "مرحلة", "انتقال"), "en": ("step", "moved"), "ur": ("مرحلہ",)},
    "asked": {
        "ar": ("طلب من صاحب المعاملة", "مطلوب من صاحب الطلب"),
        "en": ("asked", "ask"),
        "ur": ("درخواست گزار سے طلب", "طلب"),
    },
    "answered": {
        "ar": ("رد صاحب المعاملة", "رد"),
        "en": ("answered", "answer"),
        "ur": ("درخواست گزار کا جواب", "جواب"),
    },
    "noted": {"ar": ("ملاحظة",), "en": ("noted", "note"), "ur": ("نوٹ",)},
    "decided": {"ar": ("قرار", "بت"), "en": ("decided", "decision"), "ur": ("فیصلہ",)},
    "handed-over": {"ar": ("إحالة", "إحالة إلى جهة"), "en": ("handed-over", "hand-over"), "ur": ("حوالگی", "منتقلی")},
    "withdrawn": {
        "ar": ("سحب", "سحب الطلب"),
        "en": ("withdrawn", "withdrawal"),
        "ur": ("واپسی", "درخواست واپس لی گئی"),
    },
    "reopened": {"ar": ("إعادة فتح",), "en": ("reopened", "reopen"), "ur": ("دوبارہ کھولنا",)},
    "corrected": {"ar": ("تصحيح",), "en": ("corrected", "correction"), "ur": ("تصحیح",)},
}
RESULTS = ("result.status", "result.number", "result.message", "result.event")
# What describes the request may stand in every row; it counts in the opening, and is passed over elsewhere.
OF_THE_OPENING = frozenset({"number", "agency_ref", "service", "civil_id", "name", "parent"})
FORM = "form."
_FORM_NAMES = ("form.", "النموذج.", "فارم.")
_SAME = str.maketrans("أإآٱىیکہۃةئے", "ااااييكهههيي", "ـ")


def folded(text: str) -> str:
    """Write a name in one form: letters and digits alike, no marks, small, one space for whatever parts its words."""
    plain = unicodedata.normalize("NFKD", ascii_digits(unicodedata.normalize("NFKC", text)).translate(_SAME).casefold())
    bare = "".join(" " if unicodedata.category(c)[0] in "PZC" else c for c in plain if not unicodedata.combining(c))
    return " ".join(bare.translate(_SAME).split())


def _by_name(table: Mapping[str, _Names]) -> dict[str, str]:
    found = {folded(key): key for key in table}
    for key, names in table.items():
        found |= {folded(name): key for said in names.values() for name in said}
    return found


_COLUMN, _EVENT = _by_name(COLUMNS), _by_name(EVENTS)


def name_of(table: Mapping[str, _Names], key: str, language: str) -> str:
    """Return the name of a column or a kind of event in a language; its English one where there is none."""
    names = table.get(key)
    return names.get(language, names["en"])[0] if names else key


def event_type(text: str) -> str | None:
    """Return "step" for a kind of event as people, or CloudEvents, write it; None when nobody knows it."""
    return _EVENT.get(folded(text.removeprefix("masar.request.").removesuffix(".v1")))


def column_of(head: str) -> str | None:
    """Return the column that a heading names: one of COLUMNS, `note.<language>`, `form.<field>`; None for any other."""
    for start in _FORM_NAMES:
        if head.casefold().startswith(start) and len(head) > len(start):
            return FORM + head[len(start) :].strip()
    if note := re.fullmatch(r"(.+)\.([a-z]{2,3})", head.strip().casefold()):
        return f"note.{note[2]}" if _COLUMN.get(folded(note[1])) == "note" else None
    return _COLUMN.get(folded(head))


def read_heads(heads: Sequence[str], language: str) -> tuple[dict[str, int], list[str]]:
    """Return column -> place, and headings that nothing is known of. Raises: Unreadable."""
    found: dict[str, int] = {}
    unused = []
    for place, head in enumerate(heads):
        column = column_of(head)
        if column is None:
            unused.append(head)
        elif column not in RESULTS:
            if column in found:
                raise Unreadable("repeated-column", name=head)
            found[column] = place
    needed = [column for column in ("event", "time") if column not in found]
    if not {"agency_ref", "number"} & set(found):
        needed.append("agency_ref")
    if needed:
        raise Unreadable("missing-columns", names="، ".join(_called(column, language) for column in needed))
    return found, [head for head in unused if head]


def _called(column: str, language: str) -> str:
    name = name_of(COLUMNS, column, language)
    return name if name == column else f"{name} ({column})"
