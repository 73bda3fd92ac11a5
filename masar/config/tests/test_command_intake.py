"""`masar intake`: a file from the command's line, its answers in words, honest exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from masar.api.tests.sheets import HEADS, csv_of, journey, ref
from masar.config.tests.test_command import masar
from masar.kernel.tests.servers import throwaway_home


@pytest.mark.database
def test_a_file_is_taken_once_and_its_bad_rows_are_said(tmp_path: Path) -> None:
    file, result = tmp_path / "MASAR-kw.moi.gdt-20261102T120000-1.csv", tmp_path / "answers.xlsx"
    rows = [*journey(ref(), "290010100012"), ["مرحلة", "", "x"]]
    file.write_bytes(csv_of([HEADS, *rows[:4]]))
    page = tmp_path / "page.xls"
    page.write_bytes(b"<html></html>")
    with throwaway_home() as home:
        around = {"MASAR_HOME": str(home), "MASAR_DEMONSTRATION": "1"}
        folder = str(Path(__file__).resolve().parents[2] / "catalogue" / "kuwait")
        assert masar("catalogue", "load", folder, **around).returncode == 0
        words = ("intake", str(file), "--agency", "kw.moi.gdt")
        trial = masar(*words, "--dry-run", **around)
        assert (trial.returncode, trial.stdout) == (0, "Dry run: 4 rows: 4 accepted\n"), trial.stderr
        assert masar(*words, **around).stdout == "4 rows: 4 accepted\n"
        file.write_bytes(csv_of([HEADS, *rows]))
        again = masar(*words, "--result", str(result), **around)
        assert (again.returncode, again.stdout) == (1, "5 rows: 4 duplicate, 1 invalid\n")
        assert "6: وقت الحدث: القيمة ناقصة" in again.stderr
        assert result.read_bytes().startswith(b"PK")
        refused = masar("intake", str(page), "--agency", "kw.moi.gdt", "--language", "en", **around)
        assert (refused.returncode, "web page" in refused.stderr) == (1, True)
        assert masar("intake", str(file), "--agency", "kw.nobody", **around).returncode == 1
