"""Forecasting the people of a cohort, reminding them of their plans, and looking back."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import policy as cohort_policy
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, CohortState
from cohort.errors import require_known
from cohort.forecasts.models import StudyNudge
from cohort.forecasts.other_signs import with_other_signs
from cohort.forecasts.outlook import NUDGED_FOR, Forecast, StudyFacts, StudyOutlook, forecasts_of
from cohort.forecasts.outlook import was_nudged_lately as nudged_lately
from cohort.forecasts.reading import begins_at, ends_at, works
from cohort.forecasts.record import Checked, TrackRecord, checked, track_record_of
from cohort.forecasts.schemas import (
    ForecastSearch,
    ForecastSort,
    StudyNudgeOut,
    StudyNudgeOutcome,
    StudyNudgesIn,
)
from cohort.guides import service as guides
from cohort.jobs.outbox import enqueue_each
from cohort.people import audit
from cohort.people.models import Person

NEVER = datetime.min.replace(tzinfo=UTC)
GOES_ON = frozenset({CohortState.OPEN, CohortState.RUNNING})
HAS_ENDED = (CohortState.COMPLETED, CohortState.ARCHIVED)
LOOKED_BACK_AT = (0.25, 0.5, 0.75)
"""Of a cohort's time: what would have been said then."""
COHORTS_LOOKED_AT = 4

ORDERS: dict[ForecastSort, Callable[[Forecast], Any]] = {
    ForecastSort.HELP: lambda one: (not one.signs, -one.gain, one.chance),
    ForecastSort.CHANCE: lambda one: one.chance,
    ForecastSort.QUIETEST: lambda one: one.work.handed_in_at or NEVER,
    ForecastSort.NAME: lambda one: one.work.name.casefold(),
}


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Those that were sought in the order that was asked for, and how many stand how."""

    found: Sequence[Forecast]
    counts: dict[StudyOutlook, int]


async def forecasts(
    db: AsyncSession, actor: Person, cohort_id: UUID, wanted: ForecastSearch, *, now: datetime
) -> Forecasts:
    """Everyone of the cohort is read, whoever is sought: her pace is told from that of all."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    if cohort.state not in GOES_ON:
        return Forecasts([], {})
    known = await with_other_signs(db, cohort, await works(db, cohort, at=now), at=now)
    all_of_them = await asyncio.to_thread(forecasts_of, known, at=now, end=ends_at(cohort))
    sought = wanted.q.strip().casefold()
    outlooks = [one.outlook for one in all_of_them]
    found = [
        one
        for one, its in zip(all_of_them, outlooks, strict=True)
        if sought in one.work.name.casefold() and wanted.outlook in {None, its}
    ]
    counts = {each: outlooks.count(each) for each in StudyOutlook}
    return Forecasts(sorted(found, key=ORDERS[wanted.sort]), counts)


async def nudge_many(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: StudyNudgesIn, *, now: datetime
) -> list[StudyNudgeOut]:
    """Remind each of these of her plan, or say who would be; nobody is nudged twice in a week."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    known = {one.enrolment_id: one for one in await works(db, cohort, at=now)}
    sentence = "This is nobody who studies in this cohort."
    require_known(form.enrolment_ids, known, field="enrolment_ids", sentence=sentence)
    outcomes = [_outcome(known[its_id], now) for its_id in form.enrolment_ids]
    wanted = [one.enrolment_id for one in outcomes if one.outcome is StudyNudgeOutcome.NUDGED]
    if form.dry_run or not wanted:
        return outcomes
    told = await _mark(db, wanted, now=now)
    jobs = [{"cohort_id": cohort_id, "enrolment_id": its_id} for its_id in wanted if its_id in told]
    await enqueue_each(db, "forecasts.nudge", jobs, now=now)
    for its_id in told:
        audit.record(db, actor, "enrolment.nudge", its_id, now=now, cohort_id=cohort_id)
    late = StudyNudgeOutcome.NUDGED_LATELY
    return [
        one.model_copy(update={"outcome": late, "nudged_at": now})
        if one.outcome is StudyNudgeOutcome.NUDGED and one.enrolment_id not in told
        else one
        for one in outcomes
    ]


def _outcome(one: StudyFacts, now: datetime) -> StudyNudgeOut:
    outcome = StudyNudgeOutcome.NUDGED
    if one.hours_done >= one.hours:
        outcome = StudyNudgeOutcome.NOTHING_OPEN
    elif nudged_lately(one, now):
        outcome = StudyNudgeOutcome.NUDGED_LATELY
    return StudyNudgeOut(
        enrolment_id=one.enrolment_id, name=one.name, outcome=outcome, nudged_at=one.nudged_at
    )


async def _mark(db: AsyncSession, enrolment_ids: Sequence[UUID], *, now: datetime) -> set[UUID]:
    """Whom this request nudges: of two organisers at once, the second finds them nudged."""
    rows = [{"enrolment_id": its_id, "nudged_at": now} for its_id in sorted(enrolment_ids)]
    write = insert(StudyNudge).values(rows)
    kept = await db.scalars(
        write.on_conflict_do_update(
            index_elements=[StudyNudge.enrolment_id],
            set_={"nudged_at": now},
            where=StudyNudge.nudged_at <= now - NUDGED_FOR,
        ).returning(StudyNudge.enrolment_id)
    )
    return set(kept)


async def track_record(db: AsyncSession, actor: Person, cohort_id: UUID) -> TrackRecord:
    """What would have been said in the newest cohorts of this guide that have ended, and what came.

    Of the cohorts that the actor runs; each is looked at three times, which is four statements.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    ended = await db.scalars(
        select(Cohort)
        .where(
            Cohort.guide_id.in_(guides.versions_beside(cohort.guide_id)),
            Cohort.state.in_(HAS_ENDED),
        )
        .where(Cohort.id.in_(cohort_policy.organised_by(actor)))
        .order_by(Cohort.ends_on.desc(), Cohort.id)
        .limit(COHORTS_LOOKED_AT)
    )
    past = ended.all()
    seen = [await _looked_back(db, one) for one in past]
    return track_record_of(len(past), [one for each in seen for one in each])


async def _looked_back(db: AsyncSession, cohort: Cohort) -> list[Checked]:
    begin, end = begins_at(cohort), ends_at(cohort)
    at_the_end = await works(db, cohort, at=end)
    came = {one.enrolment_id: one.hours_done >= one.hours for one in at_the_end}
    said: list[Checked] = []
    for share in LOOKED_BACK_AT:
        at = begin + share * (end - begin)
        known = [one for one in await works(db, cohort, at=at) if one.began_at <= at]
        said += checked(await asyncio.to_thread(forecasts_of, known, at=at, end=end), came, at, end)
    return said
