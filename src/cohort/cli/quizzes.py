"""`cohort quizzes import` and `cohort quizzes export`."""

from pathlib import Path

import click

from cohort.cli.unit import in_one_unit, text_of

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def quizzes() -> None:
    """What researchers test themselves with."""


@quizzes.command(name="import")
@click.argument("file", type=FILE)
@click.option("--guide", "slug", required=True, help="The guide's name in addresses.")
def import_file(file: Path, slug: str) -> None:
    """Read a TOML file of quizzes; questions that somebody answered stay as they were asked."""
    from sqlalchemy.ext.asyncio import AsyncSession

    from cohort.clock import utc_now
    from cohort.guides import service as guides
    from cohort.quizzes.importing import QuizImport, import_quizzes

    toml = text_of(file)

    async def read(db: AsyncSession) -> QuizImport:
        guide = await guides.get_by_slug(db, slug)
        return await import_quizzes(db, guide, toml, now=utc_now())

    click.echo(str(in_one_unit(read)))


@quizzes.command(name="export")
@click.option("--guide", "slug", required=True, help="The guide's name in addresses.")
def export_file(slug: str) -> None:
    """Print the quizzes of a guide as the TOML file that `import` reads."""
    from sqlalchemy.ext.asyncio import AsyncSession

    from cohort.guides import service as guides
    from cohort.quizzes.exporting import export_quizzes

    async def write(db: AsyncSession) -> str:
        return await export_quizzes(db, await guides.get_by_slug(db, slug))

    click.echo(in_one_unit(write), nl=False)
