"""`cohort seed`."""

import click


@click.command()
def seed() -> None:
    """Fill an empty database with a demo cohort, and show what its matching found."""
    import asyncio

    from cohort.demo.seeding import seed as fill
    from cohort.settings import Settings

    asyncio.run(fill(Settings(), click.echo))
