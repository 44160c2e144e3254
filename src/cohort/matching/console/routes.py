"""The matrix of a run over the API; for organisers."""

from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.matching import service
from cohort.matching.console.asking import PART
from cohort.matching.console.matrix import Matrix, MatrixPart, read_matrix
from cohort.matching.console.schemas import (
    MatrixCellOut,
    MatrixColumnOut,
    MatrixOut,
    MatrixRowOut,
)
from cohort.matching.results import what_ifs
from cohort.pairing.alternatives import Alternative
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get(
    "/runs/{run_id:uuid}/matrix",
    guards=[signed_in],
    dependencies=PART,
    responses=may_refuse(NotFound, service.NotSolved, what_ifs.NoEvidence, what_ifs.NotComparable),
)
async def read_run_matrix(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[MatrixPart],
    run_id: FromPath[UUID],
) -> MatrixOut:
    """A window of the matrix of researchers and mentors: how well each two suit each other, and
    what the cohort would lose if they had to be a pair.
    """
    return matrix_out(await read_matrix(db, actor, run_id, part))


def matrix_out(found: Matrix) -> MatrixOut:
    return MatrixOut(
        run_id=found.run.id,
        researchers=found.researchers,
        mentors=found.mentors,
        first_row=found.part.first_row,
        first_column=found.part.first_column,
        priced=found.window.priced,
        rows=[MatrixRowOut(enrolment_id=one, researcher=name) for one, name in found.rows],
        columns=[MatrixColumnOut(mentor_id=one, mentor=name) for one, name in found.columns],
        cells=[[_cell_out(one) for one in its] for its in found.cells],
    )


def _cell_out(one: Alternative) -> MatrixCellOut:
    return MatrixCellOut(
        score=one.score,
        chosen=one.chosen,
        cost=one.cost,
        fewer_placed=one.fewer_placed,
        below_least_score=one.below_floor,
        ruled_out=list(one.ruled_out),
    )


router = Router("", route_handlers=[read_run_matrix], tags=["matching"], opt={"room": "matching"})
