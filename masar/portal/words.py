"""Numbers, dates, names and badges, ready to stand on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_time
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from hijridate import Gregorian
from markupsafe import Markup, escape

from masar.catalogue.queries import direction
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
_NEAR_DAYS = 180
_KEPT = 4096  # results of each sentence; what is used least goes first
_NO_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)
_Parts = TypeVarTuple("_Parts")
_Said = TypeVar("_Said")


def kept(say: Callable[[Look, *_Parts], _Said]) -> Callable[[Look, *_Parts], _Said]:
    """Keep what a function says in each language and kind of digits, for a few thousand of its arguments.

    Only for words of ours and of the catalogue; nothing of a person is kept. The function sees neither `now` nor names.
    """

    @lru_cache(maxsize=_KEPT, typed=True)  # text and markup that look alike are not the same
    def made(language: str, digits: str, hijri: bool, *parts: *_Parts) -> _Said:
        with translation.override(language):
            return say(Look(language, digits, hijri, now=_NO_MOMENT), *parts)

    @wraps(say)
    def found(look: Look, *parts: *_Parts) -> _Said:
        return made(look.language, look.digits, look.hijri, *parts)

    return found


def digits(look: Look, text: str | int) -> str:
    """Write digits as the visitor likes them."""
    text = str(text)
    return text.translate(_NATIVE[look.language]) if look.digits == "arab" and look.language in _NATIVE else text


def reference(look: Look, number: int) -> Markup:
    """Write a public request number, which reads from the same side in every language and never wraps."""
    return Markup(f'<bdi class="ltr num" dir="ltr">{digits(look, shown(number))}</bdi>')  # noqa: S704 - only digits


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


def _day(language: str, on: date, far: bool) -> str:
    weekdays, months = _calendar_names(language)
    named = f"{on.day}\N{NO-BREAK SPACE}{months[on.month - 1]}"
    return f"{named} {on.year}" if far else f"{weekdays[on.weekday()]} {named}"


def _hijri(language: str, on: date) -> str:
    try:
        hijri = Gregorian(on.year, on.month, on.day).to_hijri()
    except (OverflowError, ValueError):
        return ""
    known = language if language in _HIJRI_MONTHS else "ar" if direction(language) == "rtl" else "en"
    return f"{hijri.day} {_HIJRI_MONTHS[known][hijri.month - 1]} {hijri.year} {_HIJRI_ERA[known]}"


def _clock(language: str, hour: int, minute: int) -> str:
    text = f"{hour % 12 or 12}:{minute:02d}"
    if language == "en":
        return f"{text} {'am' if hour < 12 else 'pm'}"
    if language == "ar":
        return f"{text} {'ص' if hour < 12 else 'م'}"
    if language != "ur":
        return format_time(time(hour, minute), "short", locale=language)
    parts = ((4, "رات"), (12, "صبح"), (16, "دوپہر"), (19, "شام"), (24, "رات"))
    return f"{next(part for until, part in parts if hour < until)} {text}"


def day(look: Look, instant: datetime) -> Markup:
    """Write a day in Kuwait, with its year when it is not near, and the Hijri date beside it on demand."""
    return day_in_full(look, *day_parts(look, instant))


def day_parts(look: Look, instant: datetime) -> tuple[date, bool]:
    """Return the day in Kuwait of an instant, and whether it is so far away that its year is told."""
    return instant.astimezone(ZONE).date(), abs((instant - look.now).days) > _NEAR_DAYS


@kept
def day_in_full(look: Look, on: date, far: bool) -> Markup:
    """Write a day, with its weekday when it is near and with its year when it is far."""
    text = digits(look, _day(look.language, on, far))
    hijri = f" ({digits(look, _hijri(look.language, on))})" if look.hijri else ""
    return Markup(f'<time datetime="{on.isoformat()}">{escape(text)}</time>{escape(hijri)}')  # noqa: S704 - escaped


def moment(look: Look, instant: datetime) -> Markup:
    """Write a day and the time of day in Kuwait."""
    local = instant.astimezone(ZONE)
    mark = comma(look).rstrip()
    clock = time_of_day(look, local.hour, local.minute)
    stamp = local.isoformat(timespec="minutes")
    return Markup(f'{day(look, instant)}{mark} <time datetime="{stamp}">{clock}</time>')  # noqa: S704 - ours


@kept
def time_of_day(look: Look, hour: int, minute: int) -> Markup:
    """Write a time of day."""
    return escape(digits(look, _clock(look.language, hour, minute)))


def weekday(look: Look, number: int) -> str:
    """Name a day of the week; Monday is 0."""
    return _calendar_names(look.language)[0][number]


def days_ago(look: Look, instant: datetime) -> int:
    """Count the midnights in Kuwait between an instant and now."""
    return (look.now.astimezone(ZONE).date() - instant.astimezone(ZONE).date()).days


def ago(look: Look, instant: datetime) -> str:
    """Say how long ago something was."""
    seconds, days = int((look.now - instant).total_seconds()), days_ago(look, instant)
    if seconds >= HOUR and days:
        return _ago(look, 0, 0, days)
    return _ago(look, 0 if seconds >= HOUR else seconds // MINUTE, seconds // HOUR, 0)


@kept
def _ago(look: Look, minutes: int, hours: int, days: int) -> str:
    if days:
        text = _("yesterday") if days == 1 else ngettext("%(num)s day ago", "%(num)s days ago", days)
    elif hours > 0:
        text = ngettext("%(num)s hour ago", "%(num)s hours ago", hours)
    elif minutes > 0:
        text = ngettext("%(num)s minute ago", "%(num)s minutes ago", minutes)
    else:
        text = _("just now")
    return text % {"num": digits(look, days or hours or minutes)}


def lasting(look: Look, span: timedelta | int) -> str:
    """Say a length of time in its largest whole unit: days, hours or minutes."""
    seconds = span if isinstance(span, int) else int(span.total_seconds())
    if seconds >= DAY:
        return days(look, round(seconds / DAY))
    return _hours(look, round(seconds / HOUR)) if seconds >= HOUR else _minutes(look, max(1, round(seconds / MINUTE)))


@kept
def _hours(look: Look, n: int) -> str:
    return ngettext("%(num)s hour", "%(num)s hours", n) % {"num": digits(look, n)}


@kept
def _minutes(look: Look, n: int) -> str:
    return ngettext("%(num)s minute", "%(num)s minutes", n) % {"num": digits(look, n)}


@kept
def days(look: Look, n: int) -> str:
    """Say a number of days."""
    return ngettext("%(num)s day", "%(num)s days", n) % {"num": digits(look, n)}


def comma(look: Look) -> str:
    """Return what stands between the items of a list."""
    return "، " if look.direction == "rtl" else ", "


def stopped(look: Look, sentence: Markup) -> Markup:
    """End a sentence with the full stop of its language, unless it has one or asks something."""
    if sentence.removesuffix("</b>").endswith((".", "۔", "?", "؟")):
        return sentence
    return sentence + ("۔" if look.language == "ur" else ".")


def phrase(text: str, **parts: object) -> Markup:
    """Fill a translated sentence; parts that are not markup are escaped."""
    return Markup(text % {name: escape(part) for name, part in parts.items()})  # noqa: S704 - text is ours, parts escaped
