"""What to look at before a round is published, from its stored run: a few statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.cohorts.models import Cohort, Enrolment
from cohort.http.formats import plural
from cohort.matching.gather import who_has_seats, who_waits
from cohort.matching.models import Pair, Round, RoundKind, RoundState, Run, RunState, Unmatched
from cohort.matching.periods import local_day
from cohort.mentors.models import Mentor
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Proposal
from cohort.pairing.fit import WEAK
from cohort.people.models import Person

EARLIER = 2
"""Weeks in which somebody found no mentor, before this one: then it is the third time."""
NO_LOSS_SHOWN = 0.005
MOST_NAMED = 5
WarnedPair = Row[str, str, str | None, bool]
WarnedPerson = Row[UUID, str, str]
"""Without a mentor: enrolment, code and name."""
GonePair = Row[str, str, bool, bool]


@dataclass(frozen=True, slots=True)
class RoundWarning:
    """`who` has the names; `holds` says whether a round waits that is published by itself
    unless something warns: what no organiser could change holds nothing up.
    """

    code: str
    sentence: str
    who: tuple[str, ...]
    holds: bool


async def warnings_of(db: AsyncSession, run: Run) -> list[RoundWarning]:
    """Of a run that comes with its round; none while it is not solved."""
    if run.state is not RunState.SOLVED:
        return []
    pairs = await _pairs(db, run)
    unmatched = await _unmatched(db, run)
    found = [
        _cut_short(run),
        _changed_since(await _gone(db, run)),
        _weak(pairs),
        _near_ties(pairs),
        _nobody(unmatched),
        _lonely(unmatched),
        _again(await _third_time(db, run, unmatched)),
        _full(await _full_mentors(db, run)),
    ]
    return [one for one in found if one is not None]


def _cut_short(run: Run) -> RoundWarning | None:
    if not run.stopped:
        return None
    sentence = "Time ran out before these pairs were proved the best."
    return RoundWarning("cut_short", sentence, (), holds=True)


def _changed_since(gone: Sequence[GonePair]) -> RoundWarning | None:
    if not gone:
        return None
    each = [(one.researcher, one.researcher_gone) for one in gone]
    each += [(one.mentor, one.mentor_gone) for one in gone]
    who = sorted({name for name, is_gone in each if is_gone})
    sentence = (
        f"Since this run, no longer to be matched: {_listed(who)}. "
        f"{plural(len(gone), 'pair')} would be left out. Run the round again."
    )
    return RoundWarning("changed_since", sentence, tuple(who), holds=True)


def _weak(pairs: Sequence[WarnedPair]) -> RoundWarning | None:
    weak = [f"{one.researcher} with {one.mentor}" for one in pairs if one.fit == WEAK]
    if not weak:
        return None
    many = plural(len(weak), "weak pair")
    spoken_for = "it" if len(weak) == 1 else "them"
    sentence = (
        f"{many}: neither field nor role goal nor skills speak for {spoken_for}. {_listed(weak)}."
    )
    return RoundWarning("weak_pairs", sentence, tuple(weak), holds=True)


def _near_ties(pairs: Sequence[WarnedPair]) -> RoundWarning | None:
    """A pair without which the total would be the same: other pairs are as good."""
    tied = [one.researcher for one in pairs if one.tied]
    if not tied:
        return None
    sentence = (
        f"Other pairs are as good, or within 0.01 of the total, for {_listed(tied)}: what you know "
        "of them may decide."
    )
    return RoundWarning("near_ties", sentence, tuple(tied), holds=False)


def _nobody(unmatched: Sequence[WarnedPerson]) -> RoundWarning | None:
    alone = [one.name for one in unmatched if one.code == "no_mentors"]
    if not alone:
        return None
    sentence = (
        f"No approved mentor takes part: {plural(len(alone), 'researcher')} cannot be paired."
    )
    return RoundWarning("no_mentors", sentence, tuple(alone), holds=True)


def _lonely(unmatched: Sequence[WarnedPerson]) -> RoundWarning | None:
    far = [one for one in unmatched if one.code in {"no_allowed_mentor", "below_floor"}]
    if not far:
        return None
    who = [one.name for one in far]
    sentence = (
        f"No mentor who takes part may be paired with {_listed(who)}, or fits well enough, however "
        "many places there are. Invite mentors of their fields."
    )
    return RoundWarning("lonely_fields", sentence, tuple(who), holds=True)


def _again(who: Sequence[str]) -> RoundWarning | None:
    if not who:
        return None
    sentence = f"Without a mentor for the third time or more: {_listed(who)}."
    return RoundWarning("unmatched_again", sentence, tuple(who), holds=True)


def _full(who: Sequence[str]) -> RoundWarning | None:
    if not who:
        return None
    mentors = plural(len(who), "mentor has", "mentors have")
    sentence = f"{mentors} no place left after this round: {_listed(who)}."
    return RoundWarning("full_mentors", sentence, tuple(who), holds=False)


async def _pairs(db: AsyncSession, run: Run) -> Sequence[WarnedPair]:
    """Those that are weak or tied, as columns: thousands of entities would take a third of a
    second."""
    researcher, mentor = aliased(Person), aliased(Person)
    tied = func.coalesce((Pair.loss < NO_LOSS_SHOWN) & (Pair.fewer_placed == 0), false())
    told = select(
        researcher.name.label("researcher"),
        mentor.name.label("mentor"),
        Pair.fit,
        tied.label("tied"),
    )
    with_people = (
        told.select_from(Pair)
        .join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
    )
    of_run = with_people.where(Pair.run_id == run.id, tied | (Pair.fit == WEAK))
    return (await db.execute(of_run.order_by(Pair.score, Pair.id))).all()


async def _gone(db: AsyncSession, run: Run) -> Sequence[GonePair]:
    """Pairs of an open round one of whom would not be in the next run: she left, pauses, or was
    matched otherwise."""
    round_ = run.round
    if round_.state is not RoundState.OPEN:
        return []
    zone = (await db.get_one(Cohort, round_.cohort_id)).time_zone
    waits = who_waits(round_.cohort_id, local_day(run.queued_at, zone))
    there = who_has_seats(round_.cohort_id, round_.week)
    researcher_gone = Pair.enrolment_id.not_in(
        waits.with_only_columns(Enrolment.id).order_by(None).correlate(None)
    )
    mentor_gone = Pair.mentor_id.not_in(
        there.with_only_columns(Mentor.id).order_by(None).correlate(None)
    )
    researcher, mentor = aliased(Person), aliased(Person)
    told = select(
        researcher.name.label("researcher"),
        mentor.name.label("mentor"),
        researcher_gone.label("researcher_gone"),
        mentor_gone.label("mentor_gone"),
    )
    with_people = (
        told.select_from(Pair)
        .join(Enrolment, Enrolment.id == Pair.enrolment_id)
        .join(researcher, researcher.id == Enrolment.person_id)
        .join(Mentor, Mentor.id == Pair.mentor_id)
        .join(mentor, mentor.id == Mentor.person_id)
    )
    of_run = with_people.where(Pair.run_id == run.id, researcher_gone | mentor_gone)
    return (await db.execute(of_run)).all()


async def _unmatched(db: AsyncSession, run: Run) -> Sequence[WarnedPerson]:
    of_run = (
        select(Unmatched.enrolment_id, Unmatched.code, Person.name)
        .join(Unmatched.enrolment)
        .join(Enrolment.person)
        .where(Unmatched.run_id == run.id)
    )
    return (await db.execute(of_run.order_by(Unmatched.id))).all()


async def _third_time(db: AsyncSession, run: Run, now: Sequence[WarnedPerson]) -> list[str]:
    """Those without a mentor now whom the rounds of two other weeks left without a proposal too.

    Several rounds of one week, some of them set aside, are one time; introductions are none.
    """
    proposed = (
        select(Pair.id)
        .join(Run, Run.id == Pair.run_id)
        .where(Run.round_id == Round.id, Pair.enrolment_id == Unmatched.enrolment_id)
        .where(Pair.proposal_id.is_not(None))
        .correlate(Round, Unmatched)
        .exists()
    )
    left = aliased(Unmatched)
    these = select(left.enrolment_id).where(left.run_id == run.id)
    before = (
        select(Unmatched.enrolment_id)
        .join(Run, Run.id == Unmatched.run_id)
        .join(Round, Round.id == Run.round_id)
        .where(Unmatched.enrolment_id.in_(these))
        .where(Round.cohort_id == run.round.cohort_id, Round.kind == RoundKind.MATCHING)
        .where(Round.week != run.round.week, ~proposed)
        .group_by(Unmatched.enrolment_id)
        .having(func.count(Round.week.distinct()) >= EARLIER)
    )
    often = set((await db.scalars(before)).all()) if now else set()
    return [one.name for one in now if one.enrolment_id in often]


async def _full_mentors(db: AsyncSession, run: Run) -> Sequence[str]:
    """Mentors of the run's pairs, all of whose places are taken, awaited, or in a pair."""
    awaited = (
        mentorships.open_in(run.round.cohort_id)
        .with_only_columns(func.count())
        .where(Proposal.mentor_id == Mentor.id)
        .correlate(Mentor)
        .scalar_subquery()
    )
    full = (
        select(Person.name)
        .join(Mentor, Mentor.person_id == Person.id)
        .join(Pair, Pair.mentor_id == Mentor.id)
        .where(Pair.run_id == run.id, Pair.proposal_id.is_(None))
        .group_by(Person.name, Mentor.id)
        .having(Mentor.taken + awaited + func.count(Pair.id) >= Mentor.capacity)
        .order_by(Person.name)
    )
    return (await db.scalars(full)).all()


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = [f"{len(every) - MOST_NAMED} more"] if len(every) > MOST_NAMED else []
    *most, last = [*every[:MOST_NAMED], *more]
    return f"{', '.join(most)} and {last}" if most else last
