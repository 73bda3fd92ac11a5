"""docs/api.md leads to what there is, and its commands work as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from masar.catalogue.actions import new_key
from tests.running import ROOT, Server

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.mark.database
@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_commands_of_the_guide_work(server: Server) -> None:
    [block] = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    key = "$(.venv/bin/masar agency key kw.moi.gdt)"
    assert key in block
    commands = block.replace(key, new_key("kw.moi.gdt")).replace("http://127.0.0.1:8000", server.url)
    ran = subprocess.run(
        ["bash", "-ec", commands], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=30
    )
    assert re.findall(r'"status":"(\w+)"', ran.stdout) == ["accepted", "accepted"]


def test_every_address_that_the_guide_names_is_there(kuwait: None) -> None:
    for address in re.findall(r"`(/[a-z0-9/.]+)`", GUIDE):
        assert Client().get(address, follow=True).status_code == 200, address
    assert Path(ROOT / "docs" / "examples" / "first.sh").is_file()
