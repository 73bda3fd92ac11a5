"""Background doorways: each calls one action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from masar.people import actions


@app.periodic(cron="41 * * * *")
@app.task(queueing_lock="forget_old_enterings")
def forget_old_enterings(timestamp: int) -> None:
    """Forget whoever was on the way in and did not come."""
    actions.forget_old_enterings()


@app.periodic(cron="23 4 * * *")
@app.task(queueing_lock="forget_old_facts")
def forget_old_facts(timestamp: int) -> None:
    """Forget facts that ran out long ago."""
    actions.forget_old_facts()
