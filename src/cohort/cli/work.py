"""`cohort work`."""

import click


@click.command()
def work() -> None:
    """Run one worker: mail, matchings, and all other jobs."""
    import asyncio
    import gc

    from cohort import worker
    from cohort.settings import Settings

    settings = Settings()
    # What is loaded now stays for good: the collector need not walk through it for each job.
    gc.collect()
    gc.freeze()
    asyncio.run(worker.work(settings))
