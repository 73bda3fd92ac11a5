"""`masar demo` and `masar replay`: the simulated agencies and the replay of logs, clients of the public API."""

import importlib
import sys

import click


@click.group()
def demo() -> None:
    """The demonstration."""


@demo.command()
def cast() -> None:
    """Print the persons of the demonstration: name, civil ID, password."""
    for line in cast_lines():
        click.echo(line)


def cast_lines() -> list[str]:
    """Return one line for each person of the demonstration."""
    from demo.cast import lines

    return list(lines())


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def replay(arguments: tuple[str, ...]) -> None:
    """Send a log of events to a running Masar (`masar replay --help` says how)."""
    try:
        program = importlib.import_module("demo.replay")
    except ImportError as trouble:
        click.echo(f"masar: the replay is not installed here ({trouble}); it comes with the source tree.", err=True)
        sys.exit(1)
    program.main.main(args=list(arguments), prog_name="masar replay")
