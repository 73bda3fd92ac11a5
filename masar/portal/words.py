"""Numbers, dates, names and badges, ready to stand on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from hijridate import Gregorian
from markupsafe import Markup, escape

from masar.kernel.ids import shown
from masar.portal.look import Look

ZONE = ZoneInfo("Asia/Kuwait")
_NATIVE = {"ar": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"), "ur": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")}
_HIJRI_MONTHS = {
    "ar": (
        "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان", "شوال",
        "ذو القعدة", "ذو الحجة",
    ),
    "en": (
        "Muharram", "Safar", "Rabi al-Awwal", "Rabi al-Thani", "Jumada al-Ula", "Jumada al-Akhirah", "Rajab", "Shaban",
        "Ramadan", "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah",
    ),
    "ur": (
        "محرم", "صفر", "ربیع الاول", "ربیع الثانی", "جمادی الاول", "جمادی الثانی", "رجب", "شعبان", "رمضان", "شوال",
        "ذوالقعدہ", "ذوالحجہ",
    ),
}  # fmt: skip
_HIJRI_ERA = {"ar": "هـ", "en": "AH", "ur": "ھ"}
MINUTE, HOUR, DAY = 60, 3600, 86400


def digits(look: Look, text: str | int) -> str:
    """Write digits as the visitor likes them."""
    text = str(text)
    return text.translate(_NATIVE[look.language]) if look.digits == "arab" and look.language in _NATIVE else text


def reference(look: Look, number: int) -> Markup:
    """Write a public request number, which reads from the same side in every language and never wraps."""
    return Markup('<bdi class="ltr num" dir="ltr">{}</bdi>').format(digits(look, shown(number)))


def said(look: Look, text: Mapping[str, str] | str | None) -> Markup:
    """Choose the words in the page's language; words in an unknown one keep their own direction."""
    if not text:
        return Markup()
    if isinstance(text, str):
        return Markup('<span dir="auto">{}</span>').format(text)
    return escape(text.get(look.language) or next(iter(text.values())))


def agency(look: Look, id_: str) -> Markup:
    """Name an agency in full."""
    return said(look, look.names.title(id_))


def agency_short(look: Look, id_: str) -> Markup:
    """Name an agency as people say it."""
    return said(look, look.names.short(id_))


@lru_cache(maxsize=4)
def _calendar_names(language: str) -> tuple[list[str], list[str]]:
    """Return the names of weekdays (Monday first) and months (January first)."""
    locale = Locale(language)
    days, months = locale.days["format"]["wide"], locale.months["format"]["wide"]
    return [days[i] for i in range(7)], [months[i] for i in range(1, 13)]


@lru_cache(maxsize=4096)
def _day(language: str, on: date, with_weekday: bool, with_year: bool) -> str:
    weekdays, months = _calendar_names(language)
    parts = [weekdays[on.weekday()]] if with_weekday else []
    parts.append(f"{on.day}\N{NO-BREAK SPACE}{months[on.month - 1]}")
    return " ".join([*parts, str(on.year)] if with_year else parts)


@lru_cache(maxsize=4096)
def _hijri(language: str, on: date) -> str:
    try:
        hijri = Gregorian(on.year, on.month, on.day).to_hijri()
    except (OverflowError, ValueError):
        return ""
    return f"{hijri.day} {_HIJRI_MONTHS[language][hijri.month - 1]} {hijri.year} {_HIJRI_ERA[language]}"


def _clock(language: str, at: datetime) -> str:
    hour, text = at.hour, f"{at.hour % 12 or 12}:{at.minute:02d}"
    if language == "en":
        return f"{text} {'am' if hour < 12 else 'pm'}"
    if language == "ar":
        return f"{text} {'ص' if hour < 12 else 'م'}"
    parts = ((4, "رات"), (12, "صبح"), (16, "دوپہر"), (19, "شام"), (24, "رات"))
    return f"{next(part for until, part in parts if hour < until)} {text}"


def day(look: Look, instant: datetime, *, weekday: bool = True) -> Markup:
    """Write a day in Kuwait, with its year when it is not near, and the Hijri date beside it on demand."""
    local = instant.astimezone(ZONE)
    far = abs((instant - look.now).days) > 180
    text = digits(look, _day(look.language, local.date(), weekday and not far, far))
    hijri = f" ({digits(look, _hijri(look.language, local.date()))})" if look.hijri else ""
    return Markup('<time datetime="{}">{}</time>{}').format(local.date().isoformat(), text, hijri)


def moment(look: Look, instant: datetime) -> Markup:
    """Write a day and the time of day in Kuwait."""
    local = instant.astimezone(ZONE)
    return Markup('{}{} <time datetime="{}">{}</time>').format(
        day(look, instant),
        "," if look.language == "en" else "،",
        local.isoformat(timespec="minutes"),
        digits(look, _clock(look.language, local)),
    )


def days_ago(look: Look, instant: datetime) -> int:
    """Count the midnights in Kuwait between an instant and now."""
    return (look.now.astimezone(ZONE).date() - instant.astimezone(ZONE).date()).days


def ago(look: Look, instant: datetime) -> str:
    """Say how long ago something was."""
    seconds, days = (look.now - instant).total_seconds(), days_ago(look, instant)
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        n = int(seconds // MINUTE)
        return ngettext("%(num)s minute ago", "%(num)s minutes ago", n) % {"num": digits(look, n)}
    if days == 0:
        n = int(seconds // HOUR)
        return ngettext("%(num)s hour ago", "%(num)s hours ago", n) % {"num": digits(look, n)}
    if days == 1:
        return _("yesterday")
    return ngettext("%(num)s day ago", "%(num)s days ago", days) % {"num": digits(look, days)}


def lasting(look: Look, span: timedelta | int) -> str:
    """Say a length of time in its largest whole unit: days, hours or minutes."""
    seconds = span if isinstance(span, int) else int(span.total_seconds())
    if seconds >= DAY:
        return days(look, round(seconds / DAY))
    if seconds >= HOUR:
        n = round(seconds / HOUR)
        return ngettext("%(num)s hour", "%(num)s hours", n) % {"num": digits(look, n)}
    n = max(1, round(seconds / MINUTE))
    return ngettext("%(num)s minute", "%(num)s minutes", n) % {"num": digits(look, n)}


def days(look: Look, n: int) -> str:
    """Say a number of days."""
    return ngettext("%(num)s day", "%(num)s days", n) % {"num": digits(look, n)}


def stopped(look: Look, sentence: Markup) -> Markup:
    """End a sentence with the full stop of its language, unless it has one."""
    return sentence if sentence.endswith((".", "۔")) else sentence + ("۔" if look.language == "ur" else ".")


def phrase(text: str, **parts: object) -> Markup:
    """Fill a translated sentence; parts that are not markup are escaped."""
    return Markup(text) % {name: escape(part) for name, part in parts.items()}  # noqa: S704 - the text is ours
