"""What an organiser would want to know of a season."""

from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from sqlalchemy import func, select

from cohort.cohorts.models import Enrolment
from cohort.mail import MailboxMessage
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Proposal, ProposalState
from cohort.season.stage import SeasonStage, at_day

A_DAY = 86_400


@dataclass(frozen=True)
class Week:
    """How a season stands on the Sunday of a week."""

    number: int
    seated: int
    mentored: int
    open_proposals: int


@dataclass(frozen=True)
class Measures:
    waited_days: float
    """From a seat to the first mentorship, or to leaving or the end without one; the mean."""
    placed: float
    """The share of researchers who ever had a mentor."""
    mentored_time: float
    """The share of all the researchers' days on which they had one."""
    fit: float
    """The mean score of the mentorships that began."""
    changes: float
    """Mentors after the first, for each researcher."""
    said_no: float
    """The share of proposals that were declined."""
    ran_out: float
    """The share of proposals that lapsed."""
    mails: float
    """For each person."""


async def of_week(stage: SeasonStage, number: int) -> Week:
    async with stage.look() as db:
        active = mentorships.active_in(stage.cohort_id).with_only_columns(func.count())
        waiting = mentorships.open_in(stage.cohort_id).with_only_columns(func.count())
        mentored, proposed = await db.scalar(active) or 0, await db.scalar(waiting) or 0
        return Week(number, len(stage.enrolments), mentored, proposed)


async def of_season(stage: SeasonStage) -> Measures:
    end = at_day(stage.plan.weeks * 7)
    async with stage.look() as db:
        seats = {one.id: one.created_at for one in await db.scalars(select(Enrolment))}
        begun = (
            await db.execute(
                select(
                    Mentorship.enrolment_id,
                    Mentorship.began_at,
                    func.coalesce(Mentorship.ended_at, end).label("until"),
                    Proposal.score,
                )
                .join(Proposal, Proposal.id == Mentorship.proposal_id)
                .order_by(Mentorship.began_at)
            )
        ).all()
        counts = select(Proposal.state, func.count()).group_by(Proposal.state)
        by_state = {row[0]: row[1] for row in await db.execute(counts)}
        mails = await db.scalar(select(func.count()).select_from(MailboxMessage)) or 0
    first: dict[object, datetime] = {}
    for one in begun:
        first.setdefault(one.enrolment_id, one.began_at)
    until = {one: stage.left.get(one, end) for one in seats}
    days = [(first.get(one, until[one]) - at).total_seconds() / A_DAY for one, at in seats.items()]
    there = sum((until[one] - at).total_seconds() for one, at in seats.items())
    with_mentor = sum((one.until - one.began_at).total_seconds() for one in begun)
    proposals = max(sum(by_state.values()), 1)
    everyone = max(len(seats) + len(stage.mentors), 1)
    return Measures(
        waited_days=_mean(days),
        placed=len(first) / max(len(seats), 1),
        mentored_time=with_mentor / there if there else 0.0,
        fit=_mean([one.score for one in begun]),
        changes=(len(begun) - len(first)) / max(len(seats), 1),
        said_no=by_state.get(ProposalState.DECLINED, 0) / proposals,
        ran_out=by_state.get(ProposalState.LAPSED, 0) / proposals,
        mails=mails / everyone,
    )


def _mean(values: list[float]) -> float:
    return fmean(values) if values else 0.0
