"""First answers of a cohort, by person, section and moment: kept, and only added to.

As in `answer_sums`, what is older than a minute never changes, so it is kept in each process and a
request reads what came after. Whose seat it was and how old it is are asked anew each time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import Uuid, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.db import Prepared, given
from cohort.guides.service import versions_beside
from cohort.quizzes.answer_sums import SETTLED, count_tries
from cohort.quizzes.models import Quiz, QuizSectionResult, QuizTry
from cohort.quizzes.readiness import HALF_AFTER, Floats

EVER = datetime.max.replace(tzinfo=UTC, year=9998)
COHORTS_KEPT = 16
"""Of 2,000 people with ten tries each, one takes two megabytes."""
DAY = timedelta(days=1).total_seconds()
Numbers = npt.NDArray[np.int64]


@dataclass
class SectionAnswers:
    """A row for each try and section; people and sections are numbered as they come."""

    people: dict[UUID, int] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    rows: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 5)))
    """person, section, handed in (seconds), answered, right"""

    def added(self, found: Sequence[Any]) -> "SectionAnswers":
        """With these beside, a row of lists for each person; what was kept stays as it was."""
        if not found:
            return self
        people, sections = dict(self.people), dict(self.sections)
        whose, named, *numbers = zip(*found, strict=True)
        person = [people.setdefault(its_id, len(people)) for its_id in whose]
        section = [sections.setdefault(one, len(sections)) for one in chain.from_iterable(named)]
        told = [list(chain.from_iterable(of)) for of in numbers]
        person = np.repeat(person, [len(hers) for hers in named]).tolist()
        new = np.array([person, section, *told]).T
        return SectionAnswers(people, sections, np.concatenate([self.rows, new]))

    def sums(
        self, enrolments: Sequence[UUID], sections: Sequence[str], *, now: datetime
    ) -> tuple[Numbers, Numbers, Floats, Floats]:
        """[people, sections] each: answered, right; and the two weighed by age as `weight_of`."""
        shape = len(enrolments), len(sections)
        row_of = _places(self.people, enrolments)
        column_of = _places(self.sections, sections)
        person, section, at, answered, right = self.rows.T
        row, column = row_of[person.astype(int)], column_of[section.astype(int)]
        known = (row >= 0) & (column >= 0)
        days = np.maximum(np.floor((now.timestamp() - at[known]) / DAY), 0.0)
        weight = 0.5 ** (days / HALF_AFTER.days)
        place = row[known] * shape[1] + column[known]

        def summed(of: Floats) -> Floats:
            flat: Floats = np.bincount(place, of, shape[0] * shape[1]).astype(np.float64)
            return flat.reshape(shape)

        answered, right = answered[known], right[known]
        return (
            summed(answered).astype(np.int64),
            summed(right).astype(np.int64),
            summed(weight * answered),
            summed(weight * right),
        )


def _places(numbered: dict[Any, int], wanted: Sequence[Any]) -> Numbers:
    """By number, where it stands among those that are wanted; -1 where nobody wants it."""
    places = np.full(len(numbered) + 1, -1, dtype=np.int64)
    for place, one in enumerate(wanted):
        if (number := numbered.get(one)) is not None:
            places[number] = place
    return places


@dataclass(frozen=True, slots=True)
class _KeptResults:
    until: datetime
    tries: int
    answers: SectionAnswers


NOTHING = _KeptResults(datetime.min.replace(tzinfo=UTC), 0, SectionAnswers())


class KeptAnswers:
    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, UUID], _KeptResults] = OrderedDict()

    async def of_cohort(
        self, db: AsyncSession, cohort_id: UUID, guide_id: UUID, *, now: datetime
    ) -> SectionAnswers:
        """To the quizzes of this guide, in whichever version; four statements."""
        key = cohort_id, guide_id
        kept = self._kept.get(key, NOTHING)
        known = await count_tries(db, cohort_id, kept.until)
        if kept.until > now or known != kept.tries:
            kept = NOTHING
        settled = max(now - SETTLED, kept.until)
        older = kept.answers.added(await _read(db, *key, kept.until, settled))
        self._kept[key] = _KeptResults(settled, await count_tries(db, cohort_id, settled), older)
        self._kept.move_to_end(key)
        while len(self._kept) > COHORTS_KEPT:
            self._kept.popitem(last=False)
        return older.added(await _read(db, *key, settled, EVER))


KEPT = KeptAnswers()


async def _read(
    db: AsyncSession, cohort_id: UUID, guide_id: UUID, after: datetime, until: datetime
) -> Sequence[Any]:
    between = {"after": after, "until": until}
    return await _results().rows(db, cohort_id=cohort_id, guide_id=guide_id, **between)


@cache
def _results() -> Prepared:
    """A row for each person, as it takes the driver much longer to make one for each result."""
    handed_in_at = QuizTry.handed_in_at
    each = (
        QuizSectionResult.exam_section,
        func.date_part("epoch", handed_in_at),
        QuizSectionResult.answered,
        QuizSectionResult.right,
    )
    versions = versions_beside(given("guide_id", Uuid()))
    return Prepared(
        select(QuizTry.enrolment_id, *(func.array_agg(one) for one in each))
        .join(QuizTry, QuizTry.id == QuizSectionResult.try_id)
        .join(Quiz, Quiz.id == QuizTry.quiz_id)
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .where(Enrolment.cohort_id == given("cohort_id", Uuid()), Quiz.guide_id.in_(versions))
        .where(handed_in_at > given("after", handed_in_at.type))
        .where(handed_in_at <= given("until", handed_in_at.type))
        .group_by(QuizTry.enrolment_id)
    )
