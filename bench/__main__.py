"""`python -m bench`: take every figure of the scale that SCALE names, print the table, write var/bench.json."""

from __future__ import annotations

import os
import sys

from bench.ground import database

SCALES = {"small": (2_000, 2.0, 2), "medium": (20_000, 4.0, 3), "full": (200_000, 5.0, 3)}


def main() -> None:
    """Prepare the ground, then run; Django finds its database only after that."""
    scale = os.environ.get("SCALE") or "medium"
    if scale not in SCALES:
        sys.exit(f"SCALE is one of {', '.join(SCALES)}.")
    with database() as dsn:
        os.environ |= {"MASAR_ROLE": "owner", "DJANGO_SETTINGS_MODULE": "masar.config.settings"}
        import django

        django.setup()
        from bench.run import run

        try:
            run(dsn, scale, *SCALES[scale])
        finally:
            from django.db import connections

            connections.close_all()


if __name__ == "__main__":
    main()
