"""`python -m masar.config.demonstration`: give the simulated agencies keys and the cast accounts, once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import yaml


def prepare(home: Path) -> None:
    """Write `run/demo-keys.yaml` with a living key for each agency of the catalogue, and introduce the cast."""
    from demo.cast import CAST
    from masar.catalogue.actions import new_key
    from masar.catalogue.queries import agency_of_key, catalogue
    from masar.people.actions import introduce

    path = home / "run" / "demo-keys.yaml"
    known: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    keys = {agency: known.get(agency, "") for agency in sorted(catalogue().agencies)}
    keys = {agency: key if key and agency_of_key(key) == agency else new_key(agency) for agency, key in keys.items()}
    if keys != known:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(yaml.safe_dump(keys), encoding="utf-8")
        part.replace(path)
    for person in CAST:
        introduce(person.civil_id, person.name, person.language, person.password)
    show_cast(home)


def show_cast(home: Path) -> None:
    """Leave the cast where the login page of a demonstration finds it."""
    from demo.cast import CAST

    shown = [{name: getattr(person, name) for name in ("name", "civil_id", "password", "language")} for person in CAST]
    part = home / "run" / "demo-people.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(json.dumps(shown, ensure_ascii=False), encoding="utf-8")
    part.replace(home / "run" / "demo-people.json")


if __name__ == "__main__":
    import django

    django.setup()
    prepare(Path(os.environ["MASAR_HOME"]))
