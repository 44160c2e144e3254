"""`cohort up`."""

from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cohort"),
    show_default=True,
    help="Where the embedded PostgreSQL and Redis keep their files.",
)
@click.option("--demo/--no-demo", default=True, help="Fill an empty database with a demo cohort.")
def up(port: int, data_dir: Path, *, demo: bool) -> None:
    """Run everything on this machine: servers, worker, API and pages, until Ctrl-C."""
    from cohort.local.up import up as run

    run(port=port, data_dir=data_dir, demo=demo)
