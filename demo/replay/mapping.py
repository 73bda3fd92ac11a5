"""The mapping of a log to a definition: which activity is which event (docs: the comments in demo/mappings)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from demo.replay.readers import READERS, Attributes, Columns

TYPES = frozenset(
    {"opened", "step", "asked", "answered", "noted", "decided", "handed-over", "hand-back", "withdrawn", "reopened"}
)
NEEDS: Mapping[str, str] = {
    "step": "step",
    "decided": "outcome",
    "handed-over": "to",
    "noted": "note",
    "reopened": "step",
}


class MappingInvalid(ValueError):
    """The mapping file says something that cannot be done."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that is always the same, or depends on an attribute: `{ by: attribute, of: { value: result } }`."""

    always: str | None = None
    by: str = ""
    of: Mapping[str, str] = field(default_factory=dict)

    def choose(self, attributes: Attributes, what: str) -> str:
        """Return the result for these attributes. Raises: MappingInvalid for a value that the mapping leaves out."""
        if self.always is not None:
            return self.always
        value = attributes.get(self.by, "")
        if value not in self.of:
            raise MappingInvalid(f"the mapping names no {what} for {self.by} {value!r}")
        return self.of[value]


@dataclass(frozen=True, slots=True)
class Rule:
    """What an activity means. `key` is the attribute by which a hand-back finds its hand-over.

    `last`: what it means instead as the last of its case; `away`: while another agency holds the request.
    """

    type: str
    step: str | None = None
    outcome: str | None = None
    reason: str | None = None
    to: Choice | None = None
    key: str = ""
    note: Any = None
    last: Rule | None = None
    away: Rule | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome with its reason; `after` holds the activities that lead to it, none for any."""

    outcome: str
    reason: str | None
    after: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a case ends that has no activity for it: at the time in attribute `at`, by the first verdict that fits."""

    at: str
    verdicts: tuple[Verdict, ...]

    def verdict(self, activities: frozenset[str]) -> Verdict:
        """Return the first verdict that needs nothing, or one of whose activities happened."""
        return next(verdict for verdict in self.verdicts if not verdict.after or verdict.after & activities)


@dataclass(frozen=True, slots=True)
class LogMapping:
    """How one log is read and what it means in Masar."""

    name: str
    reader: str
    columns: Columns
    zone: ZoneInfo
    system: str
    persons: int
    service: Choice
    agency: Choice
    reporters: str
    holder: Choice | None
    office: str
    activities: Mapping[str, Rule]
    ending: Ending | None

    def rule(self, activity: str, *, is_last: bool, is_away: bool) -> Rule:
        """Return what an activity means. Raises: MappingInvalid for one that the mapping leaves out."""
        rule = self.activities.get(activity)
        if rule is None:
            raise MappingInvalid(f"the mapping does not say what {activity!r} means")
        if is_last and rule.last:
            return rule.last
        return rule.away if is_away and rule.away else rule


def read_mapping(path: Path) -> LogMapping:
    """Read a mapping file. Raises: MappingInvalid, OSError."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        return _mapping(document)
    except (yaml.YAMLError, KeyError, TypeError, AttributeError) as trouble:
        raise MappingInvalid(f"{path.name} is no mapping: {trouble!r}") from trouble


def _mapping(document: Mapping[str, Any]) -> LogMapping:
    reader, reporters = document["reader"], document.get("reporters", "opener")
    if reader not in READERS:
        raise MappingInvalid(f"reader is one of {', '.join(READERS)}")
    if reporters not in ("opener", "holder"):
        raise MappingInvalid("reporters is opener or holder")
    return LogMapping(
        name=document["name"],
        reader=reader,
        columns=Columns(**document.get("columns", {})),
        zone=ZoneInfo(document["zone"]),
        system=document["system"],
        persons=int(document["persons"]),
        service=_choice(document["service"]),
        agency=_choice(document["agency"]),
        reporters=reporters,
        holder=_choice(document["holder"]) if "holder" in document else None,
        office=document.get("office", ""),
        activities={activity: _rule(activity, rule) for activity, rule in document["activities"].items()},
        ending=_ending(document["ending"]) if "ending" in document else None,
    )


def _choice(value: Any) -> Choice:
    return Choice(by=value["by"], of=value["of"]) if isinstance(value, dict) else Choice(always=str(value))


def _rule(activity: str, item: Mapping[str, Any]) -> Rule:
    kind = item["type"]
    if kind not in TYPES:
        raise MappingInvalid(f"{activity}: {kind!r} is none of {', '.join(sorted(TYPES))}")
    needed = NEEDS.get(kind)
    if needed and needed not in item:
        raise MappingInvalid(f"{activity}: {kind} needs `{needed}`")
    return Rule(
        type=kind,
        step=item.get("step"),
        outcome=item.get("outcome"),
        reason=item.get("reason"),
        to=_choice(item["to"]) if "to" in item else None,
        key=item.get("key", ""),
        note=item.get("note"),
        last=_rule(activity, item["last"]) if "last" in item else None,
        away=_rule(activity, item["away"]) if "away" in item else None,
    )


def _ending(item: Mapping[str, Any]) -> Ending:
    verdicts = tuple(
        Verdict(entry["outcome"], entry.get("reason"), frozenset(entry.get("after", ()))) for entry in item["outcomes"]
    )
    if verdicts[-1].after:
        raise MappingInvalid("ending: the last outcome is for all others, so it names no activity")
    return Ending(item["at"], verdicts)
