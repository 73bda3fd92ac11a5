"""Made-up requests in every condition, for the page of components and for the tests of pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from masar.cases.queries import (
    Counts,
    Draft,
    Due,
    Home,
    Line,
    Listing,
    Paper,
    Question,
    Row,
    Share,
    Sheet,
    Stop,
)
from masar.catalogue.queries import Calendar, Definition, PaperAsk, Text, parse
from masar.people.queries import Profile
from masar.portal.look import Names

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def _text(ar: str, en: str, ur: str) -> Text:
    return {"ar": ar, "en": en, "ur": ur}


AGENCIES: Mapping[str, tuple[Text, Text]] = {
    "kw.moi.gdt": (
        _text("وزارة الداخلية – الإدارة العامة للمرور", "Ministry of Interior – General Traffic Department",
              "وزارتِ داخلہ – جنرل ڈیپارٹمنٹ برائے ٹریفک"),
        _text("إدارة المرور", "Traffic Department", "محکمۂ ٹریفک"),
    ),
    "kw.km": (
        _text("بلدية الكويت", "Kuwait Municipality", "بلدیہ کویت"),
        _text("البلدية", "Municipality", "بلدیہ"),
    ),
    "kw.kff": (
        _text("قوة الإطفاء العام", "Kuwait Fire Force", "کویت فائر فورس"),
        _text("الإطفاء", "Fire Force", "فائر فورس"),
    ),
    "kw.mew": (
        _text("وزارة الكهرباء والماء والطاقة المتجددة", "Ministry of Electricity, Water and Renewable Energy",
              "وزارتِ بجلی، پانی اور قابلِ تجدید توانائی"),
        _text("الكهرباء والماء", "Electricity and Water", "بجلی اور پانی"),
    ),
}  # fmt: skip

_CALENDAR = Calendar.from_document(
    {
        "id": "sample",
        "zone": "Asia/Kuwait",
        "weekend": [{"days": ["fri", "sat"]}],
        "hours": {"default": {"open": ["08:00-14:30"]}},
    }
)
NAMES = Names(lambda id_: AGENCIES[id_][0], lambda id_: AGENCIES[id_][1], lambda _id: _CALENDAR)


def _step(id_: str, title: Text, help_: Text, *, state: str = "in-progress", **more: Any) -> dict[str, Any]:
    holder = "citizen" if state in ("needs-you", "ready") else "agency"
    return {"id": id_, "title": title, "help": help_, "state": state, "holder": holder, "next": [], **more}


_RECEIVED = _step(
    "received",
    _text("استلمنا طلبك", "We have your request", "آپ کی درخواست ہمیں مل گئی ہے"),
    _text("وصل طلبك وأخذ رقما. نتأكد الآن من اكتماله.", "Your request has its number. We check that it is complete.",
          "آپ کی درخواست کو نمبر مل گیا ہے۔ ہم دیکھ رہے ہیں کہ وہ مکمل ہے۔"),
    state="submitted",
)  # fmt: skip
_FEE = _step(
    "fee",
    _text("سداد الرسوم", "Pay the fee", "فیس کی ادائیگی"),
    _text("سدد الرسم في موقع الجهة أو عند الموظف. يتابع طلبك سيره متى أبلغتنا الجهة بالسداد.",
          "Pay on the agency's site or at its counter. Your request goes on as soon as the agency tells us.",
          "فیس ادارے کی ویب سائٹ پر یا کاؤنٹر پر ادا کریں۔ ادارے کی اطلاع ملتے ہی درخواست آگے بڑھے گی۔"),
    state="needs-you", task={"kind": "payment"}, pay={"where": ["counter", "agency-site"]},
    limit={"within": "P3D", "clock": "calendar", "then": "expired"},
)  # fmt: skip
_ASK = _step(
    "more-information",
    _text("بانتظار معلومات منك", "Waiting for information from you", "آپ سے معلومات کا انتظار ہے"),
    _text("تحتاج الجهة إلى جواب منك كي تكمل طلبك. لا يُحسب هذا الوقت على الجهة.",
          "The agency needs an answer from you to go on. This time does not count against the agency.",
          "کام آگے بڑھانے کے لیے ادارے کو آپ کا جواب درکار ہے۔ یہ وقت ادارے کے ذمے شمار نہیں ہوتا۔"),
    state="needs-you", detour=True, task={"kind": "answer"},
    limit={"within": "P14D", "clock": "calendar", "then": "refused", "reason": "no-answer"},
)  # fmt: skip
_COLLECT = _step(
    "collect",
    _text("جاهزة للاستلام", "Ready to collect", "وصولی کے لیے تیار"),
    _text("استلم رخصتك من جهاز الخدمة الذاتية، ومعك بطاقتك المدنية.",
          "Collect your licence from a self-service machine. Bring your civil ID card.",
          "سیلف سروس مشین سے اپنا لائسنس وصول کریں۔ سول آئی ڈی کارڈ ساتھ لائیں۔"),
    state="ready", task={"kind": "visit"}, visit={"where": ["kiosk", "counter"]},
    limit={"within": "P30D", "clock": "calendar", "then": "expired"},
)  # fmt: skip
_OUTCOMES: Sequence[Mapping[str, Any]] = (
    {"id": "done", "state": "completed", "title": _text("أُنجز الطلب", "Completed", "درخواست مکمل ہوئی")},
    {
        "id": "refused",
        "state": "refused",
        "title": _text("رُفض الطلب", "Refused", "درخواست مسترد ہو گئی"),
        "appeal": {"within": "P30D", "service": "kw.moi.gdt.appeal"},
    },
    {
        "id": "withdrawn",
        "state": "withdrawn",
        "title": _text("سحبت طلبك", "You withdrew the request", "آپ نے درخواست واپس لے لی"),
    },
    {"id": "expired", "state": "expired", "title": _text("انتهت المهلة", "The time ran out", "مہلت ختم ہو گئی")},
)


def _definition(id_: str, agency: str, title: Text, steps: Sequence[dict[str, Any]], **more: Any) -> Definition:
    return parse(
        {
            "id": id_,
            "version": 1,
            "agency": agency,
            "title": title,
            "steps": steps,
            "outcomes": _OUTCOMES,
            "path": [*(step["id"] for step in steps if not step.get("detour")), "done"],
            "promise": {"within": "P5D", "clock": "working"},
            "reasons": [
                {
                    "id": "medical",
                    "title": _text("عدم استيفاء الشروط الصحية", "Medical conditions are not met",
                                   "طبی شرائط پوری نہیں ہوئیں"),
                }
            ],
            **more,
        }
    )  # fmt: skip


LICENCE = _definition(
    "kw.moi.gdt.renew-driving-licence",
    "kw.moi.gdt",
    _text("تجديد رخصة القيادة", "Renew a driving licence", "ڈرائیونگ لائسنس کی تجدید"),
    [
        _RECEIVED,
        _FEE,
        _step(
            "review",
            _text("مراجعة الطلب", "Review", "درخواست کی جانچ"),
            _text("يتأكد المدقق من بيانات رخصتك وصورتك واستيفاء الشروط الصحية.",
                  "An examiner checks your licence data, your photograph and the medical conditions.",
                  "جانچنے والا اہلکار آپ کے لائسنس کی معلومات، تصویر اور طبی شرائط دیکھتا ہے۔"),
        ),
        _ASK,
        _step("printing", _text("طباعة الرخصة", "Printing", "لائسنس کی طباعت"), {}),
        _COLLECT,
    ],
)  # fmt: skip
CHECK = _definition(
    "kw.kff.fire-safety-check", "kw.kff", _text("فحص السلامة من الحريق", "Fire safety check", "آگ سے حفاظت کی جانچ"),
    [_RECEIVED, _step("drawings", _text("دراسة المخططات", "Study of the drawings", "نقشوں کا جائزہ"), {})],
)  # fmt: skip
PERMIT = _definition(
    "kw.km.building-permit",
    "kw.km",
    _text("رخصة بناء سكن خاص", "Building permit for a private house", "نجی مکان کی تعمیر کا اجازت نامہ"),
    [
        _RECEIVED,
        _step("technical-review", _text("المراجعة الفنية", "Technical review", "تکنیکی جائزہ"), {}),
        _step(
            "checks",
            _text("فحصان لدى جهتين", "Two checks at two agencies", "دو اداروں میں دو جانچیں"),
            _text("تفحص قوة الإطفاء ووزارة الكهرباء والماء مخططاتك في وقت واحد. ترى سير كل فحص على حدة.",
                  "The Fire Force and the Ministry of Electricity and Water check your drawings at the same time.",
                  "فائر فورس اور وزارتِ بجلی و پانی ایک ہی وقت میں آپ کے نقشے جانچتے ہیں۔"),
            children=[{"service": CHECK.id}],
        ),
        _FEE,
        _step("inspection", _text("معاينة الموقع", "Site inspection", "موقع کا معائنہ"), {}),
    ],
    verified=True,
    promise={"within": "P30D", "clock": "working"},
)  # fmt: skip

PROFILE = Profile(
    person_id=1, name="نورة سالم المطيري", previous_visit=NOW - timedelta(days=2),
    last_visit=NOW - timedelta(minutes=5),
    is_demonstration=True,
)  # fmt: skip


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def row(number: int, definition: Definition, step: str, **changes: Any) -> Row:
    """Make a row of a sample request that stands in a step."""
    at = definition.steps.get(step)
    citizen = at is not None and at.holder == "citizen"
    path = [place for place in definition.path if place in definition.steps]
    made = Row(
        number=number,
        definition=definition,
        agency=definition.agency,
        step=step,
        state=at.state if at else definition.outcomes[step].state,
        outcome=None if at else step,
        holder=None if citizen or at is None else definition.agency,
        since=_ago(1.1),
        opened_at=_ago(9),
        closed_at=None if at else _ago(1.1),
        changed_at=_ago(1),
        heard_at=_ago(1),
        last_type="step" if at else "decided",
        last_at=_ago(1.1),
        promise=Due(at=None if citizen or not at else NOW + timedelta(days=2), used=3, allowed=5, is_paused=citizen),
        step_due_at=None,
        limit_at=NOW + timedelta(days=3) if citizen else None,
        seq=4,
        stop=path.index(step) + 1 if step in path else 3,
        stops=len(path),
    )
    return replace(made, **changes)


ROWS: Mapping[str, Row] = {
    "submitted": row(48291730652, LICENCE, "received"),
    "in-progress": row(51730284915, LICENCE, "review", is_new=True),
    "needs-you": row(62840193376, LICENCE, "more-information"),
    "payment": row(70912846353, LICENCE, "fee", limit_at=NOW + timedelta(hours=20)),
    "ready": row(83104927566, LICENCE, "collect", limit_at=NOW + timedelta(days=26)),
    "late": row(
        39017264852, PERMIT, "technical-review", since=_ago(40), opened_at=_ago(60), promise=Due(broken_at=_ago(6))
    ),
    "silent": row(91827364506, LICENCE, "review", heard_at=_ago(12), changed_at=_ago(12), since=_ago(12)),
    "checks": row(
        27364519086, PERMIT, "checks", holder="kw.kff", promise=Due(at=NOW + timedelta(days=20), used=12, allowed=30)
    ),
    "completed": row(18273645901, LICENCE, "done"),
    "refused": row(65748392015, LICENCE, "refused"),
    "withdrawn": row(56473829108, LICENCE, "withdrawn"),
    "expired": row(47382910564, LICENCE, "expired"),
}  # fmt: skip

_QUESTION = _text(
    "صورتك غير واضحة. متى التقطت؟ وهل تلبس نظارة؟",
    "Your photograph is not clear. When was it taken? Do you wear glasses?",
    "آپ کی تصویر صاف نہیں۔ یہ کب لی گئی؟ کیا آپ عینک لگاتے ہیں؟",
)
_FORM: Mapping[str, Any] = {
    "schema": {
        "required": ["taken", "glasses"],
        "properties": {
            "taken": {"type": "string", "maxLength": 60},
            "glasses": {"type": "boolean"},
            "remark": {"type": "string", "maxLength": 1000},
        },
    },
    "words": {
        "taken": _text("متى التقطت الصورة؟", "When was it taken?", "تصویر کب لی گئی؟"),
        "taken.hint": _text("مثل: أكتوبر 2026", "For example: October 2026", "مثلاً: اکتوبر 2026"),
        "glasses": _text("هل تلبس نظارة؟", "Do you wear glasses?", "کیا آپ عینک لگاتے ہیں؟"),
        "remark": _text("ملاحظة، إن شئت", "A remark, if you like", "کوئی بات، اگر چاہیں"),
    },
}


def _question(one: Row) -> Question | None:
    if not one.needs_you:
        return None
    task = one.definition.steps[one.step].task
    kind, where = (task.kind, task.where) if task else ("answer", ())
    asks = kind == "answer"
    return Question(kind, _QUESTION if asks else None, _FORM if asks else None, where, one.limit_at, "4-a")


def _stops(one: Row) -> list[Stop]:
    places = [one.definition.steps[place] for place in one.definition.path if place in one.definition.steps]
    done = [
        Stop(
            step,
            "done",
            _ago(9 - i),
            _ago(8 - i),
            one.agency if step.holder == "agency" else None,
            "حولي" if i == 0 else None,
        )
        for i, step in enumerate(places[: one.stop - 1])
    ]
    if not one.is_open:
        return done
    at = one.definition.steps[one.step]
    now = Stop(
        at,
        "now",
        one.since,
        None,
        one.holder,
        due_at=one.step_due_at or (one.holder and NOW + timedelta(hours=4)) or None,
    )
    later = [s for s in places[one.stop :] if s.id != one.step]
    return [*done, now, *(Stop(s, "coming", expected_at=NOW + timedelta(days=2 + 2 * i)) for i, s in enumerate(later))]


def _lines(one: Row) -> list[Line]:
    lines = [
        Line("opened", _ago(9), _ago(9), one.agency, "agency", "received"),
        Line(
            "step",
            _ago(8),
            _ago(7),
            one.agency,
            "agency",
            "received",
            _text("اكتمل الملف.", "The file is complete.", "فائل مکمل ہے۔"),
        ),
        Line("noted", _ago(6), _ago(6), one.agency, "agency", None, "أُحيل إلى المدقق", is_voided=True),
        Line("corrected", _ago(5), _ago(5), one.agency, "agency", None),
        Line("answered", _ago(4), _ago(4), None, "person", None),
        Line("handed-over", _ago(3), _ago(3), one.agency, "agency", None, to="kw.kff", is_off_path=True),
    ]
    if one.is_open:
        return [*lines, Line("step", one.since, one.since, one.agency, "agency", one.step, is_late=True)]
    if one.state == "withdrawn":
        return [*lines, Line("withdrawn", one.since, one.since, None, "person", one.outcome)]
    return [*lines, Line("decided", one.since, one.since, one.agency, "agency", one.outcome, reason="medical")]


def sheet(name: str) -> Sheet:
    """Return the sheet of a sample request. Raises: KeyError for an unknown name."""
    one = ROWS[name]
    refused, child = one.state == "refused", row(36251840972, CHECK, "drawings", opened_at=one.since)
    question = _question(one)
    return Sheet(
        row=one,
        stops=_stops(one),
        lines=_lines(one),
        shares=[Share(one.agency, 432000), Share(None, 140000), Share("kw.kff", 40000)],
        question=question,
        outcome_note=None,
        reason=one.definition.reasons["medical"] if refused else None,
        children=[child] if name == "checks" else [],
        parent=ROWS["checks"] if name == "silent" else None,
        may_withdraw=one.is_open and one.state != "ready",
        may_answer=question is not None and question.kind in ("answer", "document"),
        appeal_until=NOW + timedelta(days=29) if refused else None,
        appeal_service="kw.moi.gdt.appeal" if refused else None,
        more_lines="200" if name == "late" else None,
    )


PHOTO = PaperAsk(
    "photo",
    _text("صورة شخصية حديثة", "A recent photograph", "حالیہ تصویر"),
    _text("خلفية فاتحة.", "A light background.", "ہلکا پس منظر۔"),
    ("image/jpeg", "image/png"),
    2 * 1024 * 1024,
    True,
)
PAPERS = {"photo": [Paper(UUID(int=1), "صورة شخصية", "image/jpeg", 345_678, "")]}
DRAFT = Draft(UUID(int=2), ROWS["needs-you"].definition, NOW, NOW, papers=PAPERS)
COUNTS = Counts(open=8, needs_you=3, in_progress=3, ready=1, late=1, archive=4)
OPEN = [one for one in ROWS.values() if one.is_open]
ARCHIVE = [one for one in ROWS.values() if not one.is_open]
HOME = Home(PROFILE, [one for one in OPEN if one.needs_you], [one for one in OPEN if one.is_new], OPEN, COUNTS)
LISTING = Listing(OPEN, COUNTS, "next")
