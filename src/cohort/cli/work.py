"""`cohort work`."""

import click

from cohort.cli.loading import loading_for_good


@click.command()
def work() -> None:
    """Run one worker: mail, matchings, and all other jobs."""
    with loading_for_good():
        import asyncio

        from cohort import worker
        from cohort.settings import Settings

        settings = Settings()
    asyncio.run(worker.work(settings))
