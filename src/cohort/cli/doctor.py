"""`cohort doctor`."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".cohort"),
    show_default=True,
)
def doctor(data_dir: Path) -> None:
    """Check what cohort needs here, and say what to do about what is missing."""
    from cohort.local.doctor import examine

    findings = examine(data_dir)
    for finding in findings:
        click.echo(str(finding))
    if any(finding.verdict == "fail" for finding in findings):
        raise click.exceptions.Exit(1)
