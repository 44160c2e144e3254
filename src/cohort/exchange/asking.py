"""How many mails imports may send: for a cohort in a day, and to one address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cohort.exchange.models import ImportedPerson
from cohort.people.models import Person

A_DAY = timedelta(days=1)
MOST_IN_A_DAY = 1_000
"""Of one cohort; what is more goes out as soon as a day has passed since as many."""
MOST_TO_ONE = 5
"""Of one import to one person: whoever says nothing to five mails is left alone."""
MOST_TO_ADDRESS = 3
"""In a day, of the imports of all cohorts; what is more waits for another day."""


async def times(db: AsyncSession, cohort_id: UUID, count: int, *, now: datetime) -> list[datetime]:
    """When each of so many mails more may go out, beside those that did or wait to."""
    asked = select(ImportedPerson.asked_at).where(
        ImportedPerson.cohort_id == cohort_id, ImportedPerson.asked_at > now - A_DAY
    )
    newest = asked.order_by(ImportedPerson.asked_at.desc()).limit(MOST_IN_A_DAY)
    taken = [at for at in await db.scalars(newest) if at is not None]
    return spread(taken[::-1], count, now=now)


def spread(taken: Sequence[datetime], count: int, *, now: datetime) -> list[datetime]:
    """After those that are `taken`, in order: never more than there may be in any one day."""
    found = [*taken]
    for _ in range(count):
        full = len(found) >= MOST_IN_A_DAY
        found.append(max(now, found[-MOST_IN_A_DAY] + A_DAY) if full else now)
    return found[len(taken) :]


async def is_enough(db: AsyncSession, imported: ImportedPerson, *, now: datetime) -> bool:
    """Whether imports of other cohorts wrote to this address often enough for a day."""
    other = aliased(ImportedPerson)
    lately = (
        select(func.count())
        .select_from(other)
        .join(Person, Person.id == other.person_id)
        .where(
            Person.email == imported.person.email,
            Person.is_placeholder,
            other.person_id != imported.person_id,
            other.mails > 0,
            other.asked_at > now - A_DAY,
        )
    )
    return (await db.scalar(lately) or 0) >= MOST_TO_ADDRESS
