"""Whom a form about a pair can name: a few people by name, and whoever is searched for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from litestar.params import QueryParameter
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Enrolment, EnrolmentState
from cohort.matching.models import Run
from cohort.matching.results.service import named
from cohort.mentors.models import Mentor, MentorState
from cohort.people.models import Person

MOST = 50
"""People in one list; a search finds the others."""
PartOfName = Annotated[str, QueryParameter(max_length=200)]


@dataclass(frozen=True, slots=True)
class Choices:
    """People of one kind, by name, of those whose name or address has `sought` in it."""

    sought: str
    people: Sequence[tuple[UUID, str]]
    more: bool
    """Whether there are others, whom a search would find."""
    chosen: str
    """The id that the form comes with: what was sent, or the only one who was found."""

    @property
    def options(self) -> list[dict[str, str]]:
        return [{"value": str(one), "label": name} for one, name in self.people]

    @property
    def error(self) -> str:
        if not self.sought or self.people:
            return ""
        return "Nobody here has this in their name or address. Try a shorter part of it."


async def in_cohort(
    db: AsyncSession,
    cohort_id: UUID,
    typed: Mapping[str, Any],
    *,
    researcher: str = "",
    mentor: str = "",
) -> tuple[Choices, Choices]:
    """Whom a pin or a veto can name: researchers who study, and approved mentors."""
    studying = named(Enrolment).where(
        Enrolment.cohort_id == cohort_id, Enrolment.state == EnrolmentState.ACTIVE
    )
    mentoring = named(Mentor).where(
        Mentor.cohort_id == cohort_id, Mentor.state == MentorState.APPROVED
    )
    return (
        await _choices(db, studying, Enrolment, researcher, typed.get("enrolment_id")),
        await _choices(db, mentoring, Mentor, mentor, typed.get("mentor_id")),
    )


async def in_run(
    db: AsyncSession, run: Run, typed: Mapping[str, Any], *, researcher: str = "", mentor: str = ""
) -> tuple[Choices, Choices]:
    """Who took part in a solved run."""
    studying = named(Enrolment).where(Enrolment.id.in_(_ids(run.researcher_prices)))
    mentoring = named(Mentor).where(Mentor.id.in_(_ids(run.mentor_prices)))
    return (
        await _choices(db, studying, Enrolment, researcher, typed.get("enrolment_id")),
        await _choices(db, mentoring, Mentor, mentor, typed.get("mentor_id")),
    )


def _ids(prices: Iterable[str] | None) -> list[UUID]:
    return [UUID(one) for one in prices or ()]


async def _choices(
    db: AsyncSession,
    everyone: Select[UUID, str],
    kind: type[Enrolment] | type[Mentor],
    typed: str,
    chosen: object,
) -> Choices:
    """The first by name who match, and the one who was chosen before: two statements at most."""
    sought = "".join(letter for letter in typed if letter.isprintable()).strip()
    has_it = Person.name.icontains(sought, autoescape=True) | Person.email.icontains(
        sought, autoescape=True
    )
    found = everyone.where(has_it) if sought else everyone
    rows = await db.execute(found.order_by(Person.name, kind.id).limit(MOST + 1))
    people: list[tuple[UUID, str]] = [(its_id, name) for its_id, name in rows]
    more = bool(sought) or len(people) > MOST
    people = people[:MOST]
    its_id = _id_in(chosen)
    if its_id is None and sought and len(people) == 1:
        its_id = people[0][0]
    elif its_id is not None and its_id not in {one for one, _ in people}:
        before = await db.execute(everyone.where(kind.id == its_id))
        people = [*((one, name) for one, name in before), *people]
    return Choices(sought, people, more, str(its_id or ""))


def _id_in(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
