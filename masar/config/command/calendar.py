"""`masar calendar`: a day that the government moved."""

from datetime import date, datetime

import click

from masar.config.surroundings import django


@click.group()
def calendar() -> None:
    """A day that the government moved."""


@calendar.command()
@click.argument("calendar_id")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--open/--closed", "is_open", required=True, help="Whether the day works.")
@click.option("--decision", required=True, help="The number of the decision.")
@click.option("--hours", multiple=True, metavar="08:00-12:00", help="Opening hours of that day; as usual if left out.")
@click.option("--ar", "arabic", default="", help="Why, in Arabic.")
@click.option("--en", "english", default="", help="Why, in English.")
@click.option("--ur", "urdu", default="", help="Why, in Urdu.")
def move(
    calendar_id: str,
    day: datetime,
    is_open: bool,
    decision: str,
    hours: tuple[str, ...],
    arabic: str,
    english: str,
    urdu: str,
) -> None:
    """Decide that DAY works or not in CALENDAR_ID and compute anew what is due; a request whose date moves says why."""
    words = {"ar": arabic, "en": english, "ur": urdu}
    reason = {language: text for language, text in words.items() if text}
    on: date = day.date()
    with django():
        from masar.cases.actions import move_day

        moved = move_day(calendar_id, on, working=is_open, decision=decision, reason=reason, hours=list(hours) or None)
    click.echo(f"{on} is {'a working day' if is_open else 'closed'} in {calendar_id}; {moved} due dates moved.")
