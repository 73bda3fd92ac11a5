"""`masar catalogue`: check and load definitions of services."""

import sys
from pathlib import Path

import click

from masar.config.surroundings import django


@click.group()
def catalogue() -> None:
    """Check and load definitions of services."""


@catalogue.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Say what is wrong in the definitions at PATH, with file and line. Exits with 1 if anything is."""
    from masar.catalogue.loader import check_path

    findings = check_path(path)
    for finding in findings:
        click.echo(f"{finding.file}:{finding.line}: {finding.severity}: {finding.message}")
    errors = sum(1 for finding in findings if finding.severity == "error")
    click.echo(f"{errors} errors, {len(findings) - errors} warnings" if findings else "Nothing is wrong.")
    sys.exit(1 if errors else 0)


@catalogue.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def load(path: Path) -> None:
    """Publish the definitions at PATH. A version that was published before never changes."""
    with django():
        from masar.catalogue.actions import load_path
        from masar.catalogue.loader import CatalogueInvalid

        try:
            lines = load_path(path)
        except CatalogueInvalid as trouble:
            raise click.ClickException(f"{trouble}\n`masar catalogue check {path}` names every finding.") from trouble
        for line in lines:
            click.echo(line)
