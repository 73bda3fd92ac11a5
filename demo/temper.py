"""How agencies and people are in the demonstration: drawn by lot, so that it says nothing of anybody real."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp
from random import Random

from demo.services import Service, Span, Step

QUICKEST, SLOWEST, VERY_SLOW = 0.5, 1.3, 2.8  # the median of a step's duration as a share of its promise
SPREAD = 0.6  # of the logarithm of durations
OPEN_HOURS = 6.5

# How often each service is asked for; the others count as 1. What everybody needs comes often.
ASKED: Mapping[str, float] = {
    "renew-driving-licence": 5.0,
    "civil-id-card": 5.0,
    "pay-fines": 3.0,
    "renew-vehicle-registration": 3.5,
    "work-residency": 4.0,
    "dependant-residency": 2.5,
    "book-appointment": 3.0,
    "renew-passport": 2.5,
    "government-house": 4.5,
    "rent-allowance": 2.0,
    "building-permit": 1.8,
    "housing-loan": 1.4,
    "criminal-status-certificate": 2.0,
    "birth-certificate": 2.0,
    "exit-permit": 2.5,
    "government-job": 2.0,
    "scholarship": 1.2,
    "general-complaint": 1.5,
    "disability-certificate": 1.2,
    "change-address": 1.8,
    "media-licence": 0.3,
    "settle-overstay": 0.5,
    "lift-travel-ban": 0.5,
}
SCHOOL = ("school-registration", "school-transfer", "admission", "scholarship", "secondary-equivalence")
MONTHS = (1.05, 0.9, 1.0, 1.0, 1.05, 0.85, 0.7, 0.75, 1.25, 1.2, 1.1, 1.0)  # January to December
LOAD = (1.0, 0.95, 1.0, 1.0, 1.0, 0.95, 0.95, 1.1, 1.25, 1.15, 1.05, 1.0)  # how much longer work takes

PATIENCE: Mapping[str, float] = {"payment": 0.6, "answer": 1.6, "document": 2.5, "visit": 3.0, "appointment": 4.0}
SILENCE: Mapping[str, float] = {"payment": 0.025, "answer": 0.05, "document": 0.06, "visit": 0.025, "appointment": 0.03}
REFUSED, QUESTIONED, WITHDRAWN, ASIDE = 0.085, 0.17, 0.012, 0.05


@dataclass(frozen=True, slots=True)
class Temper:
    """One agency: `pace` is its median duration as a share of what it promises."""

    pace: float


def tempers(agencies: Iterable[str], seed: str) -> dict[str, Temper]:
    """Draw each agency's pace: spread evenly between quick and slow, and one that is very slow."""
    order = sorted(set(agencies), key=lambda agency: hashlib.sha256(f"{seed}|{agency}".encode()).digest())
    last = max(1, len(order) - 1)
    paces = {agency: QUICKEST + (SLOWEST - QUICKEST) * place / last for place, agency in enumerate(order)}
    if len(order) > 1:
        paces[order[-1]] = VERY_SLOW
    return {agency: Temper(pace) for agency, pace in paces.items()}


def weight_of(service: Service) -> float:
    """Return how often a service is asked for; checks and appeals are never asked for by themselves."""
    return ASKED.get(service.id.rpartition(".")[2], 1.0) if service.kind == "service" else 0.0


def season_of(service: Service, day: date) -> float:
    """Return how many ask for a service on a day, against the mean."""
    name = service.id.rpartition(".")[2]
    busy = 3.0 if name in SCHOOL and day.month in (6, 7, 8, 9) else 0.5 if name in SCHOOL else 1.0
    return MONTHS[day.month - 1] * busy * (0.35 if day.weekday() in (4, 5) else 1.0)


def working_seconds(step: Step, temper: Temper, day: date, chance: Random) -> tuple[float, bool]:
    """Draw how long an agency takes for a step, in seconds; with it whether only open hours count."""
    promise = step.promise or Span(1.0, 0.0, True)
    median = temper.pace * LOAD[day.month - 1]
    drawn = median * exp(chance.gauss(0.0, SPREAD))
    if promise.is_working:
        return max(600.0, drawn * 3600 * (promise.days * OPEN_HOURS + promise.hours)), True
    return max(600.0, drawn * (promise.days * 86_400 + promise.hours * 3600)), False


def citizen_seconds(step: Step, chance: Random) -> float:
    """Draw how long somebody takes for what they are asked, well within the limit that it has."""
    median = 5.0 if step.state == "ready" else PATIENCE.get(step.task, 1.0)
    days = median * exp(chance.gauss(0.0, 0.8))
    if step.limit:
        days = min(days, 0.8 * (step.limit.days or step.limit.hours / 24))
    return max(900.0, days * 86_400)


def is_silent(step: Step, chance: Random) -> bool:
    """Tell whether somebody never does what they are asked."""
    return chance.random() < (0.04 if step.state == "ready" else SILENCE.get(step.task, 0.03))


def chosen(chance: Random, weights: Sequence[float]) -> int:
    """Return a place, by weight."""
    return chance.choices(range(len(weights)), weights)[0]
