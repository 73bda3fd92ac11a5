"""Words as people type them, made equal: forms of letters, marks, prefixes and endings of Arabic, Urdu and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_SAME = {
    "ا": "أإآٱٲٳ",
    "و": "ؤۆۇ",
    "ه": "ةۃۀہھەۂ",
    "ي": "ىیئےۓېۍ",
    "ك": "کگڪ",  # who has no گ on the keyboard types ك
    "ب": "پ",
    "ت": "ٹ",
    "ج": "چ",
    "د": "ڈ",
    "ر": "ڑ",
    "ز": "ژ",
    "ن": "ں",
    "ف": "ڤ",
}
_LETTERS = str.maketrans({form: letter for letter, forms in _SAME.items() for form in forms})
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DROPPED = str.maketrans(dict.fromkeys("ء\u0640\u200b\u200c\u200d\u200e\u200f\u061c'’ʼ`", ""))
_WORD = re.compile(r"[^\W_]+")
_ARABIC = re.compile("[\u0600-\u06ff]")

_WITH_ARTICLE = ("وبال", "وال", "بال", "فال", "كال", "ولل", "لل", "ال")
_JOINED = ("و", "ب", "ل", "ف", "ع")  # and, with, for, so; the spoken على
_ENDINGS = ("يات", "ات", "ون", "ين", "ان", "يه", "ها", "هم", "نا", "كم", "تي", "ه", "ي", "ك")
_ENGLISH = (
    ("ications", "y"), ("ication", "y"), ("ations", ""), ("ation", ""), ("ements", ""), ("ement", ""), ("ments", ""),
    ("ment", ""), ("ingly", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("als", ""), ("al", ""), ("ed", ""),
    ("ers", ""), ("er", ""), ("es", ""), ("s", ""), ("e", ""),
)  # fmt: skip

_SAYS_NOTHING = {
    "ar": "في من على الى عن مع هل كيف كم متى اين اي ما ماذا هو هي هذا هذه ان انا لي عندي اريد ابي ابغى ابغي ودي اقدر"
    " ممكن شلون شنو وين شكثر حق مال علي عشان حقي او ثم لم لا قد كل بعد قبل اذا نبي نريد تبي لازم شو ايش بدي عايز",
    "en": "the a an of for to in on at by with from my your our his her their i we you me it is are am be do does did"
    " can could how what where when which who why want need would like and or please get make if about there this that",
    "ur": "کا کی کے کو سے میں پر اور یا ہے ہیں ہوں تھا کیا کیسے کہاں کب مجھے میرا میری میرے اپنا اپنی اپنے ہو کر لیے"
    " لئے چاہیے چاہتا چاہتی گا گی گے نے بھی یہ وہ ایک کرنا کرنی کرنے کروں کراؤں کروانا کروانی بنوانا بنوانی"
    " ka ki ke ko se mein main par aur ya hai hain kya kaise kahan mera meri mere apna apni apne karna karni karne"
    " karwana karwani banwana chahiye",
}


def fold(text: str) -> str:
    """Write a text in one form of each letter and digit, without marks, in small letters."""
    text = unicodedata.normalize("NFKC", text).translate(_DIGITS).translate(_LETTERS).casefold()
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return plain.translate(_LETTERS).translate(_DROPPED)


def words_of(text: str) -> list[str]:
    """Split a text into folded words; small words that say nothing are left out unless there is nothing else."""
    found = _WORD.findall(fold(text))
    return [word for word in found if word not in _SILENT] or found


@lru_cache(maxsize=20_000)
def forms(word: str) -> tuple[tuple[str, float], ...]:
    """Return the forms under which a folded word may be known, each with how sure it is: as it is, bare, its stem."""
    if word.isdigit():
        return ((word, 1.0),)
    found = {word: 1.0}
    for form, sure in _arabic(word) if _ARABIC.search(word) else _latin(word):
        found[form] = max(sure, found.get(form, 0.0))
    return tuple(found.items())


def _arabic(word: str) -> Iterator[tuple[str, float]]:
    bare = _bare(word)
    if bare != word:
        yield bare, 0.95
    for form, sure in {word: 0.9, bare: 0.85}.items():
        stem = next((form[: -len(end)] for end in _ENDINGS if form.endswith(end) and len(form) - len(end) >= 3), form)
        yield stem, sure
        if len(stem) > 3 and stem[-1] in "هيتا":
            yield stem[:-1], sure - 0.05


def _bare(word: str) -> str:
    """A word without article and joined small words."""
    for prefix in _WITH_ARTICLE:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            return word[len(prefix) :]
    return word[1:] if word[0] in _JOINED and len(word) >= 5 else word


def _latin(word: str) -> Iterator[tuple[str, float]]:
    for ending, instead in _ENGLISH:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: len(word) - len(ending)] + instead
            yield stem, 0.9
            if stem.endswith("e"):
                yield stem[:-1], 0.88
            return


_SILENT = frozenset(fold(word) for words in _SAYS_NOTHING.values() for word in words.split())
