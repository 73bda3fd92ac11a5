"""Background doorways of papers: each calls one action."""

from __future__ import annotations

from procrastinate.contrib.django import app

from masar.files import actions


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="forget_left_papers")
def forget_left_papers(timestamp: int) -> None:
    """Drop papers that nobody handed in for 90 days."""
    actions.forget_left_papers()
