"""The commands of docs/api.md, run as they stand there against a running server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from masar.catalogue.actions import new_key
from tests.running import Server

pytestmark = [pytest.mark.database, pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")]
GUIDE = Path(__file__).resolve().parent.parent / "docs" / "api.md"
EXAMPLE = "48291730652"


def test_each_command_of_the_guide_works(server: Server) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    around = os.environ | {"MASAR": server.url, "KEY": new_key("kw.moi.gdt")}
    commands = [line for block in blocks for line in block.replace("\\\n", " ").split("\ncurl") if "MASAR" in line]
    number = EXAMPLE
    statuses = []
    for command in commands:
        text = ("" if command.startswith("curl") else "curl") + command.replace(EXAMPLE, number)
        ran = subprocess.run(["bash", "-c", text], env=around, capture_output=True, check=True, timeout=20)
        answer = json.loads(ran.stdout)
        statuses.append(answer.get("status") or ("request" if "number" in answer else "list"))
        number = answer.get("request") or number
    assert statuses == ["accepted", "accepted", "accepted", "request", "list"]
