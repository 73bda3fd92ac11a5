"""Where the real logs lie, and small logs written by tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECEIPT = "receipt.xes.gz"
CHICAGO = "chicago311_geoReport_sample.json"
FINES = "Road_Traffic_Fine_Management_Process.xes.gz"

CSV_MAPPING = """
name: small
reader: csv
zone: Asia/Kuwait
system: desk
persons: 3
reporters: holder
columns: { case: case, activity: what, time: when }
service: zz.town.permit
agency: zz.town
holder: { by: who, of: { town: zz.town, fire: zz.fire } }
activities:
  made: { type: opened }
  looked at: { type: step, step: review }
  said: { type: noted, note: "{words}" }
  over: { type: decided, outcome: done }
"""


def real(name: str) -> Path:
    """Return a real log, or skip loudly where it is missing."""
    folder = Path(os.environ.get("MASAR_SHARED_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "logs" / name
    if not path.exists():
        pytest.skip(f"THE REAL LOG {name} IS MISSING: set MASAR_SHARED_DATA to the folder that holds logs/{name}")
    return path


def write_csv(path: Path, cases: int) -> Path:
    """Write a small log: the fire department holds each case for a while."""
    rows = ["case,what,when,who,words"]
    for number in range(cases):
        day = f"2026-03-{number % 28 + 1:02d}"
        rows += [
            f"c{number},made,{day} 08:00,town,",
            f"c{number},looked at,{day} 09:00,fire,",
            f"c{number},said,{day} 09:00,fire,all is well",
            f"c{number},looked at,{day} 10:00,town,",
            f"c{number},over,{day} 11:00,town,",
        ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
