"""`masar agency`: what an agency needs to join."""

import sys

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


@agency.command()
@click.argument("key")
def end_key(key: str) -> None:
    """End a key that leaked or is no longer needed; it stops working within seconds."""
    with django():
        from masar.catalogue.actions import NoSuchKey, end_key

        try:
            click.echo(f"A key of {end_key(key)} is ended.")
        except NoSuchKey as trouble:
            click.echo(f"masar: {trouble.title}. {trouble.detail}", err=True)
            sys.exit(1)
