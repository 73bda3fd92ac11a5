"""An agency that reports by the CloudEvents SDK of npm, as a real one would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import Reporter
from tests.running import Server

NODE = Path(__file__).resolve().parent.parent / "node"
MODULES = NODE / "node_modules"

has_node = bool(shutil.which("node")) and (MODULES / "cloudevents").exists()
needs_node = pytest.mark.skipif(
    not has_node and os.environ.get("CI") != "true",
    reason="SKIPPED LOUDLY: no Node with the packages of tests/node (npm ci --ignore-scripts)",
)


@dataclass(frozen=True, slots=True)
class Agency:
    """Posts events to the running site with the agency's own key."""

    site: Server
    key: str
    reporter: Reporter

    def report(self, type_: str, ref: str, **data: Any) -> float:
        """Report that something happened just now; return when it was sent (epoch milliseconds)."""
        event = self.reporter.event(type_, ref, datetime.now(UTC), **data)
        ran = subprocess.run(
            ["node", str(NODE / "send.mjs"), f"{self.site.url}/api/v1/events", self.key, "structured"],
            input=json.dumps([event]).encode(),
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stderr.decode()
        answer = json.loads(ran.stdout)
        assert answer["body"]["status"] == "accepted", answer
        return float(answer["sent"])
