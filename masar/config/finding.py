"""What one look of `masar doctor` saw."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look saw."""

    level: Literal["ok", "warn", "bad"]
    words: str
    mend: str = ""
