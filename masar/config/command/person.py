"""`masar person`: for the operator."""

import secrets

import click

from masar.config.surroundings import django


@click.group()
def person() -> None:
    """For one person, by civil ID."""


@person.command()
@click.argument("civil_id")
@click.option("--password", help="The new password; without it one is made and printed.")
def password(civil_id: str, password: str | None) -> None:
    """Set a person's password."""
    chosen = password or secrets.token_urlsafe(12)
    with django():
        from masar.people.actions import set_password

        set_password(civil_id, chosen)
    click.echo("The password was set." if password else chosen)
