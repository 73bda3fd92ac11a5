"""How a word sounds, roughly: so that Arabic and Urdu in Latin letters, and words spelt by ear, find their like."""

from __future__ import annotations

import re

# Both scripts are written in one small alphabet; S is sh. Folded letters come in (rules/letters.py).
_ARABIC = str.maketrans(
    {
        "ا": "a", "ب": "b", "ت": "t", "ث": "s", "ج": "j", "ح": "h", "خ": "k", "د": "d", "ذ": "z", "ر": "r", "ز": "z",
        "س": "s", "ش": "S", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "ع": "a", "غ": "k", "ف": "f", "ق": "k", "ك": "k",
        "ل": "l", "م": "m", "ن": "n", "ه": "h", "و": "u", "ي": "i",
    }
)  # fmt: skip
_DIGRAPHS = (("sh", "S"), ("ch", "j"), ("kh", "k"), ("gh", "k"), ("ph", "f"), ("ck", "k"), ("x", "ks"))
_SOFT_C = re.compile("c(?=[eiy])")
_LATIN = str.maketrans("cqgpveowy", "kkkbuiuui")
_TWICE = re.compile(r"(.)\1+")
_VOWELS = re.compile("(?<=.)[aiuh]")


def sound(word: str) -> str:
    """Write a folded word of either script as it sounds: `bijli` and بجلي as `bijli` and `bjli`."""
    for letters, letter in _DIGRAPHS:
        word = word.replace(letters, letter)
    return _TWICE.sub(r"\1", _SOFT_C.sub("s", word).translate(_ARABIC).translate(_LATIN))


def bones(sounded: str) -> str:
    """The consonants of a word as it sounds; a vowel only where the word begins with it, any being like another."""
    return re.sub("^[aiu]", "a", _TWICE.sub(r"\1", _VOWELS.sub("", sounded)))
