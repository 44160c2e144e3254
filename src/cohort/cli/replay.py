"""`cohort replay`."""

from uuid import UUID

import click

from cohort.cli.unit import in_one_unit


@click.command()
@click.argument("run", type=click.UUID)
def replay(run: UUID) -> None:
    """Solve again what RUN solved, and say whether it gives the same bytes.

    RUN is the id of a solved run, of a cohort that has not ended. Nothing is stored. The status is
    0 when everything is the same: pairs, scores, figures, prices; else 1.
    """
    from cohort.matching.replaying import replay as solve_again

    found = in_one_unit(lambda db: solve_again(db, run))
    click.echo(f"input   {found.input_digest}")
    for researcher, mentor, score in found.found.pairs:
        click.echo(f"pair    {researcher}  {mentor}  {score:.6f}")
    click.echo(f"stored  {found.stored.digest()}")
    click.echo(f"found   {found.found.digest()}")
    said = "The same bytes." if found.same else "Not the same: input or answer differ from the run."
    click.echo(said)
    raise SystemExit(not found.same)
