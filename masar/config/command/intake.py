"""`masar intake`: the file of an agency without a system, row by row."""

import sys
from pathlib import Path

import click

from masar.catalogue.deployment import languages
from masar.config.surroundings import django

_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, metavar="ID", help="Whose file it is, such as kw.moi.gdt.")
@click.option(
    "--result", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the answer to each row."
)
@click.option("--dry-run", is_flag=True, help="Answer every row and write nothing.")
@click.option("--backfill", is_flag=True, help="History: nobody is notified.")
@click.option("--language", type=click.Choice(languages()), default=languages()[0], help="Of the answers.")
def intake(file: Path, agency: str, result: Path | None, dry_run: bool, backfill: bool, language: str) -> None:
    """Take the rows of FILE (CSV or XLSX) as events of an agency. Exits with 1 when a row is to be mended."""
    from masar.api.files.table import Unreadable

    with django():
        from django.utils import translation

        from masar.api.files.words import of_file

        with translation.override(language):
            try:
                is_well = _take(file, agency, result, dry_run, backfill, language)
            except Unreadable as trouble:
                click.echo(f"masar: {file.name}: {of_file(trouble)}", err=True)
                is_well = False
    sys.exit(0 if is_well else 1)


def _take(file: Path, agency: str, result: Path | None, dry_run: bool, backfill: bool, language: str) -> bool:
    from masar.api.files.intake import take
    from masar.api.files.reading import read_table
    from masar.api.files.results import result_file
    from masar.api.files.words import of_row, of_status
    from masar.catalogue.queries import catalogue

    if agency not in catalogue().agencies:
        click.echo(f"masar: no agency {agency} is known here.", err=True)
        return False
    table = read_table(file.read_bytes())
    outcome = take(agency, table, language, is_trial=dry_run, is_backfill=backfill, told=_progress)
    if result is not None:
        kind = "xlsx" if result.suffix.lower() == ".xlsx" else "csv" if result.suffix.lower() == ".csv" else None
        result.write_bytes(result_file(table, outcome.answers, language, kind))
    for answer in [answer for answer in outcome.answers if not answer.is_taken][:_SHOWN]:
        click.echo(f"{answer.row}: {of_row(answer, language) or of_status(answer.status)}", err=True)
    if outcome.unused:
        click.echo(f"Not read: {', '.join(outcome.unused)}", err=True)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(outcome.counts.items()))
    click.echo(f"{'Dry run: ' if dry_run else ''}{len(outcome.answers)} rows: {counts}")
    return all(answer.is_taken for answer in outcome.answers)


def _progress(rows: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{rows} rows", err=True, nl=False)
