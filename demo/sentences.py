"""What the simulated agencies say, in every language of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

import yaml

from demo.services import Service, Step

WORDS = Path(__file__).parent / "words" / "sentences.yaml"
OFFICES = ("مركز خدمة العاصمة", "مركز خدمة حولي", "مركز خدمة الفروانية", "مركز خدمة الأحمدي", "مركز خدمة الجهراء")
Words = Mapping[str, str]


def say(kind: str, chance: Random) -> Words:
    """Return a sentence of a kind: `late`, `onward`, `completed`, `refused`, `paid` …"""
    return chance.choice(_known()[kind])


def ask(service: Service, step: Step, chance: Random) -> Words:
    """Return the question with which a step is entered: one of its own, or one that fits its task."""
    return chance.choice(_special().get(f"{service.id}.{step.id}") or _known()[step.task or "answer"])


def played(step: Step) -> str:
    """Return the kind of sentence that says how a step at the citizen was played for them."""
    if step.state == "ready":
        return "collected"
    return {"payment": "paid", "appointment": "booked", "document": "delivered"}.get(step.task, "attended")


@cache
def _known() -> Mapping[str, Sequence[Words]]:
    kinds = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {kind: said for kind, said in kinds.items() if kind != "special"}


@cache
def _special() -> Mapping[str, Sequence[Words]]:
    special: Mapping[str, Sequence[Words]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))["special"]
    return special
