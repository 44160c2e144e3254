"""`cohort work`."""

import click


@click.command()
def work() -> None:
    """Run one worker: mail, matchings, and all other jobs."""
    import asyncio

    from cohort import worker
    from cohort.settings import Settings

    asyncio.run(worker.work(Settings()))
