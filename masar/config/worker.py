"""`python -m masar.config.worker`: the relay, ten times a second, and the jobs. Acts as the system's role."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import cast

os.environ["MASAR_PROCESS"] = "worker"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masar.config.settings")

PAUSE = 0.1
_log = logging.getLogger("masar.worker")


def relay_for_ever(stop: threading.Event, alive: Path) -> None:
    """Keep the promises of the outbox; outlive a database that is away."""
    from django.db import Error, connection

    from masar.cases.actions import relay

    last = 0.0
    while not stop.is_set():
        try:
            told = relay()
            if time.monotonic() - last > 1.0:
                alive.touch()
                last = time.monotonic()
            if told < 2000:
                stop.wait(PAUSE)
        except Error as trouble:
            _log.warning("the relay waits: %s", type(trouble).__name__)
            connection.close()
            stop.wait(1.0)


async def work_for_ever() -> None:
    """Run jobs; start again when the database was away."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    while True:
        try:
            connector = cast(DjangoConnector, app.connector).get_worker_connector()
            with app.replace_connector(connector):
                async with app.open_async():
                    await app.run_worker_async(concurrency=2, delete_jobs="successful", listen_notify=False)
            return
        except asyncio.CancelledError:
            return
        except Exception as trouble:
            _log.warning("the jobs wait: %s", type(trouble).__name__)
            await asyncio.sleep(2)


def main() -> None:
    """Run until told to stop."""
    import django

    django.setup()
    from masar.cases.actions import make_partitions, measure_pace_when_due

    alive = Path(os.environ.get("MASAR_HOME", "var")) / "run" / "worker.alive"
    alive.parent.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    relay = threading.Thread(target=relay_for_ever, args=(stop, alive), daemon=True)
    with contextlib.suppress(Exception):
        make_partitions()
        measure_pace_when_due()
    relay.start()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(work_for_ever())
    stop.set()
    relay.join(5)


if __name__ == "__main__":
    main()
