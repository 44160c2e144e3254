"""`cohort work`."""

import click


@click.command()
def work() -> None:
    """Run one worker: mail, matchings, and all other jobs."""
    from cohort.settings import Settings
    from cohort.worker import create_worker

    create_worker(Settings()).run()
