"""Which factors matter more to a researcher or a mentor than the rules say, within their bounds.

Only the person and the organisers read it; in what the other one is told of a pair, the rules alone
weigh.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts.models import Enrolment
from cohort.errors import Invalid, NotAllowed
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.pairing.rules import Weights
from cohort.people.models import Person
from cohort.rules.schemas import PreferencesIn
from cohort.rules.service import newest

Owner = Enrolment | Mentor


class Offered(NamedTuple):
    """The factors that count in a cohort, and how much more or less they may; 1 is off."""

    factors: Sequence[str]
    personal: float


async def owner_of(
    db: AsyncSession,
    actor: Person,
    *,
    enrolment_id: UUID | None = None,
    mentor_id: UUID | None = None,
) -> Owner:
    if enrolment_id is not None:
        return await enrolments.get(db, actor, enrolment_id)
    assert mentor_id is not None  # noqa: S101  one of the two is given
    return await mentors.get(db, actor, mentor_id)


async def offered_in(db: AsyncSession, cohort_id: UUID) -> Offered:
    standing = await newest(db, cohort_id)
    weights = standing.content.weights if standing else Weights()
    factors = [name for name, weight in weights.by_factor().items() if weight > 0]
    return Offered(factors, weights.personal)


async def say(db: AsyncSession, actor: Person, owner: Owner, form: PreferencesIn) -> None:
    """Replace what the person said before; nobody says it for another."""
    if owner.person_id != actor.id:
        raise NotAllowed("Everybody says for herself what matters to her.")
    offered = await offered_in(db, owner.cohort_id)
    for field, names in (("more", form.more), ("less", form.less)):
        for k, name in enumerate(names):
            if name not in offered.factors or offered.personal == 1:
                raise Invalid.at(f"{field}/{k}", f"“{name}” cannot be weighed in this cohort.")
    matters = dict.fromkeys(form.less, -1) | dict.fromkeys(form.more, 1)
    of = type(owner)
    await db.execute(
        update(of)
        .where(of.id == owner.id)
        .values(matters=matters)
        .execution_options(synchronize_session=False)
    )


def said_by(matters: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """What counts more, and what less."""
    more = [name for name, step in matters.items() if step > 0]
    return sorted(more), sorted(set(matters) - set(more))
