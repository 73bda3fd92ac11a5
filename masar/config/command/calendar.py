"""`masar calendar`: a day that the government moved."""

from collections.abc import Callable
from datetime import date, datetime

import click

from masar.catalogue.deployment import languages
from masar.catalogue.rules.languages import own_name
from masar.config.surroundings import django


@click.group()
def calendar() -> None:
    """A day that the government moved."""


def _reasons(command: Callable[..., None]) -> Callable[..., None]:
    """Let the reason be given in each language of the deployment: `--ar`, `--en` …"""
    for language in reversed(languages()):
        name = own_name(language)
        command = click.option(f"--{language}", f"in_{language}", default="", help=f"Why, in {name}.")(command)
    return command


@calendar.command()
@click.argument("calendar_id")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--open/--closed", "is_open", required=True, help="Whether the day works.")
@click.option("--decision", required=True, help="The number of the decision.")
@click.option("--hours", multiple=True, metavar="08:00-12:00", help="Opening hours of that day; as usual if left out.")
@_reasons
def move(
    calendar_id: str,
    day: datetime,
    is_open: bool,
    decision: str,
    hours: tuple[str, ...],
    **words: str,
) -> None:
    """Decide that DAY works or not in CALENDAR_ID and compute anew what is due; a request whose date moves says why."""
    reason = {name.removeprefix("in_"): text for name, text in words.items() if text}
    on: date = day.date()
    with django():
        from masar.cases.actions import move_day

        moved = move_day(calendar_id, on, working=is_open, decision=decision, reason=reason, hours=list(hours) or None)
    click.echo(f"{on} is {'a working day' if is_open else 'closed'} in {calendar_id}; {moved} due dates moved.")
