"""The requests themselves: who asked for what, and how far it has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demo.scenes import CARD, FIRE, LICENCE, PERMIT, POWER, Act, Scene, asked, decided, handed, noted, opened, step

HAWALLI, CAPITAL, JAHRA = "مركز خدمة حولي", "مركز خدمة العاصمة", "مركز خدمة الجهراء"
KIOSK = {"licence_number": "7104482", "delivery": "kiosk", "declaration": True}
CARD_KIOSK = {"request": "renewal", "delivery": "kiosk", "declaration": True}
CARD_LOST = {"request": "replacement", "loss": "lost", "delivery": "kiosk", "declaration": True}

MEDICAL = {
    "ar": "تقرير فحص النظر المرفق غير واضح. أرسل نتيجة فحص النظر أو اكتب اسم المركز الذي أجراه وتاريخه.",
    "en": "The eye test report cannot be read. Send the result again, or write which centre did it and when.",
    "ur": "نظر کے معائنے کی رپورٹ پڑھی نہیں جا رہی۔ نتیجہ دوبارہ بھیجیں یا لکھیں کہ معائنہ کس مرکز نے اور کب کیا۔",
}
PHOTO = {
    "ar": "الصورة معتمة ولا يظهر الوجه كاملا. أرسل صورة حديثة بخلفية بيضاء.",
    "en": "The photograph is too dark and the face is not fully visible. Send a recent one with a white background.",
    "ur": "تصویر تاریک ہے اور پورا چہرہ نظر نہیں آتا۔ سفید پس منظر کے ساتھ حالیہ تصویر بھیجیں۔",
}
SETBACK = {
    "ar": "الارتداد الجانبي في المخطط أقل من المطلوب. عدّل المخطط وأعد إرساله.",
    "en": "The side setback in the drawing is smaller than required. Correct the drawing and send it again.",
    "ur": "نقشے میں پہلو کی چھوڑی گئی جگہ مقررہ حد سے کم ہے۔ نقشہ درست کر کے دوبارہ بھیجیں۔",
}
QUEUE = {
    "ar": "تأخر طلبك بسبب كثرة الطلبات في المركز. نعتذر عن ذلك.",
    "en": "Your request is delayed because the centre has many requests. We are sorry.",
    "ur": "مرکز میں درخواستوں کی کثرت کی وجہ سے آپ کی درخواست میں تاخیر ہوئی۔ ہم معذرت خواہ ہیں۔",
}
EYES = {
    "ar": "لا تبلغ حدة النظر الحد المطلوب للقيادة حسب التقرير الطبي.",
    "en": "According to the medical report, your eyesight is below what driving requires.",
    "ur": "طبی رپورٹ کے مطابق نظر گاڑی چلانے کی مطلوبہ حد سے کم ہے۔",
}


def plot(number: str, governorate: str, area: str, block: str, *, basement: bool = False) -> dict[str, Any]:
    """Return the form of a building permit."""
    return {
        "plot": number,
        "governorate": governorate,
        "area": area,
        "block": block,
        "floors": 3,
        "built_area_m2": 520,
        "basement": basement,
        "office": "المكتب الهندسي التجريبي",
        "office_licence": "1204",
        "declaration": True,
    }


def owned(days: int) -> tuple[Act, Act]:
    """The ownership match: to the Ministry of Justice, and back two working days later."""
    return (
        handed("kw.moj", "ownership", days, "09:30"),
        handed("kw.km", "technical-review", days - 2, "11:15", by="kw.moj"),
    )


def check(parent: str, person: str, service: str, acts: Sequence[Act]) -> Scene:
    """Return a check beneath a building permit: the Municipality opens it, the other agency reports on it."""
    name = "fire" if service == FIRE else "power"
    return Scene(f"{parent}-{name}", person, service, acts, parent=parent, opener="kw.km")


SCENES: Sequence[Scene] = (
    # Noura: one waits for her, one is ready, one is with two agencies at once, one is done
    Scene(
        "DEMO-noura-1",
        "noura",
        LICENCE,
        (
            opened(6, "08:40", KIOSK),
            step("fee", 6, "09:10"),
            step("review", 5, "10:25", HAWALLI),
            asked("more-information", 3, "11:50", MEDICAL),
        ),
    ),
    Scene(
        "DEMO-noura-2",
        "noura",
        CARD,
        (
            opened(8, "09:05", CARD_LOST),
            step("photo-check", 8, "12:30"),
            step("data-check", 7, "08:45"),
            step("printing", 5, "10:10", CAPITAL),
            step("collect", 3, "09:00", CAPITAL),
        ),
    ),
    Scene(
        "DEMO-noura-3",
        "noura",
        PERMIT,
        (
            opened(16, "10:20", plot("214", "hawalli", "سلوى", "9")),
            *owned(15),
            step("checks", 6, "09:40"),
        ),
    ),
    check("DEMO-noura-3", "noura", FIRE, (opened(6, "09:41"), step("drawings-check", 4, "10:05"))),
    check("DEMO-noura-3", "noura", POWER, (opened(6, "09:42"), step("load-study", 3, "12:15"))),
    Scene(
        "DEMO-noura-4",
        "noura",
        CARD,
        (
            opened(44, "08:15", CARD_KIOSK),
            step("photo-check", 44, "11:00"),
            step("data-check", 43, "09:20"),
            step("printing", 42, "13:05"),
            step("collect", 40, "08:50", HAWALLI),
            decided("done", 38, "12:40"),
        ),
        is_still=True,
    ),
    # Faisal: in review, and handed over
    Scene(
        "DEMO-faisal-1",
        "faisal",
        LICENCE,
        (opened(3, "09:55", KIOSK), step("fee", 3, "10:15"), step("review", 1, "12:10", CAPITAL)),
    ),
    Scene(
        "DEMO-faisal-2",
        "faisal",
        PERMIT,
        (
            opened(4, "11:30", plot("87", "jahra", "سعد العبدالله", "4", basement=True)),
            handed("kw.moj", "ownership", 2, "09:00"),
        ),
    ),
    # Mariam: new
    Scene("DEMO-mariam-1", "mariam", LICENCE, (opened(1, "13:20", KIOSK),)),
    # Yousef: the promise is broken, and the agency has said so
    Scene(
        "DEMO-yousef-1",
        "yousef",
        LICENCE,
        (
            opened(17, "08:30", KIOSK),
            step("fee", 17, "09:00"),
            step("review", 16, "10:00", JAHRA),
            noted(9, "12:00", QUEUE),
        ),
        is_still=True,
    ),
    # Dalal: refused, may appeal
    Scene(
        "DEMO-dalal-1",
        "dalal",
        LICENCE,
        (
            opened(11, "10:40", KIOSK),
            step("fee", 11, "11:00"),
            step("review", 10, "09:15", HAWALLI),
            decided("refused", 8, "13:00", "medical", EYES),
        ),
        is_still=True,
    ),
    Scene("DEMO-dalal-2", "dalal", CARD, (opened(3, "09:00", CARD_KIOSK), step("photo-check", 2, "09:45"))),
    # Hamad: withdrawn, and another in progress
    Scene(
        "DEMO-hamad-1",
        "hamad",
        LICENCE,
        (opened(14, "09:20", KIOSK), step("fee", 14, "10:05"), Act("withdrawn", 13, "18:30", {})),
        is_still=True,
    ),
    Scene(
        "DEMO-hamad-2",
        "hamad",
        CARD,
        (
            opened(4, "08:25", CARD_KIOSK),
            step("photo-check", 4, "10:40"),
            step("data-check", 2, "12:20", JAHRA),
        ),
    ),
    # Latifa: finished long ago
    Scene(
        "DEMO-latifa-1",
        "latifa",
        LICENCE,
        (
            opened(52, "09:10", KIOSK),
            step("fee", 52, "09:30"),
            step("review", 51, "08:20", CAPITAL),
            step("printing", 51, "13:10"),
            step("collect", 50, "09:05", CAPITAL),
            decided("done", 49, "10:30"),
        ),
        is_still=True,
    ),
    # Salem: pay the fee of a permit
    Scene(
        "DEMO-salem-1",
        "salem",
        PERMIT,
        (opened(24, "08:50", plot("41", "ahmadi", "صباح الأحمد", "2")), *owned(23), step("checks", 14, "09:00")),
    ),
    check(
        "DEMO-salem-1",
        "salem",
        FIRE,
        (opened(14, "09:01"), step("drawings-check", 13, "10:00"), decided("approved", 10, "11:30")),
    ),
    check(
        "DEMO-salem-1",
        "salem",
        POWER,
        (opened(14, "09:02"), step("load-study", 12, "09:20"), decided("approved", 5, "12:45")),
    ),
    # Haya: issued, with everything on the way; and a card ready to collect
    Scene(
        "DEMO-haya-1",
        "haya",
        PERMIT,
        (
            opened(48, "10:00", plot("305", "capital", "الشامية", "7")),
            *owned(47),
            step("checks", 40, "09:30"),
            step("inspection", 27, "08:30"),
            decided("issued", 24, "12:00"),
        ),
        is_still=True,
    ),
    check(
        "DEMO-haya-1",
        "haya",
        FIRE,
        (opened(40, "09:31"), step("drawings-check", 39, "08:40"), decided("approved", 37, "10:20")),
    ),
    check(
        "DEMO-haya-1",
        "haya",
        POWER,
        (opened(40, "09:32"), step("load-study", 38, "11:00"), decided("approved", 34, "13:15")),
    ),
    Scene(
        "DEMO-haya-2",
        "haya",
        CARD,
        (
            opened(9, "11:10", CARD_KIOSK),
            step("photo-check", 9, "13:00"),
            step("data-check", 8, "10:30"),
            step("printing", 6, "09:10"),
            step("collect", 4, "08:35", CAPITAL),
        ),
        is_still=True,
    ),
    # Omar: the drawings need corrections
    Scene(
        "DEMO-omar-1",
        "omar",
        PERMIT,
        (
            opened(18, "09:45", plot("119", "farwaniya", "اشبيلية", "3")),
            *owned(17),
            asked("corrections", 7, "10:50", SETBACK),
        ),
        is_still=True,
    ),
    # Aslam and Maria: residents, in Urdu and English
    Scene(
        "DEMO-aslam-1",
        "aslam",
        CARD,
        (opened(7, "08:55", CARD_KIOSK), step("photo-check", 6, "09:35"), asked("new-photo", 5, "10:45", PHOTO)),
    ),
    Scene("DEMO-maria-1", "maria", CARD, (opened(2, "12:05", CARD_KIOSK), step("fee", 1, "08:20"))),
    Scene(
        "DEMO-maria-2",
        "maria",
        LICENCE,
        (
            opened(5, "10:35", KIOSK),
            step("fee", 5, "10:50"),
            step("review", 3, "09:25", HAWALLI),
            step("printing", 1, "11:05"),
        ),
    ),
)
STILL = frozenset(scene.ref for scene in SCENES if scene.is_still)
