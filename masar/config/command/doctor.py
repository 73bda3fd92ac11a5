"""`masar doctor`: what is wrong with this installation and how to mend it."""

import sys
from collections.abc import Iterator

import click

from masar.config import surroundings
from masar.config.checks import checks_of_database, checks_of_machine, checks_of_running
from masar.config.finding import Finding
from masar.kernel import postgres

SIGNS = {"ok": "ok  ", "warn": "warn", "bad": "BAD "}


@click.command()
def doctor() -> None:
    """Look at everything Masar needs and say how to mend what is wrong. Exits with 1 if anything is."""
    findings = []
    for finding in _findings():
        click.echo(f"{SIGNS[finding.level]}  {finding.words}")
        if finding.mend:
            click.echo("      " + finding.mend.replace("\n", "\n      "))
        findings.append(finding)
    bad = sum(1 for finding in findings if finding.level == "bad")
    click.echo("All is well." if bad == 0 else f"{bad} to mend.")
    sys.exit(1 if bad else 0)


def _findings() -> Iterator[Finding]:
    home = surroundings.home()
    yield from checks_of_machine(home)
    try:
        with postgres.acquire(home) as lease:
            yield from checks_of_database(home, lease.dsn)
    except postgres.DatabaseTrouble as trouble:
        yield Finding("bad", "The database cannot be used.", str(trouble))
    yield from checks_of_running(home)
