"""Offering the next best mentor to whoever waits after her proposal came to nothing.

Between two weekly rounds, by the rules of the last one that was published, and by what holds now:
profiles, free places, vetoes, declines and pauses. Nobody else is moved, and no pair of a round
that waits to be published loses its place.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, Enrolment
from cohort.http.paging import Page, Slice, page_by_id
from cohort.jobs.outbox import Queue, enqueue
from cohort.matching import publishing, runs
from cohort.matching.gather import gather
from cohort.matching.models import NextOffer, Pair, Round, RoundKind, RoundState, Run, RunState
from cohort.matching.service import MATCHED_BY_HAND, get_round, newest_run
from cohort.mentors.models import Mentor
from cohort.mentorships import service as proposals
from cohort.mentorships.models import Proposal, ProposalState
from cohort.pairing.pool import Pool
from cohort.pairing.result import MatchedPair
from cohort.people.models import Person
from cohort.questions import answering

MOST_IN_A_ROUND = 3
"""Next best offers to one researcher; after these she waits for the weekly round."""
JOB = "matching.offer_next"


class Asking(NamedTuple):
    """Who waits: the pool of those who do, and of these, whose proposal came to nothing."""

    pool: Pool
    after: dict[UUID, UUID]
    """By enrolment, the proposal that was closed."""
    round_id: UUID


async def begin(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> Asking | None:
    """What to solve; None where nobody is to be offered another mentor before the next round."""
    cohort = await db.get_one(Cohort, cohort_id)
    run = await _last_published(db, cohort_id)
    if not cohort.next_best or cohort.state not in MATCHED_BY_HAND or run is None:
        return None
    made = await _made_since(db, run.round_id)
    after = made.came_to_nothing()
    if not after:
        return None
    pool = await _without_promised(db, cohort_id, await gather(db, run, now=now))
    tried = [(str(one.enrolment_id), str(one.mentor_id)) for one in made.proposals]
    pool = replace(pool, declined=[*pool.declined, *tried])
    there = {one.id for one in pool.researchers}
    after = {one: closed for one, closed in after.items() if str(one) in there}
    return Asking(pool, after, run.round_id) if after else None


async def store(
    db: AsyncSession,
    cohort_id: UUID,
    asking: Asking,
    found: Sequence[MatchedPair],
    *,
    now: datetime,
) -> None:
    """Propose what was found, as far as it still holds; else look again, for what is left now."""
    meanwhile = await publishing.look_again(db, cohort_id, now=now)
    promised = await _promised(db, cohort_id)
    meanwhile.awaited.update(mentor_id for _, mentor_id in promised)
    in_a_round = {enrolment_id for enrolment_id, _ in promised}
    standing = (await _made_since(db, asking.round_id)).came_to_nothing()
    fitting, missed = [], False
    for pair in await _with_people(db, found):
        if asking.after[pair.enrolment_id] != standing.get(pair.enrolment_id):
            continue
        if pair.enrolment_id in in_a_round:
            continue
        if publishing.why_not(pair, meanwhile) is not None:
            missed = True
            continue
        meanwhile.awaited[pair.mentor_id] += 1
        fitting.append(pair)
    private = set(await answering.private_in(db, cohort_id))
    offers = [publishing.offer_of(pair, private) for pair in fitting]
    for made in await proposals.propose(db, offers, cohort_id=cohort_id, now=now):
        after_id = standing[made.enrolment_id]
        db.add(NextOffer(proposal_id=made.id, after_id=after_id, round_id=asking.round_id))
    if missed:
        await offer_later(db, cohort_id, now=now)


async def offer_later(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    await enqueue(db, JOB, now=now, queue=Queue.COMPUTING, cohort_id=cohort_id, in_cohort=cohort_id)


async def list_offers(
    db: AsyncSession, actor: Person, round_id: UUID, part: Slice
) -> Page[NextOffer]:
    await get_round(db, actor, round_id)
    of_round = select(NextOffer).where(NextOffer.round_id == round_id).options(*WITH_PEOPLE)
    return await page_by_id(db, of_round, id=NextOffer.proposal_id, part=part)


WITH_PEOPLE = (
    joinedload(NextOffer.proposal).options(
        joinedload(Proposal.enrolment).joinedload(Enrolment.person),
        joinedload(Proposal.mentor).joinedload(Mentor.person),
    ),
    joinedload(NextOffer.after).joinedload(Proposal.mentor).joinedload(Mentor.person),
)


async def _last_published(db: AsyncSession, cohort_id: UUID) -> Run | None:
    newest = (
        select(Round.id)
        .where(Round.cohort_id == cohort_id, Round.state == RoundState.PUBLISHED)
        .where(Round.published_at.is_not(None), Round.kind == RoundKind.MATCHING)
        .order_by(Round.published_at.desc(), Round.id)
        .limit(1)
    )
    round_id = await db.scalar(newest)
    run = await newest_run(db, round_id) if round_id else None
    return await runs.read(db, run.id) if run else None


class _Made(NamedTuple):
    """The proposals of a round and after it; `since` says after which each of the latter came."""

    proposals: Sequence[Proposal]
    since: Mapping[UUID, UUID]

    def came_to_nothing(self) -> dict[UUID, UUID]:
        """By enrolment, the last proposal, where she waits for another and may be offered one."""
        followed = set(self.since.values())
        how_many = Counter(one.enrolment_id for one in self.proposals)
        return {
            one.enrolment_id: one.id
            for one in self.proposals
            if one.id not in followed
            and how_many[one.enrolment_id] <= MOST_IN_A_ROUND
            and _waits_after(one)
        }


async def _made_since(db: AsyncSession, round_id: UUID) -> _Made:
    published = select(Pair.proposal_id).join(Run, Run.id == Pair.run_id)
    offers = select(NextOffer).where(NextOffer.round_id == round_id)
    since = {one.proposal_id: one.after_id for one in await db.scalars(offers)}
    in_round = Proposal.id.in_(published.where(Run.round_id == round_id))
    either = select(Proposal).where(or_(in_round, Proposal.id.in_(since)))
    found = await db.scalars(either.execution_options(populate_existing=True))
    return _Made(found.all(), since)


def _waits_after(last: Proposal) -> bool:
    """Whoever let the time run out without a word may not be there: the weekly round is hers."""
    if last.state is ProposalState.LAPSED:
        return last.researcher_accepted_at is not None or last.note != proposals.RAN_OUT
    return last.state is ProposalState.DECLINED


async def _promised(db: AsyncSession, cohort_id: UUID) -> Sequence[tuple[UUID, UUID]]:
    """Researchers and mentors whom a round has paired that is solved and waits to be published."""
    newest = (
        select(Run.id)
        .join(Run.round)
        .where(Round.cohort_id == cohort_id, Round.state == RoundState.OPEN)
        .where(Round.kind == RoundKind.MATCHING)
        .where(Run.state == RunState.SOLVED)
        .order_by(Run.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    pairs = await db.execute(select(Pair.enrolment_id, Pair.mentor_id).where(Pair.run_id == newest))
    return pairs.all()


async def _without_promised(db: AsyncSession, cohort_id: UUID, pool: Pool) -> Pool:
    promised = await _promised(db, cohort_id)
    taken = Counter(str(mentor_id) for _, mentor_id in promised)
    return _without(pool, {str(enrolment_id) for enrolment_id, _ in promised}, taken)


def _without(pool: Pool, gone: AbstractSet[str], taken: Counter[str]) -> Pool:
    rows = [i for i, one in enumerate(pool.researchers) if one.id not in gone]
    return replace(
        pool,
        researchers=[pool.researchers[i] for i in rows],
        demand=[pool.demand[i] for i in rows] if pool.demand else (),
        places=[
            max(places - taken[one.id], 0)
            for places, one in zip(pool.places, pool.mentors, strict=True)
        ],
    )


async def _with_people(db: AsyncSession, found: Collection[MatchedPair]) -> list[Pair]:
    """As pairs that no run holds, the best first."""
    two = [(UUID(one.researcher), UUID(one.mentor)) for one in found]
    studying = select(Enrolment).where(Enrolment.id.in_({one for one, _ in two}))
    mentoring = select(Mentor).where(Mentor.id.in_({one for _, one in two}))
    enrolments = {one.id: one for one in await db.scalars(studying)}
    mentors = {one.id: one for one in await db.scalars(mentoring)}
    pairs = [
        Pair(
            enrolment_id=enrolment_id,
            mentor_id=mentor_id,
            enrolment=enrolments[enrolment_id],
            mentor=mentors[mentor_id],
            score=one.score,
            fit=one.fit,
            best_score=one.best,
            possible_mentors=one.possible,
            factors=one.factors,
            reason=one.sentence,
        )
        for (enrolment_id, mentor_id), one in zip(two, found, strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair.score, str(pair.enrolment_id)))
