"""`cohort verify`."""

from pathlib import Path

import click

from cohort.cli.errors import SaidPlainly


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def verify(file: Path) -> None:
    """Check the proof of a matching: FILE is the evidence of a run (.npz).

    With nothing but NumPy, as offline/verify.py says on one page; a run that aims at fairness has
    a longer proof, which cohort's own code checks. The status is 0 when it is proved, else 1.
    """
    import zipfile

    from cohort.offline import verify as page

    try:
        run = page.read(str(file))
        is_fair = run["objective"] == "fair"
        proved, sentence = _check_fair(file) if is_fair else page.check(run)
    except (ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise SaidPlainly(f"{file} is not the evidence of a run, or was damaged.") from error
    click.echo(sentence)
    raise SystemExit(not proved)


def _check_fair(file: Path) -> tuple[bool, str]:
    from cohort.assignment import verify as prove
    from cohort.pairing.evidence import unpack

    evidence = unpack(file.read_bytes())
    verdict = prove(evidence.problem, evidence.solution)
    return verdict.holds, verdict.sentence
