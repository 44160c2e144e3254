"""Sums over all first answers of a cohort, question by question, kept and only added to.

What was handed in never changes, so the sums of what is older than a minute are kept in each
process, and a request reads only what came after. Where a try was erased, their number does not
fit any more, and everything is read again.
"""

from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from math import sqrt
from typing import Any
from uuid import UUID

from sqlalchemy import Float, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.quizzes.models import QuizAnswer, QuizTry

SETTLED = timedelta(minutes=1)
"""A hand-in that is older is committed, or never will be."""
COHORTS_KEPT = 64


@dataclass(slots=True)
class AnswerSums:
    """Of one question; `mark` is its own, and `rest` the mean of the try's other questions."""

    answered: int = 0
    right: int = 0
    empty: int = 0
    mark: float = 0.0
    mark_squared: float = 0.0
    compared: int = 0
    """In tries with other questions."""
    compared_mark: float = 0.0
    rest: float = 0.0
    rest_squared: float = 0.0
    mark_rest: float = 0.0
    drawn: Counter[int] = field(default_factory=Counter)
    """How often each choice was taken, by its place."""

    @property
    def mean_mark(self) -> float:
        return self.mark / self.answered

    @property
    def discrimination(self) -> float | None:
        """The correlation of mark and rest; none where one of them is always the same."""
        n = self.compared
        own = n * self.mark_squared - self.compared_mark**2
        others = n * self.rest_squared - self.rest**2
        if n < 2 or min(own, others) <= 1e-9 * n * n:
            return None
        along = n * self.mark_rest - self.compared_mark * self.rest
        return max(-1.0, min(1.0, along / sqrt(own * others)))

    def added(self, other: "AnswerSums") -> "AnswerSums":
        return AnswerSums(
            *(getattr(self, one.name) + getattr(other, one.name) for one in fields(self))
        )


SumsByQuestion = dict[UUID, AnswerSums]


@dataclass(frozen=True, slots=True)
class _KeptSums:
    until: datetime
    tries: int
    sums: SumsByQuestion


class KeptSums:
    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, _KeptSums] = OrderedDict()

    async def of_cohort(
        self, db: AsyncSession, cohort_id: UUID, *, now: datetime
    ) -> Mapping[UUID, AnswerSums]:
        """Two statements or three."""
        kept = self._kept.get(cohort_id)
        if (
            kept is None
            or kept.until > now
            or await count_tries(db, cohort_id, kept.until) != kept.tries
        ):
            kept = _KeptSums(datetime.min.replace(tzinfo=UTC), 0, {})
        settled = max(now - SETTLED, kept.until)
        older = _added(kept.sums, await _read(db, cohort_id, kept.until, settled))
        tries = await count_tries(db, cohort_id, settled)
        self._kept[cohort_id] = _KeptSums(settled, tries, older)
        self._kept.move_to_end(cohort_id)
        while len(self._kept) > COHORTS_KEPT:
            self._kept.popitem(last=False)
        return _added(older, await _read(db, cohort_id, settled, None))


KEPT = KeptSums()


def _added(some: SumsByQuestion, more: SumsByQuestion) -> SumsByQuestion:
    both = some.keys() & more.keys()
    return some | more | {its_id: some[its_id].added(more[its_id]) for its_id in both}


async def count_tries(db: AsyncSession, cohort_id: UUID, until: datetime) -> int:
    """Handed in by then: another number than was kept means that one was erased."""
    statement = select(func.count(QuizTry.id)).join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
    is_older = QuizTry.handed_in_at <= until
    return await db.scalar(statement.where(Enrolment.cohort_id == cohort_id, is_older)) or 0


async def _read(
    db: AsyncSession, cohort_id: UUID, after: datetime, until: datetime | None
) -> SumsByQuestion:
    """Grouped by what was chosen, as few ways to answer are many people's."""
    found: SumsByQuestion = {}
    for row in await db.execute(_statement(cohort_id, after, until)):
        sums = found.setdefault(row.question_id, AnswerSums())
        found[row.question_id] = sums.added(_sums_of(row))
    return found


def _sums_of(row: Any) -> AnswerSums:
    chosen: Sequence[int] = row.chosen or ()
    return AnswerSums(
        answered=row.answered,
        right=row.right,
        empty=row.empty,
        mark=row.mark,
        mark_squared=row.mark_squared or 0.0,
        compared=row.compared,
        compared_mark=row.compared_mark or 0.0,
        rest=row.rest or 0.0,
        rest_squared=row.rest_squared or 0.0,
        mark_rest=row.mark_rest or 0.0,
        drawn=Counter({int(at): row.answered for at in chosen}),
    )


def _statement(
    cohort_id: UUID, after: datetime, until: datetime | None
) -> Select[*tuple[Any, ...]]:
    without_one = func.nullif(func.cardinality(QuizTry.question_ids) - 1, 0)
    of_cohort = (
        select(QuizTry.id, QuizTry.score, cast(without_one, Float).label("others"))
        .join(Enrolment, Enrolment.id == QuizTry.enrolment_id)
        .where(Enrolment.cohort_id == cohort_id, QuizTry.handed_in_at > after)
    )
    if until is not None:
        of_cohort = of_cohort.where(QuizTry.handed_in_at <= until)
    tries = of_cohort.subquery()
    others = tries.c.others
    each = (
        select(
            QuizAnswer.question_id,
            QuizAnswer.given,
            QuizAnswer.given["chosen"].label("chosen"),
            QuizAnswer.mark,
            ((tries.c.score * (others + 1) - QuizAnswer.mark) / others).label("rest"),
        )
        .join(tries, tries.c.id == QuizAnswer.try_id)
        .where(QuizAnswer.is_first)
        .subquery()
    )
    mark, rest = each.c.mark, each.c.rest
    is_compared = rest.is_not(None)
    return select(
        each.c.question_id,
        each.c.chosen,
        func.count().label("answered"),
        func.count().filter(mark == 1).label("right"),
        func.count().filter(each.c.given.is_(None)).label("empty"),
        func.sum(mark).label("mark"),
        func.sum(mark * mark).filter(is_compared).label("mark_squared"),
        func.count(rest).label("compared"),
        func.sum(mark).filter(is_compared).label("compared_mark"),
        func.sum(rest).label("rest"),
        func.sum(rest * rest).label("rest_squared"),
        func.sum(mark * rest).label("mark_rest"),
    ).group_by(each.c.question_id, each.c.chosen)
