"""`masar dsn`, `migrate`, `shell`, `manage`: for administrators and developers."""

import click

from masar.config import surroundings
from masar.config.preparation import prepare_tables
from masar.kernel import postgres


@click.command()
def dsn() -> None:
    """Print the owner's connection string of the running database, starting it where needed."""
    with postgres.acquire(surroundings.home()) as lease:
        click.echo(lease.dsn)


@click.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    with postgres.acquire(surroundings.home()) as lease:
        prepare_tables(lease.dsn, click.echo)
        click.echo("The tables are up to date.")


@click.command()
def shell() -> None:
    """Open a Python prompt with Masar loaded, as the database's owner."""
    _run_management("shell")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a management command of Django as the database's owner."""
    _run_management(*arguments)


def _run_management(*arguments: str) -> None:
    with surroundings.django(as_owner=True):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["masar manage", *arguments])
