"""`cohort match`."""

from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
TO = click.Path(path_type=Path, dir_okay=False)


@click.command(name="match")
@click.argument("researchers", type=FILE, required=False)
@click.argument("mentors", type=FILE, required=False)
@click.option("--out", type=TO, required=True, help="Where the pairs go: .csv, .xlsx or .ods.")
@click.option("--report", type=TO, help="Also an HTML file to read, print and send.")
@click.option("--unmatched", type=TO, help="Also who has no mentor and why.")
@click.option("--rules", type=FILE, help="TOML with weights and requirements.")
@click.option("--taxonomy", type=FILE, help="TOML with domains, roles, contexts and skills.")
@click.option(
    "--mapping",
    type=TO,
    help="TOML that says what each column means; written if it is not there.",
)
@click.option("--strict", is_flag=True, help="Refuse words that the taxonomy does not have.")
@click.option(
    "--week",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="A day of the week whose hours are compared.",
)
@click.option("--scores", type=FILE, help="A matrix (.npy) instead of spreadsheets.")
@click.option("--capacity", type=FILE, help="The places of each column of the matrix (.npy).")
@click.option("--floor", type=float, help="With --scores: nobody is paired below it.")
@click.option(
    "--time-limit",
    type=float,
    metavar="SECONDS",
    help="Then write the best pairs so far, and say how far from the best they may be.",
)
def match_files(**given: Any) -> None:
    """Pair the people of two spreadsheets (CSV, XLSX or ODS), without a server.

    RESEARCHERS and MENTORS need a column Name; whatever else they say makes the pairs better. One
    file may hold both: in two sheets, or with a column that says who is what.
    docs/offline.md has the columns, the rules and examples.
    """
    from cohort.offline.match import match

    match(**given)
