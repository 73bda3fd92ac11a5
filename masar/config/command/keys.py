"""`masar keys`: the keys that wrap keys of persons, turned without a stop; and persons who are erased."""

import click

from masar.config.surroundings import django


@click.group()
def keys() -> None:
    """The keys that wrap keys of persons; erasing persons.

    To turn: create, rotate, rewrap, retire. Masar goes on meanwhile.
    """


@keys.command("list")
def list_() -> None:
    """List the keys: since when each is in its state, and how many keys of persons it wraps."""
    with django():
        from masar.kernel.crypto import vault
        from masar.kernel.kekfiles import listed
        from masar.people.actions import rows_by_kek

        rows, found = rows_by_kek(), listed(vault().folder)
    for kek in found:
        click.echo(f"{kek.id}  {kek.state:7}  since {kek.since:%Y-%m-%d %H:%M}Z  wraps {rows.pop(kek.id, 0)}")
    for id_, count in sorted(rows.items()):
        click.echo(f"{id_}  MISSING: {count} persons cannot be opened; restore its file from the backup of keys")


@keys.command()
def create() -> None:
    """Make a key that waits. With several machines, copy its file and keks.json to each before `rotate`."""
    from masar.kernel import kekfiles
    from masar.kernel.crypto import vault

    click.echo(f"Key {kekfiles.create(vault().folder).id} waits: back it up, then `masar keys rotate`.")


@keys.command()
@click.argument("kek", required=False)
def rotate(kek: str | None) -> None:
    """Let the waiting key, or KEK, wrap from now on. Every process follows within a second."""
    from masar.kernel import kekfiles
    from masar.kernel.crypto import vault

    former, new = kekfiles.rotate(vault().folder, kek)
    click.echo(f"Key {new.id} wraps from now on, {former.id} only opens: `masar keys rewrap`.")


@keys.command()
def rewrap() -> None:
    """Wrap every key of a person by the active key. Can be interrupted, and run again at any time."""
    with django():
        from masar.people.actions import rewrap as steps
        from masar.people.actions import rows_by_kek

        total, done, closed = sum(rows_by_kek().values()), 0, 0
        for step in steps():
            done, closed = step.done, step.closed
            click.echo(f"\r{done} of {total} wrapped anew, at person {step.person_id} …", nl=False)
    click.echo(f"{chr(13) if done else ''}{done} keys of persons were wrapped anew.".ljust(60))
    if closed:
        raise click.ClickException(f"{closed} could not be opened: `masar keys list` names the key that is missing.")


@keys.command()
@click.argument("kek")
@click.option("--destroy", is_flag=True, help="Move its file away too, where no process reads it.")
def retire(kek: str, destroy: bool) -> None:
    """Retire a key that wraps nothing any longer."""
    with django():
        from masar.people.actions import retire as retired

        path = retired(kek, away=destroy)
    if path is None:
        click.echo(f"Key {kek} is retired; it opens still. `--destroy` moves its file away.")
    else:
        click.echo(f"Key {kek} lies in {path}. Destroy it and its copies once no backup of the database needs it.")


@keys.command()
@click.argument("civil_id")
@click.confirmation_option(prompt="This cannot be undone. Erase everything personal of this person?")
def erase(civil_id: str) -> None:
    """Erase a person for ever, by destroying their key."""
    with django():
        from masar.people.actions import erase_by_civil_id

        person_id = erase_by_civil_id(civil_id)
    click.echo(f"Person {person_id} is erased. The key's last copy is in the backups: see docs/operate.md.")


@keys.command()
def replay() -> None:
    """Erase again whoever is on the list of erased persons: after every restore, before Masar starts."""
    with django():
        from masar.people.actions import replay as again

        count = again()
    click.echo(f"{count} persons were erased again." if count else "Nobody on the list can be read here.")
