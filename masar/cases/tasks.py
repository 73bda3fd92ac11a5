"""Background doorways: each calls one action. Cron by procrastinate; a job that dies with its worker is run again."""

from __future__ import annotations

from procrastinate import JobContext
from procrastinate.contrib.django import app

from masar.cases import actions


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="end_what_ran_out", pass_context=False)
def end_what_ran_out(timestamp: int) -> None:
    """End requests whose citizen's time ran out."""
    actions.end_what_ran_out()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="let_in_what_waited")
def let_in_what_waited(timestamp: int) -> None:
    """Try parked events again."""
    actions.let_in_what_waited()


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="make_partitions")
def make_partitions(timestamp: int) -> None:
    """Make the partitions of the coming months."""
    actions.make_partitions()


@app.periodic(cron="41 3 * * *")
@app.task(queueing_lock="forget_left_drafts")
def forget_left_drafts(timestamp: int) -> None:
    """Forget drafts that nobody touched for their time."""
    actions.forget_left_drafts()


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="measure_pace")
def measure_pace(timestamp: int) -> None:
    """Measure how long services really take, when that is due."""
    actions.measure_pace_when_due()


@app.periodic(cron="*/2 * * * *")
@app.task(queueing_lock="rescue", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Run again what a dead worker left behind."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)
