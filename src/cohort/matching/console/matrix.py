"""Every pair of a run, a window at a time: researchers and mentors by name, and what each costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.http.listing import by_name, pattern
from cohort.matching.models import Round, Run
from cohort.matching.results.service import get_solved_run
from cohort.matching.results.untold import ids_of, untold
from cohort.matching.results.what_ifs import answer
from cohort.mentors.models import Mentor
from cohort.pairing.alternatives import Alternative
from cohort.pairing.windows import Window, window
from cohort.people.models import Person

Named = tuple[UUID, str]


@dataclass(frozen=True)
class MatrixPart:
    """Which window: from where on, how large, of those with these letters in their names."""

    first_row: int = 0
    rows: int = 40
    first_column: int = 0
    columns: int = 20
    researcher: str = ""
    mentor: str = ""


@dataclass(frozen=True)
class Matrix:
    """A window, with how many researchers and mentors there are to scroll through."""

    run: Run
    part: MatrixPart
    researchers: int
    mentors: int
    rows: Sequence[Named]
    columns: Sequence[Named]
    window: Window

    @property
    def cells(self) -> Sequence[Sequence[Alternative]]:
        return self.window.cells


async def read_matrix(db: AsyncSession, actor: Person, run_id: UUID, part: MatrixPart) -> Matrix:
    """Five statements, whatever the size; the answer is worked out from the run's evidence."""
    run = await get_solved_run(db, actor, run_id)
    studying = _in_cohort(Enrolment, run, part.researcher)
    mentoring = _in_cohort(Mentor, run, part.mentor)
    researchers = await _took_part(db, studying, run.researcher_prices)
    mentors = await _took_part(db, mentoring, run.mentor_prices)
    rows = researchers[part.first_row : part.first_row + part.rows]
    columns = mentors[part.first_column : part.first_column + part.columns]
    ids = [str(one) for one, _ in rows], [str(one) for one, _ in columns]
    found = await answer(db, run, lambda evidence: window(evidence, *ids))
    own = await ids_of(db, actor)
    found = replace(
        found,
        cells=[
            [untold(one, row, own) for one in cells]
            for row, cells in zip(found.rows, found.cells, strict=True)
        ],
    )
    return Matrix(run, part, len(researchers), len(mentors), rows, columns, found)


async def _took_part(
    db: AsyncSession, everyone: Select[UUID, str], prices: Mapping[str, float] | None
) -> list[Named]:
    people = await db.execute(everyone)
    return [(its_id, name) for its_id, name in people if str(its_id) in (prices or {})]


def _in_cohort(kind: type[Enrolment] | type[Mentor], run: Run, sought: str) -> Select[UUID, str]:
    """Everyone of the run's cohort, by name: the run says who of them took part."""
    everyone = (
        select(kind.id, Person.name)
        .join(Person, Person.id == kind.person_id)
        .join(Round, Round.cohort_id == kind.cohort_id)
        .where(Round.id == run.round_id)
        .order_by(by_name(Person.name), kind.id)
    )
    like = pattern(sought, "researcher" if kind is Enrolment else "mentor")
    return everyone if like is None else everyone.where(Person.name.ilike(like, escape="\\"))
