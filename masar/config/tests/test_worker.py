"""The worker reaches all that its jobs need, with the roles that it has as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.database

JOBS = """
import django
django.setup()
from masar.cases import actions
from masar.catalogue.queries import catalogue
actions.end_what_ran_out()
actions.let_in_what_waited()
print(len(catalogue().definitions) > 50)
"""


def test_the_jobs_of_the_worker_read_the_catalogue(kuwait: None) -> None:
    around = os.environ | {"MASAR_PROCESS": "worker", "DJANGO_SETTINGS_MODULE": "masar.config.settings"}
    done = subprocess.run([sys.executable, "-c", JOBS], env=around, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr[-800:]
