"""What an organiser does not read of a run where she is one of the two herself: a private wish of
the other one to be kept apart."""

from dataclasses import replace
from uuid import UUID

import numpy as np
from sqlalchemy import select, union
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment
from cohort.mentors.models import Mentor
from cohort.pairing.alternatives import NOT_TOLD, Alternative
from cohort.pairing.evidence import Evidence
from cohort.people.models import Person


async def ids_of(db: AsyncSession, actor: Person) -> frozenset[str]:
    """The actor's enrolments and mentor's rows, in any cohort, as text."""
    own = union(*(select(one.id).where(one.person_id == actor.id) for one in (Enrolment, Mentor)))
    ids: list[UUID] = [*await db.scalars(own)]
    return frozenset(map(str, ids))


def untold(one: Alternative, researcher: str, own: frozenset[str]) -> Alternative:
    """Whatever rules out a pair of her own reads the same, so that no reason stands out."""
    if one.ruled_out and not own.isdisjoint((researcher, one.mentor)):
        return replace(one, ruled_out=(NOT_TOLD,))
    return one


def without_reasons(evidence: Evidence, own: frozenset[str]) -> Evidence:
    """Of pairs of her own only that they are ruled out, as the check needs it, and not why."""
    ids = list(own)
    rows, columns = (
        np.isin(everybody, ids)
        for everybody in (evidence.problem.researcher_ids, evidence.problem.mentor_ids)
    )
    hers = rows[:, np.newaxis] | columns
    if not hers.any():
        return evidence
    removed = {name: removes & ~hers for name, removes in evidence.removed.items()}
    return replace(evidence, removed={**removed, NOT_TOLD: evidence.problem.forbidden & hers})
