"""Everything that the page of a round shows, read in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.formats import stage
from cohort.guides import service as guides
from cohort.matching.gather import standing_overrides
from cohort.matching.models import Override, Pair, Round, RoundState, Run, RunState, Unmatched
from cohort.matching.results import PAIR_WITH_PEOPLE, UNMATCHED_WITH_PERSON
from cohort.matching.service import newest_run
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person


@dataclass(frozen=True)
class RoundView:
    """A round that comes with its cohort, and its newest run, for those who run the cohort.

    names          of whoever opened, published or decided, by person id.
    titles         of terms, by kind and slug.
    decided_since  pins and vetoes that were made or lifted after the run had read them.
    """

    round: Round
    run: Run | None
    pairs: Sequence[Pair]
    unmatched: Sequence[Unmatched]
    overrides: Sequence[Override]
    decided_since: int
    names: Mapping[UUID, str]
    titles: Mapping[tuple[str, str], str]

    @property
    def queued(self) -> bool:
        return self.run is not None and self.run.state is RunState.QUEUED

    @property
    def solved(self) -> bool:
        return self.run is not None and self.run.state is RunState.SOLVED

    @property
    def open(self) -> bool:
        return self.round.state is RoundState.OPEN

    @property
    def skipped(self) -> int:
        return sum(pair.skipped is not None for pair in self.pairs)

    def note_on(self, one: Enrolment | Mentor) -> str:
        """What someone does, in a few words."""
        if isinstance(one, Mentor):
            return ", ".join(self.titles.get(("role", slug), slug) for slug in one.roles[:1])
        fields = [self.titles.get(("domain", slug), slug) for slug in one.domains[:1]]
        return ", ".join([stage(one.stage), *fields])


async def view_round(db: AsyncSession, round_: Round) -> RoundView:
    """For a round that was read by `service.get_round` or `latest_round`."""
    run = await newest_run(db, round_.id)
    overrides = await standing_overrides(db, round_.cohort_id)
    actors = {round_.opened_by, round_.published_by, *(one.made_by for one in overrides)}
    return RoundView(
        round=round_,
        run=run,
        pairs=await _pairs(db, run) if run else [],
        unmatched=await _unmatched(db, run) if run else [],
        overrides=overrides,
        decided_since=await _decided_since(db, round_, run) if run else 0,
        names=await _names(db, [one for one in actors if one is not None]),
        titles=await guides.titles(db),
    )


async def people_to_choose(
    db: AsyncSession, cohort_id: UUID
) -> tuple[Sequence[Enrolment], Sequence[Mentor]]:
    """Whom a pin or a veto can name, by name."""
    enrolments = (
        select(Enrolment)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .order_by(Person.name, Enrolment.id)
        .options(joinedload(Enrolment.person))
    )
    mentors = (
        select(Mentor)
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED)
        .order_by(Person.name, Mentor.id)
        .options(joinedload(Mentor.person))
    )
    return (await db.scalars(enrolments)).all(), (await db.scalars(mentors)).all()


async def _pairs(db: AsyncSession, run: Run) -> Sequence[Pair]:
    best_first = select(Pair).where(Pair.run_id == run.id).order_by(Pair.score.desc(), Pair.id)
    shown = best_first.options(*PAIR_WITH_PEOPLE, joinedload(Pair.proposal))
    return (await db.scalars(shown)).all()


async def _unmatched(db: AsyncSession, run: Run) -> Sequence[Unmatched]:
    of_run = select(Unmatched).where(Unmatched.run_id == run.id).options(UNMATCHED_WITH_PERSON)
    return (await db.scalars(of_run.order_by(Unmatched.code, Unmatched.id))).all()


async def _decided_since(db: AsyncSession, round_: Round, run: Run) -> int:
    if run.finished_at is None:
        return 0
    read_at = run.finished_at - timedelta(seconds=run.seconds or 0)
    later = or_(Override.made_at > read_at, Override.lifted_at > read_at)
    count = select(func.count()).where(Override.cohort_id == round_.cohort_id, later)
    return await db.scalar(count) or 0


async def _names(db: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, str]:
    named = select(Person.id, Person.name).where(Person.id.in_(person_ids))
    return dict((await db.execute(named)).all())
