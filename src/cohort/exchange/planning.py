"""What would become of each row of a spreadsheet: the preview shows it, the import does it."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
from cohort.matching.models import Override, OverrideKind
from cohort.mentors.models import Mentor
from cohort.people.models import Person
from cohort.questions import answering
from cohort.questions.models import AnswerOf
from cohort.sheets.links import folded

ANSWERS = "answers/"
"""Before the name of a question, where an answer to it is meant."""
PINNED = "They are pinned to each other here. Lift that first, or remove the row."


@dataclass(frozen=True)
class PlannedRow:
    """`its` is the row of the cohort that is changed, `fields` what of it; `two` are the addresses
    of a pair."""

    person: PersonInFile
    outcome: Outcome
    its: Enrolment | Mentor | None = None
    fields: Sequence[str] = ()
    two: tuple[str, str] | None = None


@dataclass(frozen=True)
class ImportPlan:
    found: PeopleFound
    rows: Sequence[PlannedRow]
    hindrances: Sequence[str] = ()
    """Why it could not be carried out as things are."""
    last_mail_at: datetime | None = None
    """When the last of the new people is written to, where that is not at once."""

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(row.outcome for row in self.rows)

    def of(self, outcome: Outcome) -> list[PersonInFile]:
        """The people whose rows have it."""
        found = [row.person for row in self.rows if row.outcome == outcome]
        return [one for one in found if one.side != "pair" or outcome == "refused"]


@dataclass(frozen=True)
class _Known:
    """Whom the cohort knows, by address; of somebody with two rows, that of the account."""

    researchers: Mapping[str, Enrolment]
    mentors: Mapping[str, Mentor]
    applicants: frozenset[str]
    declined: frozenset[bytes]
    decided: Mapping[tuple[str, str], Sequence[Override]]
    """The pins that stand and all vetoes there ever were, by the addresses of the two."""
    answers: Mapping[tuple[UUID, AnswerOf], Mapping[str, Any]]
    """To the organisers' own questions, by person and side, then by name."""


def email_hash(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()


async def plan_import(db: AsyncSession, cohort: Cohort, found: PeopleFound) -> ImportPlan:
    known = await _known(db, cohort.id)
    rows = [_planned(one, known) for one in found.people if one.side != "pair"]
    rows += _planned_pairs(found.people, rows, known)
    return ImportPlan(found, rows, list(_hindrances(cohort, rows)))


async def _known(db: AsyncSession, cohort_id: UUID) -> _Known:
    """A handful of statements, however many rows there are."""
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
        await _decided(db, cohort_id),
        await answering.of_everybody(db, cohort_id),
    )


async def _decided(db: AsyncSession, cohort_id: UUID) -> dict[tuple[str, str], list[Override]]:
    stand_or_veto = (Override.lifted_at.is_(None)) | (Override.kind == OverrideKind.VETO)
    found: dict[tuple[str, str], list[Override]] = {}
    for one in await db.scalars(
        select(Override)
        .where(Override.cohort_id == cohort_id, stand_or_veto)
        .options(joinedload(Override.enrolment).joinedload(Enrolment.person))
        .options(joinedload(Override.mentor).joinedload(Mentor.person))
    ):
        two = (one.enrolment.person.email, one.mentor.person.email)
        found.setdefault(two, []).append(one)
    return found


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
        fields = list(_changed(one, its, known))
        return PlannedRow(one, "changed" if fields else "same", its, fields)
    if email_hash(one.email) in known.declined:
        return PlannedRow(one, "said_no")
    if one.side == "researcher" and one.email in known.applicants:
        return PlannedRow(one, "applied")
    return PlannedRow(one, "new")


def _planned_pairs(
    people: Sequence[PersonInFile], rows: Sequence[PlannedRow], known: _Known
) -> Iterator[PlannedRow]:
    """The two are found by address, or by a name that one person has, here or in the file."""
    coming = [row.person for row in rows if row.outcome == "new"]
    seekers = _by_any_name(known.researchers, coming, "researcher")
    offering = _by_any_name(known.mentors, coming, "mentor")
    seen = set()
    for one in people:
        if one.side != "pair":
            continue
        two = (
            seekers.get(folded(one.said["researcher"]), ""),
            offering.get(folded(one.said["mentor"]), ""),
        )
        decided = known.decided.get(two, [])
        if one.reason:
            yield PlannedRow(one, "refused")
        elif not all(two):
            yield PlannedRow(one, "not_here")
        elif any(its.kind is OverrideKind.PIN for its in decided):
            yield PlannedRow(replace(one, reason=PINNED), "refused")
        elif decided or two in seen:
            yield PlannedRow(one, "same")
        else:
            yield PlannedRow(one, "new", two=two)
        seen.add(two)


def _by_any_name(
    there: Mapping[str, Enrolment | Mentor], coming: Iterable[PersonInFile], side: str
) -> dict[str, str]:
    """Addresses by address and by name; a name that several people have says nobody."""
    names = [(row.person.name, email) for email, row in there.items()]
    names += [(one.name, one.email) for one in coming if one.side == side]
    emails: dict[str, set[str]] = {}
    for name, email in names:
        emails.setdefault(folded(name), set()).add(email)
    found = {name: min(several) for name, several in emails.items() if len(several) == 1}
    return found | {email: email for _, email in names}


def _changed(one: PersonInFile, its: Enrolment | Mentor, known: _Known) -> Iterator[str]:
    """What the row says otherwise; where it says nothing, what is there stays."""
    if one.name != its.person.name:
        yield "name"
    for field, value in one.said.items():
        if getattr(its, field) != value:
            yield field
    before = known.answers.get((its.person_id, AnswerOf(one.side)), {})
    for name, answer in one.answers.items():
        if before.get(name) != answer:
            yield f"{ANSWERS}{name}"


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
