"""Proposing what a run found, with one more look at what changed since."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Cohort, EnrolmentState
from cohort.cohorts.pausing import is_paused
from cohort.introductions import service as introductions
from cohort.introductions.reading import heard_in, would_rather_not
from cohort.matching import policy
from cohort.matching.gather import standing_overrides
from cohort.matching.models import MentorMove, OverrideKind, Pair, Round, RoundKind, Run
from cohort.matching.moves import service as moves
from cohort.matching.periods import local_day
from cohort.mentors.models import MentorState
from cohort.mentorships import policy as mentorships
from cohort.mentorships import service as proposals
from cohort.mentorships.models import Mentorship, Proposal
from cohort.pairing.explaining import WISHES
from cohort.questions import answering
from cohort.wishes import apart, conflicts
from cohort.wishes.models import ApartKind

Two = tuple[UUID, UUID]
UNTOLD = "The two cannot be paired any more; one of them runs this cohort, so why is not told."


@dataclass(frozen=True)
class Meanwhile:
    """What has been decided since a run was made; `awaited` counts open proposals by mentor."""

    mentored: Mapping[UUID, UUID]
    """The mentorships that go on, by enrolment."""
    asked: AbstractSet[UUID]
    asking: AbstractSet[UUID]
    """The mentorships in which somebody asks for somebody else."""
    declined: AbstractSet[Two]
    ended: AbstractSet[Two]
    vetoed: AbstractSet[Two]
    apart: AbstractSet[Two]
    kept_apart: AbstractSet[Two]
    met: AbstractSet[Two]
    organisers: AbstractSet[UUID]
    """Those who run the cohort and read what was skipped, by person."""
    awaited: Counter[UUID]
    today: date


async def propose_pairs(db: AsyncSession, round_: Round, run: Run, *, now: datetime) -> int:
    """How many pairs were proposed; the best first, so that a lost place costs the least."""
    found = (
        select(Pair)
        .where(Pair.run_id == run.id)
        .options(joinedload(Pair.enrolment), joinedload(Pair.mentor))
        .order_by(Pair.score.desc(), Pair.id)
    )
    meanwhile = await look_again(db, round_.cohort_id, now=now)
    introduces = round_.kind is RoundKind.INTRODUCTIONS
    fitting: list[Pair] = []
    for pair in await db.scalars(found):
        pair.skipped = why_not(pair, meanwhile, introduces=introduces)
        if pair.skipped is None:
            meanwhile.awaited[pair.mentor_id] += not introduces
            fitting.append(pair)
    if introduces:
        await _introduce(db, fitting, cohort_id=round_.cohort_id, now=now)
        return len(fitting)
    fitting_moves: list[MentorMove] = []
    for move in await db.scalars(moves.of_run(run.id)):
        move.skipped = moves.why_not(move, meanwhile.mentored, meanwhile.asking) or why_not(
            move, meanwhile
        )
        if move.skipped is None:
            meanwhile.awaited[move.mentor_id] += 1
            fitting_moves.append(move)
    private = set(await answering.private_in(db, round_.cohort_id))
    every: list[Pair | MentorMove] = [*fitting, *fitting_moves]
    offers = [offer_of(one, private) for one in every]
    made = await proposals.propose(db, offers, cohort_id=round_.cohort_id, now=now)
    proposal_ids = {proposal.enrolment_id: proposal.id for proposal in made}
    for one in every:
        one.proposal_id = proposal_ids[one.enrolment_id]
    return len(every)


def offer_of(pair: Pair | MentorMove, private: AbstractSet[str]) -> proposals.Offer:
    """What the two read: no wish or weighing of the other one, and no answer that is `private`.

    The score is that of the factors which are told, and nothing is said of other mentors: whoever
    knows the rules could else work out what the other one wished.
    """
    hidden = {WISHES, *private}
    usual = {one["name"]: one.get("usual", one["weight"]) for one in pair.factors}
    told = [one for one in pair.factors if one["name"] not in hidden and usual[one["name"]] > 0]
    whole = sum(usual[one["name"]] for one in told)
    factors = [
        {
            "name": one["name"],
            "title": one["title"],
            "score": one["score"],
            "weight": usual[one["name"]] / whole,
        }
        for one in told
    ]
    return proposals.Offer(
        enrolment_id=pair.enrolment_id,
        mentor_id=pair.mentor_id,
        score=round(sum(one["score"] * one["weight"] for one in factors), 8),
        fit=pair.fit,
        reason=pair.reason,
        factors=factors,
        moves=isinstance(pair, MentorMove),
    )


def why_not(
    pair: Pair | MentorMove, meanwhile: Meanwhile, *, introduces: bool = False
) -> str | None:
    """Why the pair cannot be proposed any more, for the organiser; None when it can.

    Whoever is only introduced takes no place, and meets nobody a second time. What stands between
    two of whom one is an organiser is not told: the other one may have said it in private.
    """
    researcher, mentor, two = pair.enrolment, pair.mentor, (pair.enrolment_id, pair.mentor_id)
    alone = {
        "The researcher has withdrawn.": researcher.state is not EnrolmentState.ACTIVE,
        "The researcher asked for a pause.": is_paused(researcher, meanwhile.today),
        "The researcher has a mentor by now.": (
            isinstance(pair, Pair) and researcher.id in meanwhile.mentored
        ),
        "The researcher has another proposal to answer.": researcher.id in meanwhile.asked,
        "The mentor is not approved any more.": mentor.state is not MentorState.APPROVED,
        "The mentor has paused.": mentor.paused_at is not None,
        "The mentor has no free place any more.": (
            mentor.taken + meanwhile.awaited[mentor.id] >= mentor.capacity
        ),
    }
    between = {
        "One of them declined the other meanwhile.": two in meanwhile.declined,
        "Their mentorship ended meanwhile.": two in meanwhile.ended,
        "The pair was vetoed meanwhile.": two in meanwhile.vetoed,
        "The two are to be kept apart.": two in meanwhile.kept_apart,
        "After their talk, one of them would rather not.": two in meanwhile.apart,
        "They were introduced to each other before.": introduces and two in meanwhile.met,
    }
    told = meanwhile.organisers.isdisjoint((researcher.person_id, mentor.person_id))
    if not told and any(between.values()) and not any(alone.values()):
        return UNTOLD
    return next((sentence for sentence, holds in (alone | between).items() if holds), None)


async def _introduce(
    db: AsyncSession, fitting: Sequence[Pair], *, cohort_id: UUID, now: datetime
) -> None:
    two = [
        introductions.Acquaintance(one.enrolment_id, one.mentor_id, one.reason) for one in fitting
    ]
    made = await introductions.introduce(db, two, cohort_id=cohort_id, now=now)
    by_pair = {(one.enrolment_id, one.mentor_id): one.id for one in made}
    for pair in fitting:
        pair.introduction_id = by_pair[pair.enrolment_id, pair.mentor_id]


async def look_again(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> Meanwhile:
    """Two who propose in one cohort do it one after the other, for they look at places first."""
    cohort = await db.get_one(Cohort, cohort_id, with_for_update={"key_share": True})
    active = mentorships.active_in(cohort_id).with_only_columns(
        Mentorship.enrolment_id, Mentorship.id
    )
    two = mentorships.open_in(cohort_id).with_only_columns(
        Proposal.enrolment_id, Proposal.mentor_id
    )
    asked = (await db.execute(two)).all()
    declined = (await db.execute(mentorships.declined_pairs(cohort_id))).all()
    ended = (await db.execute(mentorships.ended_pairs(cohort_id))).all()
    overrides = await standing_overrides(db, cohort_id)
    kept = await apart.pairs_in(db, cohort_id)
    lifted = await conflicts.lifted_in(db, cohort_id)
    heard = await heard_in(db, cohort_id)
    return Meanwhile(
        mentored=dict((await db.execute(active)).all()),
        asking=await moves.still_asked(db, cohort_id),
        asked={enrolment_id for enrolment_id, _ in asked},
        declined={(enrolment_id, mentor_id) for enrolment_id, mentor_id in declined},
        apart=would_rather_not(heard),
        met={(one.enrolment_id, one.mentor_id) for one in heard},
        ended={(enrolment_id, mentor_id) for enrolment_id, mentor_id in ended},
        vetoed={(o.enrolment_id, o.mentor_id) for o in overrides if o.kind is OverrideKind.VETO},
        kept_apart={(one.enrolment_id, one.mentor_id) for one in kept} - lifted.keys()
        | {(one.enrolment_id, one.mentor_id) for one in kept if one.kind is ApartKind.BLOCK},
        today=local_day(now, cohort.time_zone),
        organisers=set((await db.scalars(policy.who_run(cohort_id))).all()),
        awaited=Counter(mentor_id for _, mentor_id in asked),
    )
