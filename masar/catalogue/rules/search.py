"""Search among services: words in any language, dialect and misspelt, weighed by where they stand. Built once."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from masar.catalogue.rules.letters import forms, words_of
from masar.catalogue.rules.sounds import bones, sound

MOST_WORDS = 20
OWN_LANGUAGE = 1.06  # what is written in the reader's language counts so much more
PHRASE = 0.6  # a title or a search word that is just what was typed
SHORT_PASSAGE = 5  # words; in those, neighbours may be written as one
SHORTEST_GUESS = 4  # shorter words are not guessed at
KNOWN = 0.3  # a word that weighs less wherever it stands is guessed at all the same
UNKNOWN = 0.2  # what a word tells that is nowhere
TAIL = 0.15  # what fits so much less than the best is left out
ENOUGH = 0.25  # of the weight of what was typed must be found


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of a thing to be found: what it weighs (0 to 1) and its language."""

    weight: float
    language: str
    text: str


_Postings = dict[int, dict[str, float]]  # number of the thing -> language -> weight of the word there


class Index:
    """An index of things by number 0…n-1, each with its passages."""

    def __init__(self, things: Sequence[Iterable[Passage]]) -> None:
        self._count = len(things)
        self._terms: dict[str, _Postings] = defaultdict(dict)
        self._whole: dict[str, dict[int, float]] = defaultdict(dict)  # a whole passage, folded
        known: set[str] = set()
        for number, passages in enumerate(things):
            for passage in passages:
                self._take(number, passage, known)
        self._known = sorted(known)
        self._shortened = _by_part((word for word in known if len(word) >= SHORTEST_GUESS - 1), _shortened)
        self._sounds = _by_part(known, lambda word: {bones(sound(word))})
        self._trigrams = _by_part((word for word in known if len(word) >= 6), _trigrams)

    def _take(self, number: int, passage: Passage, known: set[str]) -> None:
        words = words_of(passage.text)
        whole = self._whole[" ".join(words)]
        whole[number] = max(passage.weight, whole.get(number, 0.0))
        known.update(words)
        for word in _joined(words):
            self._note(word, number, passage, 1.0)
        for word in words:
            for form, sure in forms(word):
                self._note(form, number, passage, sure)

    def _note(self, form: str, number: int, passage: Passage, sure: float) -> None:
        weights = self._terms[form].setdefault(number, {})
        weights[passage.language] = max(passage.weight * sure, weights.get(passage.language, 0.0))

    def find(self, text: str, language: str) -> list[int]:
        """Return the numbers of the things that fit, best first."""
        words = list(dict.fromkeys(words_of(text)))[:MOST_WORDS]
        scores: dict[int, float] = defaultdict(float)
        found: dict[int, float] = defaultdict(float)
        total = 0.0
        for word in words:
            worth, places = self._places(word, language)
            total += worth
            for number, weight in places.items():
                scores[number] += worth * weight
                found[number] += worth * min(1.0, 0.4 + weight)
        for number, weight in self._whole.get(" ".join(words), {}).items():
            scores[number] += total * weight * PHRASE
        share = {number: part / total for number, part in found.items() if part > ENOUGH * total}
        ranked = {number: scores[number] * part for number, part in share.items()}
        least = max(ranked.values(), default=0.0) * TAIL
        return sorted((number for number, score in ranked.items() if score >= least), key=lambda n: (-ranked[n], n))

    def _places(self, word: str, language: str) -> tuple[float, dict[int, float]]:
        """How much a word tells (the rarer the more), and how well each thing answers it.

        A word that is nowhere, or only in small print, tells little: people say more than a catalogue knows.
        """
        places = self._gather(forms(word), language)
        if max(places.values(), default=0.0) < KNOWN:
            guesses = (*self._longer(word), *self._guesses(word), *self._alike(word))
            _keep_best(places, self._gather(guesses, language).items())
        worth = math.log(1 + (self._count + 1) / (len(places) + 1))
        return worth * max(UNKNOWN, *places.values(), 0.0), places

    def _gather(self, terms: Iterable[tuple[str, float]], language: str) -> dict[int, float]:
        places: dict[int, float] = {}
        for form, sure in terms:
            _keep_best(places, self._weights(form, sure, language))
        return places

    def _weights(self, form: str, sure: float, language: str) -> Iterator[tuple[int, float]]:
        for number, weights in self._terms.get(form, {}).items():
            best = max(weights.values())
            yield number, sure * max(best, weights.get(language, 0.0) * OWN_LANGUAGE)

    def _longer(self, word: str) -> Iterator[tuple[str, float]]:
        """Words that begin with what was typed: people stop typing."""
        if len(word) < 3:
            return
        at = bisect_left(self._known, word)
        while at < len(self._known) and self._known[at].startswith(word):
            if len(self._known[at]) > len(word):
                yield self._known[at], 0.45 + 0.4 * len(word) / len(self._known[at])
            at += 1

    def _guesses(self, word: str) -> list[tuple[str, float]]:
        """Known words that differ by one letter, in long words by two: the word itself, and without what is joined."""
        found: dict[str, float] = {}
        for form in {form for form, sure in forms(word) if sure >= 0.95}:
            if len(form) >= SHORTEST_GUESS and not any(letter.isdigit() for letter in form):
                for other in self._near(form):
                    most = 1 if len(form) < 7 else 2
                    apart = distance(form, other, most)
                    if apart <= most:
                        found[other] = max(0.85 - 0.2 * apart, found.get(other, 0.0))
        return list(found.items())

    def _alike(self, word: str) -> Iterator[tuple[str, float]]:
        """Known words, in either script, that sound like it."""
        sounded = sound(word)
        for other in self._sounds.get(bones(sounded), ()) if len(sounded) >= SHORTEST_GUESS else ():
            apart = distance(sounded, sound(other), 3)
            if apart <= len(sounded) // 2 - 1 and other != word:
                yield other, 0.7 - 0.1 * apart

    def _near(self, word: str) -> set[str]:
        near = {other for part in _shortened(word) for other in self._shortened.get(part, ())}
        if len(word) >= 7:
            parts = _trigrams(word)
            counted = Counter(other for part in parts for other in self._trigrams.get(part, ()))
            near.update(other for other, shared in counted.items() if 3 * shared >= len(parts))
        return near


def _by_part(words: Iterable[str], parts_of: Callable[[str], set[str]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        for part in parts_of(word):
            found[part].append(word)
    return found


def _joined(words: Sequence[str]) -> Iterator[str]:
    """Neighbours in a short passage, written as one word."""
    return (one + other for one, other in pairwise(words)) if len(words) <= SHORT_PASSAGE else iter(())


def _keep_best(places: dict[int, float], more: Iterable[tuple[int, float]]) -> None:
    for number, weight in more:
        if weight > places.get(number, 0.0):
            places[number] = weight


def _shortened(word: str) -> set[str]:
    """The word, and the word without one of its letters: two that share one are at most a mistake or two apart."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _trigrams(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def distance(one: str, other: str, most: int) -> int:
    """Count the letters to add, drop, change or swap with the next; `most + 1` when they are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for place, twin in enumerate(other, 1):
            cost = min(last[place] + 1, row[place - 1] + 1, last[place - 1] + (letter != twin))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == twin:
                cost = min(cost, before[place - 2] + 1)
            row.append(cost)
        before, last = last, row
    return min(last[-1], most + 1)
