"""`cohort guide import`."""

from pathlib import Path

import click

from cohort.cli.unit import in_one_unit

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def guide() -> None:
    """What cohorts study."""


@guide.command(name="import")
@click.argument("file", type=FILE)
@click.option("--slug", help="The guide's name in addresses; by default, that of its title.")
@click.option("--milestones", type=FILE, help="TOML with the guide's milestones, all of them.")
@click.option("--taxonomy", type=FILE, help="TOML with domains, roles, contexts and skills.")
def import_guide(
    file: Path, slug: str | None, milestones: Path | None, taxonomy: Path | None
) -> None:
    """Read a Markdown guide; what stayed keeps its id, what went is retired."""
    from cohort.clock import utc_now
    from cohort.guides.importing import import_files

    report = in_one_unit(
        lambda db: import_files(
            db, file, slug=slug, milestones=milestones, taxonomy=taxonomy, now=utc_now()
        )
    )
    click.echo(str(report))
