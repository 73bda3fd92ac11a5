"""`masar alarms`: what people said was not them."""

import sys

import click

from masar.config.surroundings import django


@click.command()
@click.option("--days", default=7, show_default=True, help="How far back to look.")
def alarms(days: int) -> None:
    """List what people said of their account that it was not them. Exits with 1 if there is anything."""
    with django():
        from masar.people.queries import disowned

        found = disowned(days)
    for at, person, kind, when in found:
        click.echo(f"{at:%Y-%m-%d %H:%M}Z  person {person}: “{kind}” of {when:%Y-%m-%d %H:%M}Z was not them")
    click.echo(f"{len(found)} in {days} days." if found else f"Nothing in {days} days.")
    sys.exit(1 if found else 0)
