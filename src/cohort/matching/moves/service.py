"""Keeping the moves that a run found, and saying which of them still hold."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.matching.models import MentorMove, Run
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, RematchRequest
from cohort.pairing.moving import FoundMove
from cohort.people.models import Person

WITH_PEOPLE = (
    joinedload(MentorMove.enrolment).joinedload(Enrolment.person),
    joinedload(MentorMove.mentor).joinedload(Mentor.person),
    joinedload(MentorMove.mentorship).joinedload(Mentorship.mentor).joinedload(Mentor.person),
)


async def store(db: AsyncSession, run: Run, found: Sequence[FoundMove]) -> None:
    """Those of people who still have a mentor; the others wait for the next round."""
    active = mentorships.active_in(run.round.cohort_id)
    two = active.with_only_columns(Mentorship.enrolment_id, Mentorship.id)
    going_on = dict((await db.execute(two)).all()) if found else {}
    rows = [
        {
            "run_id": run.id,
            "mentorship_id": going_on[UUID(one.pair.researcher)],
            "enrolment_id": UUID(one.pair.researcher),
            "mentor_id": UUID(one.pair.mentor),
            "asked": one.asked,
            "gain": one.gain,
            "score": one.pair.score,
            "fit": one.pair.fit,
            "factors": one.pair.factors,
            "reason": one.pair.sentence,
        }
        for one in found
        if UUID(one.pair.researcher) in going_on
    ]
    if rows:
        await db.execute(insert(MentorMove), rows)


def of_run(run_id: UUID) -> Select[MentorMove]:
    return select(MentorMove).where(MentorMove.run_id == run_id).options(*WITH_PEOPLE)


def shown_to(actor: Person, run_id: UUID) -> Select[MentorMove]:
    """Without her own mentorships: one of the two is not told that the other one asked."""
    as_researcher = select(Enrolment.id).where(Enrolment.person_id == actor.id)
    as_mentor = select(Mentorship.id).join(Mentorship.mentor).where(Mentor.person_id == actor.id)
    return of_run(run_id).where(
        MentorMove.enrolment_id.not_in(as_researcher), MentorMove.mentorship_id.not_in(as_mentor)
    )


async def looked_for_in_vain(
    db: AsyncSession, actor: Person, cohort_id: UUID, run: Run
) -> Sequence[str]:
    """Whose mentorship one of the two had asked about before the run, which found nobody else."""
    found = select(MentorMove.enrolment_id).where(MentorMove.run_id == run.id)
    asked = mentorships.rematch_requests_visible_to(actor).where(
        Mentorship.cohort_id == cohort_id,
        Mentorship.enrolment_id.not_in(found),
        RematchRequest.asked_at <= run.queued_at,
    )
    people = asked.join(Mentorship.enrolment).join(Enrolment.person)
    names = people.with_only_columns(Person.name).distinct().order_by(Person.name)
    return (await db.scalars(names)).all()


async def still_asked(db: AsyncSession, cohort_id: UUID) -> set[UUID]:
    """The mentorships in which somebody asks for somebody else."""
    asks = mentorships.standing_requests().with_only_columns(RematchRequest.mentorship_id)
    return set((await db.scalars(asks.where(Mentorship.cohort_id == cohort_id))).all())


def why_not(
    move: MentorMove, mentored: Mapping[UUID, UUID], asked: AbstractSet[UUID]
) -> str | None:
    """What else keeps a move from being proposed; `mentored` has the mentorships by enrolment.

    A mentorship that ended meanwhile keeps nothing: then the researcher waits.
    """
    standing = mentored.get(move.enrolment_id)
    if standing is None:
        return None
    if standing != move.mentorship_id:
        return "The researcher has another mentor by now."
    if move.asked and standing not in asked:
        return "Nobody asks for somebody else any more."
    return None
