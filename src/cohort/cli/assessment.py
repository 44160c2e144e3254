"""`cohort assessment import`."""

from pathlib import Path

import click

from cohort.cli.unit import in_one_unit, text_of

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group()
def assessment() -> None:
    """What researchers say that they know already."""


@assessment.command(name="import")
@click.argument("file", type=FILE)
@click.option("--guide", "slug", required=True, help="The guide's name in addresses.")
def import_file(file: Path, slug: str) -> None:
    """Read a TOML file of statements; what somebody answered stays."""
    from sqlalchemy.ext.asyncio import AsyncSession

    from cohort.assessments.importing import AssessmentImport, import_assessment
    from cohort.clock import utc_now
    from cohort.guides import service as guides

    toml = text_of(file)

    async def read(db: AsyncSession) -> AssessmentImport:
        guide = await guides.get_by_slug(db, slug)
        return await import_assessment(db, guide, toml, now=utc_now())

    click.echo(str(in_one_unit(read)))
