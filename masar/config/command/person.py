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
        from django.contrib.auth.password_validation import validate_password
        from django.core.exceptions import ValidationError

        from masar.people.actions import set_password

        try:
            validate_password(chosen)
        except ValidationError as trouble:
            raise click.ClickException(" ".join(trouble.messages)) from trouble
        set_password(civil_id, chosen)
    click.echo("The password was set." if password else chosen)


@person.command()
@click.argument("civil_id")
@click.option("--name", default="", help="The name, of somebody who is not known yet.")
@click.option("--all-lost", is_flag=True, help="Using the code forgets every second step too.")
def code(civil_id: str, name: str, all_lost: bool) -> None:
    """Make the code that a counter hands out after proof of identity, for a first or a new password."""
    with django():
        from django.conf import settings
        from django.utils import timezone

        from masar.people.actions import hand_out

        made = hand_out(civil_id, name, timezone.now(), demonstration=settings.DEMONSTRATION, forgets=all_lost)
    click.echo(" ".join(made[at : at + 4] for at in range(0, 12, 4)))


@person.command("forget-ways")
@click.argument("civil_id")
@click.confirmation_option(prompt="Did this person prove at a counter who they are?")
def forget_ways(civil_id: str) -> None:
    """Forget every second step of a person who lost them all; at the next log-in they choose a new one."""
    with django():
        from masar.people.actions import forget_ways

        click.echo(f"{forget_ways(civil_id)} ways were forgotten; every log-in was ended, and the person is told.")
