"""Two runs of one cohort, person by person, with what changed between what they solved."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.errors import Invalid, NotFound
from cohort.matching import policy
from cohort.matching.models import Pair, Round, Run, RunInput, RunState
from cohort.matching.results.service import names_of
from cohort.matching.results.untold import ids_of
from cohort.matching.service import NotSolved
from cohort.pairing import saying_changes
from cohort.pairing.comparing import (
    Cause,
    Differences,
    Found,
    PersonChange,
    changes_between,
)
from cohort.pairing.packing import unpack_pool
from cohort.people.models import Person

KEPT_APART = {"kept_apart", "not_kept_apart"}
CAME_OR_WENT = {"came", "left", "waits", "waits_no_more"}
MOST_LISTED = 50
"""Runs that a page offers to compare with: the newest."""


@dataclass(frozen=True)
class Comparison:
    """before, after  two solved runs with their rounds and rules, as they were asked for.

    general  what changed for everybody: rules, people, decisions; empty where an input is gone.
    known    whether both inputs are kept.
    """

    before: Run
    after: Run
    pairs_before: int
    pairs_after: int
    changes: Sequence[PersonChange]
    general: Sequence[Cause]
    people: Sequence[Cause]
    known: bool
    names: Mapping[str, str]

    @property
    def newly_placed(self) -> list[PersonChange]:
        return [one for one in self.changes if one.origin is None]

    @property
    def unplaced(self) -> list[PersonChange]:
        return [one for one in self.changes if one.target is None]

    @property
    def moved(self) -> list[PersonChange]:
        return [one for one in self.changes if one.origin and one.target]

    def why(self, change: PersonChange) -> str:
        return saying_changes.why(change, self.names, general=bool(self.general))

    def causes(self) -> list[str]:
        """What changed for everybody, and who came or went, in sentences."""
        return [saying_changes.cause(one, self.names) for one in (*self.general, *self.people)]


async def compare(db: AsyncSession, actor: Person, run_id: UUID, other_id: UUID) -> Comparison:
    """From the run `other_id` to the run `run_id`: what the second one changed."""
    after = await solved_run(db, actor, run_id)
    before = await _to_compare_with(db, actor, after, other_id)
    pairs = await _pairs(db, before.id, after.id)
    inputs = select(RunInput.run_id, RunInput.pool).where(RunInput.run_id.in_([run_id, other_id]))
    kept: dict[UUID, bytes] = dict((await db.execute(inputs)).all())
    then, now = kept.get(before.id), kept.get(after.id)
    changes, general, people = await asyncio.to_thread(
        _differ, pairs[before.id], pairs[after.id], then, now
    )
    own = await ids_of(db, actor)
    people = _told(people, own)
    changes = [
        one if one.causes is None else replace(one, causes=_told(one.causes, own))
        for one in changes
    ]
    return Comparison(
        before=before,
        after=after,
        pairs_before=len(pairs[before.id]),
        pairs_after=len(pairs[after.id]),
        changes=changes,
        general=general,
        people=people,
        known=then is not None and now is not None,
        names=await _names(db, changes, people),
    )


def _told(causes: Sequence[Cause], own: frozenset[str]) -> tuple[Cause, ...]:
    """Without what somebody said in private about the reader."""
    return tuple(
        one
        for one in causes
        if one.code not in KEPT_APART or own.isdisjoint((one.person, one.other))
    )


def _differ(
    before: Found, after: Found, then: bytes | None, now: bytes | None
) -> tuple[list[PersonChange], Sequence[Cause], Sequence[Cause]]:
    if then is None or now is None:
        return changes_between(before, after, None), (), ()
    differences = Differences(unpack_pool(then), unpack_pool(now))
    changes = changes_between(before, after, differences)
    came_or_went = [
        one
        for causes in differences.of_people.values()
        for one in causes
        if one.code in CAME_OR_WENT
    ]
    decided = [one for causes in differences.of_pairs.values() for one in causes]
    return changes, differences.general, [*came_or_went, *decided]


async def others(db: AsyncSession, actor: Person, run: Run) -> Sequence[Run]:
    """The cohort's newest solved runs beside this one, with their rounds."""
    of_cohort = policy.runs_visible_to(actor).where(
        Round.cohort_id == run.round.cohort_id, Run.state == RunState.SOLVED, Run.id != run.id
    )
    newest = of_cohort.order_by(Run.queued_at.desc(), Run.id.desc()).limit(MOST_LISTED)
    return (await db.scalars(newest.options(joinedload(Run.round)))).all()


async def solved_run(db: AsyncSession, actor: Person, run_id: UUID) -> Run:
    visible = policy.runs_visible_to(actor).where(Run.id == run_id)
    whole = joinedload(Run.round, innerjoin=True).joinedload(Round.cohort, innerjoin=True)
    found: Run | None = await db.scalar(visible.options(whole, joinedload(Run.rules)))
    if found is None:
        raise NotFound
    if found.state is not RunState.SOLVED:
        raise NotSolved("This run is not solved, so there is nothing to compare yet.")
    return found


async def _to_compare_with(db: AsyncSession, actor: Person, run: Run, other_id: UUID) -> Run:
    try:
        other = await solved_run(db, actor, other_id)
    except NotFound as hidden:
        raise Invalid.at("with", "There is no run with this id in this cohort.") from hidden
    if other.round.cohort_id != run.round.cohort_id:
        raise Invalid.at("with", "This run is of another cohort. Choose one of the same cohort.")
    return other


async def _pairs(db: AsyncSession, *run_ids: UUID) -> dict[UUID, dict[tuple[str, str], float]]:
    found: dict[UUID, dict[tuple[str, str], float]] = {one: {} for one in run_ids}
    columns = select(Pair.run_id, Pair.enrolment_id, Pair.mentor_id, Pair.score)
    of_both = columns.where(Pair.run_id.in_(run_ids))
    for run_id, enrolment_id, mentor_id, score in await db.execute(of_both):
        found[run_id][str(enrolment_id), str(mentor_id)] = score
    return found


async def _names(
    db: AsyncSession, changes: Sequence[PersonChange], people: Sequence[Cause]
) -> dict[str, str]:
    every = [*people, *[one for change in changes for one in change.causes or ()]]
    ids = {one for cause in every for one in (cause.person, cause.other) if one}
    ids |= {one for c in changes for one in (c.researcher, c.origin, c.target) if one}
    known = list(map(UUID, ids))
    return await names_of(db, known, known)
