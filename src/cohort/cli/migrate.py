"""`cohort migrate`."""

import click


@click.command()
def migrate() -> None:
    """Bring the database to the shape that this version expects."""
    from cohort.migrate import upgrade
    from cohort.settings import Settings

    upgrade(Settings())
