"""The command line, one file a command; what an operator did wrong is one sentence and status 2.

Each command imports what it runs when it runs: `cohort --help` need not wait for the application.
"""

import os

import click

from cohort.cli.admin import admin
from cohort.cli.assessment import assessment
from cohort.cli.doctor import doctor
from cohort.cli.errors import Commands
from cohort.cli.guide import guide
from cohort.cli.match import match_files
from cohort.cli.migrate import migrate
from cohort.cli.openapi import openapi
from cohort.cli.quizzes import quizzes
from cohort.cli.replay import replay
from cohort.cli.seed import seed
from cohort.cli.serve import serve
from cohort.cli.simulate import simulate
from cohort.cli.up import up
from cohort.cli.verify import verify
from cohort.cli.work import work


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cohort")
def cli() -> None:
    """Cohorts of researchers on their way into industry, with mentors found by exact matching."""


for command in (
    up,
    doctor,
    serve,
    work,
    migrate,
    guide,
    quizzes,
    assessment,
    match_files,
    verify,
    replay,
    simulate,
    seed,
    openapi,
    admin,
):
    cli.add_command(command)


def main() -> None:
    # To be said before NumPy is imported: our matrix products are small, and large pools have
    # threads of their own. Further threads of the BLAS would wait beside them at full load.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    cli(prog_name="cohort")
