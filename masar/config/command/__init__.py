"""The command `masar`. Django is set up only by the commands that need it."""

import sys

import click

from masar.config.command.agency import agency
from masar.config.command.alarms import alarms
from masar.config.command.calendar import calendar
from masar.config.command.catalogue import catalogue
from masar.config.command.database import dsn, manage, migrate, shell
from masar.config.command.demo import demo, replay
from masar.config.command.doctor import doctor
from masar.config.command.intake import intake
from masar.config.command.keys import keys
from masar.config.command.person import person
from masar.config.command.up import up
from masar.config.preparation import NotPrepared
from masar.config.supervisor import PartKeepsEnding
from masar.kernel.errors import Refusal
from masar.kernel.postgres import DatabaseTrouble


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="masar-platform", prog_name="masar")
def masar() -> None:
    """Masar: every government request, step by step, live.

    MASAR_HOME (./var) holds what this installation keeps; DATABASE_URL names a real PostgreSQL server instead of the
    embedded one; PORT (8000) is where the pages are served.
    """


for command in (
    up,
    doctor,
    dsn,
    agency,
    alarms,
    calendar,
    catalogue,
    demo,
    intake,
    keys,
    person,
    replay,
    migrate,
    shell,
    manage,
):
    masar.add_command(command)


def main() -> None:
    """Run the command; expected trouble is said in words and exits with 1."""
    try:
        masar(prog_name="masar")
    except (DatabaseTrouble, NotPrepared, PartKeepsEnding, Refusal) as trouble:
        click.echo(f"masar: {trouble}", err=True)
        sys.exit(1)
