"""What a run solves, read from the database in a handful of statements whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import own_terms, pausing
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState, OwnTerm
from cohort.guides.models import Term, TermKind
from cohort.introductions.reading import heard_in
from cohort.matching import policy
from cohort.matching.introducing.pool import to_introduce, with_talks
from cohort.matching.models import (
    Override,
    OverrideKind,
    Pair,
    Round,
    RoundKind,
    RoundState,
    Run,
    RunState,
)
from cohort.matching.periods import local_day
from cohort.mentors import pause_days
from cohort.mentors.models import Mentor, MentorState
from cohort.mentorships import policy as mentorships
from cohort.mentorships.models import Mentorship, Proposal, RematchRequest
from cohort.pairing.explaining import WISHES
from cohort.pairing.pool import IdPair, Pool
from cohort.pairing.scores.profiles import Answer, MentorProfile, ResearcherProfile
from cohort.pairing.scores.taxonomy import Taxonomy
from cohort.people import addresses
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf
from cohort.quizzes.weak_skills import with_quizzes
from cohort.study import service as study
from cohort.wishes import apart, conflicts
from cohort.wishes.models import ApartKind
from cohort.wishes.service import wishes_in

ENROLMENT = (
    Enrolment.id,
    Enrolment.person_id,
    Enrolment.stage,
    Enrolment.domains,
    Enrolment.contexts,
    Enrolment.role_goals,
    Enrolment.languages,
    Enrolment.time_zone,
    Enrolment.weekly_hours,
    Enrolment.organisations,
    Enrolment.advisers,
    Enrolment.matters,
    Person.name,
    Person.email,
)
MENTOR = (
    Mentor.id,
    Mentor.person_id,
    Mentor.came_from,
    Mentor.domains,
    Mentor.contexts,
    Mentor.roles,
    Mentor.skills,
    Mentor.languages,
    Mentor.time_zone,
    Mentor.weekly_hours,
    Mentor.organisations,
    Mentor.matters,
    Mentor.capacity,
    Mentor.taken,
    Person.name,
    Person.email,
)
TERM = Term.kind, Term.slug, Term.parent_slug, Term.title
Rows = Sequence[Any]
"""Rows of columns, read by name: thousands of entities would take several times as long."""


async def gather(db: AsyncSession, run: Run, *, now: datetime) -> Pool:
    """The pool of a run that comes with its round and rules."""
    heard = await heard_in(db, run.round.cohort_id)
    pool = with_talks(await _gather(db, run, now=now), heard)
    if run.round.kind is RoundKind.INTRODUCTIONS:
        return to_introduce(replace(pool, movers=()), run.round, heard)
    return pool


async def _gather(db: AsyncSession, run: Run, *, now: datetime) -> Pool:
    cohort_id = run.round.cohort_id
    zone = (await db.get_one(Cohort, cohort_id)).time_zone
    today, rules = local_day(now, zone), run.rules.content
    enrolments = await _waiting(db, cohort_id, today)
    may_move = await _may_move(db, cohort_id, today, reconsider=rules.aim.least_gain is not None)
    seats = await _seats(db, cohort_id, run.round.week)
    wanted_mentors, wanted_researchers = await wishes_in(db, cohort_id)
    overrides = await standing_overrides(db, cohort_id)
    apart_pairs = await apart.pairs_in(db, cohort_id)
    terms = (await db.execute(select(*TERM))).all()
    own = await own_terms.of_cohort(db, cohort_id)
    in_plans = await study.gaps_in(db, cohort_id, now=now)
    studying = [one.id for one in (*enrolments, *may_move)]
    gaps = await with_quizzes(db, studying, in_plans, now=now)
    answers = await answering.in_cohort(db, cohort_id, rules.weights.own)
    everybody = [one.person_id for one in (*enrolments, *may_move, *seats)]
    former = await addresses.former_of(db, everybody)
    organisers = set((await db.scalars(policy.who_run(cohort_id))).all())
    known = gaps, wanted_mentors, answers
    return Pool(
        week=run.round.week,
        researchers=_researchers(enrolments, *known),
        mentors=[
            _mentor(
                one,
                wanted_researchers.get(one.id, []),
                answers.get((one.person_id, AnswerOf.MENTOR), {}),
            )
            for one in seats
        ],
        places=[max(one.capacity - one.taken - one.awaited, 0) for one in seats],
        taxonomy=Taxonomy(_parents(terms, own)),
        weights=rules.weights,
        requirements=rules.requirements,
        cover=run.aim.cover,
        objective=run.aim.objective,
        stickiness=run.aim.stickiness,
        placing=run.balance["placing"] if run.balance else 0.0,
        incumbents=await _found_before(db, run),
        pins=_pairs_of(overrides, OverrideKind.PIN),
        vetoes=_pairs_of(overrides, OverrideKind.VETO),
        blocks=[
            *_with_oneself([*enrolments, *may_move], seats, former),
            *_apart(apart_pairs, ApartKind.BLOCK),
        ],
        conflicts=_apart(apart_pairs, ApartKind.CONFLICT),
        lifted=sorted((str(i), str(j)) for i, j in await conflicts.lifted_in(db, cohort_id)),
        declined=await _as_text(db, mentorships.declined_pairs(cohort_id)),
        ended=await _as_text(db, mentorships.ended_pairs(cohort_id)),
        ahead=[] if run.balance else await _ahead(db, cohort_id, enrolments),
        movers=_researchers(may_move, *known),
        current={str(one.id): str(one.current) for one in may_move},
        asked=[str(one.id) for one in may_move if one.asked],
        least_gain=rules.aim.least_gain,
        names=_names(enrolments, seats, overrides),
        titles=LANGUAGES | {t.slug: t.title for t in terms} | {t.slug: t.title for t in own},
        organisers=[str(one.id) for one in (*enrolments, *seats) if one.person_id in organisers],
        private=[WISHES, *await answering.private_in(db, cohort_id)],
    )


def _parents(terms: Rows, own: Sequence[OwnTerm]) -> dict[str, str | None]:
    """Domains that the taxonomy does not hold are trees of their own: near to themselves alone."""
    parents = {term.slug: term.parent_slug for term in terms if term.kind is TermKind.DOMAIN}
    return parents | {term.slug: None for term in own if term.kind is TermKind.DOMAIN}


async def _found_before(db: AsyncSession, run: Run) -> dict[str, str]:
    """The pairs of the round's last solved run: to run it again should not reshuffle people.

    A balance was chosen beside an earlier run; then it is the pairs of that one. The first run of
    a round goes on from the last one that was replaced before anybody published it.
    """
    latest = run.balance["before"] or 0 if run.balance else run.number - 1
    of_round = and_(Run.round_id == run.round_id, Run.number <= latest)
    replaced = and_(
        Round.cohort_id == run.round.cohort_id,
        Round.state == RoundState.SUPERSEDED,
        Round.kind == run.round.kind,
        Round.opened_at < run.round.opened_at,
    )
    before = (
        select(Run.id)
        .join(Round, Round.id == Run.round_id)
        .where(Run.state == RunState.SOLVED)
        .where(of_round if run.balance else or_(of_round, replaced))
        .order_by(Round.opened_at.desc(), Run.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    pairs = select(Pair.enrolment_id, Pair.mentor_id).where(Pair.run_id == before)
    return {
        str(enrolment_id): str(mentor_id) for enrolment_id, mentor_id in await db.execute(pairs)
    }


async def _waiting(db: AsyncSession, cohort_id: UUID, today: date) -> Rows:
    return (await db.execute(who_waits(cohort_id, today))).all()


def who_waits(cohort_id: UUID, today: date) -> Select[*tuple[Any, ...]]:
    """Who studies, is not paused, has no mentor, and has no proposal to answer."""
    mentored = mentorships.active_in(cohort_id).with_only_columns(Mentorship.enrolment_id)
    asked = mentorships.open_in(cohort_id).with_only_columns(Proposal.enrolment_id)
    return (
        select(*ENROLMENT)
        .join(Enrolment.person)
        .where(Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE)
        .where(Enrolment.id.not_in(mentored), Enrolment.id.not_in(asked), pausing.is_there(today))
        .order_by(Enrolment.id)
    )


async def _ahead(db: AsyncSession, cohort_id: UUID, waiting: Rows) -> list[str]:
    """Of those who wait, by id, whose mentor left; a point that was chosen stands before it."""
    handed_over = set(await db.scalars(mentorships.handed_over_in(cohort_id)))
    return [str(one.id) for one in waiting if one.id in handed_over]


async def _may_move(db: AsyncSession, cohort_id: UUID, today: date, *, reconsider: bool) -> Rows:
    """Who has a mentor (`current`) and may be given another: one of the two `asked`, or the rules
    look at all of them again.
    """
    stands = select(RematchRequest.id).where(RematchRequest.withdrawn_at.is_(None))
    asked = stands.where(RematchRequest.mentorship_id == Mentorship.id).exists()
    proposed = mentorships.open_in(cohort_id).with_only_columns(Proposal.enrolment_id)
    mentored = (
        select(*ENROLMENT, Mentorship.mentor_id.label("current"), asked.label("asked"))
        .join(Enrolment.person)
        .join(Mentorship, Mentorship.enrolment_id == Enrolment.id)
        .where(Mentorship.cohort_id == cohort_id, Mentorship.ended_at.is_(None))
        .where(Mentorship.paused_at.is_(None))
        .where(Enrolment.state == EnrolmentState.ACTIVE, Enrolment.id.not_in(proposed))
        .where(pausing.is_there(today))
        .order_by(Enrolment.id)
    )
    if not reconsider:
        mentored = mentored.where(asked)
    return (await db.execute(mentored)).all()


async def _seats(db: AsyncSession, cohort_id: UUID, week: date) -> Rows:
    return (await db.execute(who_has_seats(cohort_id, week))).all()


def who_has_seats(cohort_id: UUID, week: date) -> Select[*tuple[Any, ...]]:
    """Mentors who take part, each with the number of proposals that await an answer (`awaited`).

    Whoever pauses now, or begins to within the round's week, does not take part. A full one does,
    so that reasons can say so.
    """
    awaited = (
        mentorships.open_in(cohort_id)
        .with_only_columns(func.count())
        .where(Proposal.mentor_id == Mentor.id)
        .correlate(Mentor)
        .scalar_subquery()
    )
    return (
        select(*MENTOR, awaited.label("awaited"))
        .join(Mentor.person)
        .where(Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED)
        .where(pause_days.takes_part_in(week))
        .order_by(Mentor.id)
    )


async def taking_part(db: AsyncSession, round_: Round, *, now: datetime) -> frozenset[Any]:
    """Who waits, who has how many free places, and which decisions stand: what a pin is made on.

    The same as long as nothing of this changed; three short statements, where all that a run
    solves takes two dozen.
    """
    zone = (await db.get_one(Cohort, round_.cohort_id)).time_zone
    waiting = who_waits(round_.cohort_id, local_day(now, zone)).with_only_columns(Enrolment.id)
    there = who_has_seats(round_.cohort_id, round_.week)
    awaited = there.selected_columns.awaited
    free = there.with_only_columns(Mentor.id, Mentor.capacity - Mentor.taken - awaited)
    stand = select(Override.id).where(
        Override.cohort_id == round_.cohort_id, Override.lifted_at.is_(None)
    )
    return frozenset(
        [tuple(row) for each in (waiting, free, stand) for row in await db.execute(each)]
    )


async def standing_overrides(db: AsyncSession, cohort_id: UUID) -> Sequence[Override]:
    """With the people whom they name."""
    standing = (
        select(Override)
        .where(Override.cohort_id == cohort_id, Override.lifted_at.is_(None))
        .options(joinedload(Override.enrolment).joinedload(Enrolment.person))
        .options(joinedload(Override.mentor).joinedload(Mentor.person))
        .order_by(Override.made_at, Override.id)
    )
    return (await db.scalars(standing)).all()


def _researchers(
    rows: Rows,
    gaps: Mapping[UUID, dict[str, float]],
    wanted: Mapping[UUID, Sequence[UUID]],
    answers: Mapping[tuple[UUID, AnswerOf], Mapping[str, Answer]],
) -> list[ResearcherProfile]:
    return [
        _researcher(
            one,
            gaps.get(one.id, {}),
            wanted.get(one.id, []),
            answers.get((one.person_id, AnswerOf.RESEARCHER), {}),
        )
        for one in rows
    ]


def _researcher(
    enrolment: Any,
    gaps: dict[str, float],
    wishes: Sequence[UUID],
    answers: Mapping[str, Answer],
) -> ResearcherProfile:
    return ResearcherProfile(
        id=str(enrolment.id),
        stage=enrolment.stage.value,
        domains=enrolment.domains,
        contexts=enrolment.contexts,
        role_goals=enrolment.role_goals,
        gaps=gaps,
        languages=enrolment.languages,
        time_zone=enrolment.time_zone,
        weekly_hours=enrolment.weekly_hours,
        organisations=enrolment.organisations,
        advisers=enrolment.advisers,
        matters=enrolment.matters,
        wishes=[str(mentor_id) for mentor_id in wishes],
        answers=answers,
    )


def _mentor(mentor: Any, wishes: Sequence[UUID], answers: Mapping[str, Answer]) -> MentorProfile:
    return MentorProfile(
        id=str(mentor.id),
        name=mentor.name,
        email=mentor.email,
        came_from=mentor.came_from.value,
        domains=mentor.domains,
        contexts=mentor.contexts,
        roles=mentor.roles,
        skills=mentor.skills,
        languages=mentor.languages,
        time_zone=mentor.time_zone,
        weekly_hours=mentor.weekly_hours,
        organisations=mentor.organisations,
        matters=mentor.matters,
        wishes=[str(enrolment_id) for enrolment_id in wishes],
        answers=answers,
    )


def _pairs_of(overrides: Sequence[Override], kind: OverrideKind) -> list[IdPair]:
    return sorted((str(o.enrolment_id), str(o.mentor_id)) for o in overrides if o.kind is kind)


def _apart(pairs: Sequence[apart.ApartPair], kind: ApartKind) -> list[IdPair]:
    return sorted(
        {(str(one.enrolment_id), str(one.mentor_id)) for one in pairs if one.kind is kind}
    )


async def _as_text(db: AsyncSession, pairs: Select[UUID, UUID]) -> list[IdPair]:
    found = await db.execute(pairs)
    return sorted((str(enrolment_id), str(mentor_id)) for enrolment_id, mentor_id in found)


def _with_oneself(
    enrolments: Rows, seats: Rows, former: Mapping[UUID, Sequence[str]]
) -> list[IdPair]:
    """Somebody may study and mentor in one cohort, but not be their own mentor.

    By the addresses, former ones too: whoever was imported may be an account and a placeholder.
    """
    mentors: dict[str, list[str]] = {}
    for mentor in seats:
        for email in (mentor.email, *former.get(mentor.person_id, ())):
            mentors.setdefault(email, []).append(str(mentor.id))
    found = [
        (str(one.id), mentor_id)
        for one in enrolments
        for email in (one.email, *former.get(one.person_id, ()))
        for mentor_id in mentors.get(email, ())
    ]
    return list(dict.fromkeys(found))


def _names(enrolments: Rows, seats: Rows, overrides: Sequence[Override]) -> dict[str, str]:
    """Of everybody who may be named in a sentence, by id."""
    names = {str(one.id): one.name for one in (*enrolments, *seats)}
    for override in overrides:
        for one in (override.enrolment, override.mentor):
            names[str(one.id)] = one.person.name
    return names
