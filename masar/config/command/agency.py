"""`masar agency`: what an agency needs to join."""

import click

from masar.config.surroundings import django


@click.group()
def agency() -> None:
    """What an agency needs to join."""


@agency.command()
@click.argument("agency_id")
def key(agency_id: str) -> None:
    """Make a new key for the agency and print it. It is shown once: only its hash is kept."""
    with django():
        from masar.catalogue.actions import new_key

        click.echo(new_key(agency_id))
