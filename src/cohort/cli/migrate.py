"""`cohort migrate`."""

import click


@click.command()
def migrate() -> None:
    """Bring the database to the shape that this version expects."""
    from cohort.cli.unit import in_one_unit, text_of
    from cohort.clock import utc_now
    from cohort.guides.importing import import_first_taxonomy
    from cohort.migrate import upgrade
    from cohort.settings import Settings, shipped

    upgrade(Settings())
    words = text_of(shipped("seed") / "taxonomy.toml")
    in_one_unit(lambda db: import_first_taxonomy(db, words, now=utc_now()))
