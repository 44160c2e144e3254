"""What would become of each row of a spreadsheet: the preview shows it, the import does it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.applications.models import Application
from cohort.applications.policy import STANDING
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.policy import JOINABLE
from cohort.exchange.models import DeclinedImport
from cohort.exchange.people_of import PeopleFound, PersonInFile
from cohort.exchange.schemas import Outcome
from cohort.mentors.models import Mentor
from cohort.people.models import Person


@dataclass(frozen=True)
class PlannedRow:
    """`its` is the row of the cohort that is changed, `fields` what of it."""

    person: PersonInFile
    outcome: Outcome
    its: Enrolment | Mentor | None = None
    fields: Sequence[str] = ()


@dataclass(frozen=True)
class ImportPlan:
    found: PeopleFound
    rows: Sequence[PlannedRow]
    hindrances: Sequence[str] = ()
    """Why it could not be carried out as things are."""

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(row.outcome for row in self.rows)

    def of(self, outcome: Outcome) -> list[PersonInFile]:
        return [row.person for row in self.rows if row.outcome == outcome]


@dataclass(frozen=True)
class _Known:
    """Whom the cohort knows, by address; of somebody with two rows, that of the account."""

    researchers: Mapping[str, Enrolment]
    mentors: Mapping[str, Mentor]
    applicants: frozenset[str]
    declined: frozenset[bytes]


def email_hash(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()


async def plan_import(db: AsyncSession, cohort: Cohort, found: PeopleFound) -> ImportPlan:
    known = await _known(db, cohort.id)
    rows = [_planned(one, known) for one in found.people]
    return ImportPlan(found, rows, list(_hindrances(cohort, rows)))


async def _known(db: AsyncSession, cohort_id: UUID) -> _Known:
    """Four statements, however many rows there are."""
    studying = select(Enrolment).where(Enrolment.cohort_id == cohort_id)
    mentoring = select(Mentor).where(Mentor.cohort_id == cohort_id)
    applying = (
        select(Person.email)
        .join(Application, Application.person_id == Person.id)
        .where(Application.cohort_id == cohort_id, Application.state.in_(STANDING))
    )
    declined = select(DeclinedImport.email_hash).where(DeclinedImport.cohort_id == cohort_id)
    return _Known(
        _by_email(await db.scalars(studying.options(joinedload(Enrolment.person)))),
        _by_email(await db.scalars(mentoring.options(joinedload(Mentor.person)))),
        frozenset(await db.scalars(applying)),
        frozenset(await db.scalars(declined)),
    )


def _by_email(rows: Iterable[Any]) -> dict[str, Any]:
    accounts_last = sorted(rows, key=lambda row: not row.person.is_placeholder)
    return {row.person.email: row for row in accounts_last}


def _planned(one: PersonInFile, known: _Known) -> PlannedRow:
    if one.reason:
        return PlannedRow(one, "refused")
    its = (known.researchers if one.side == "researcher" else known.mentors).get(one.email)
    if isinstance(its, Enrolment) and its.state is not EnrolmentState.ACTIVE:
        return PlannedRow(one, "left_before")
    if its is not None and not its.person.is_placeholder:
        return PlannedRow(one, "there_already")
    if its is not None:
        fields = list(_changed(one, its))
        return PlannedRow(one, "changed" if fields else "same", its, fields)
    if email_hash(one.email) in known.declined:
        return PlannedRow(one, "said_no")
    if one.side == "researcher" and one.email in known.applicants:
        return PlannedRow(one, "applied")
    return PlannedRow(one, "new")


def _changed(one: PersonInFile, its: Enrolment | Mentor) -> Iterator[str]:
    """What the row says otherwise; where it says nothing, what is there stays."""
    if one.name != its.person.name:
        yield "name"
    for field, value in one.said.items():
        if getattr(its, field) != value:
            yield field


def _hindrances(cohort: Cohort, rows: Sequence[PlannedRow]) -> Iterator[str]:
    """As the import itself would refuse, so that a dry run does not promise too much."""
    seated = sum(row.person.side == "researcher" and row.outcome == "new" for row in rows)
    if seated and cohort.state not in JOINABLE:
        yield f"This cohort is {cohort.state}. Researchers come in while it is open or runs."
    elif seated > cohort.seats - cohort.taken:
        yield (
            f"{seated:,} new researchers need more than the {cohort.seats - cohort.taken:,} free "
            "seats. Give the cohort more seats."
        )
