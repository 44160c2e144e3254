"""What somebody who came from a spreadsheet answers, by the link that was mailed to her."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts import enrolments
from cohort.cohorts.models import Cohort, Enrolment, Stage
from cohort.exchange.models import DeclinedImport, ImportedPerson
from cohort.exchange.people_of import MENTOR, RESEARCHER
from cohort.exchange.planning import email_hash
from cohort.introductions.models import Introduction
from cohort.jobs.outbox import enqueue_each
from cohort.matching.models import MentorMove, Pair
from cohort.mentors.models import Mentor, MentorState, Wish
from cohort.mentorships.models import Proposal, ProposalState, Side
from cohort.people import audit
from cohort.people import service as people
from cohort.people.links import LinkSpent, new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.tokens import hash_token
from cohort.questions import answering
from cohort.questions.models import AnswerOf

AT_ONCE = 200
"""People who are forgotten in one transaction."""
NO_NAME = "Someone who said no"
SILENT = "Someone who did not answer"
THERE = (
    "You are in this cohort already, by your own word. Say no here: what was typed of you is "
    "erased, and your own profile stays."
)


async def read(
    db: AsyncSession, token: str, *, now: datetime, lock: bool = False
) -> ImportedPerson:
    """Whom the link asks. With `lock`, of two answers at once the second finds it spent."""
    its = select(ImportedPerson).where(
        ImportedPerson.token_hash == hash_token(token), ImportedPerson.expires_at > now
    )
    if lock:
        its = its.with_for_update(of=ImportedPerson)
    shown = [joinedload(ImportedPerson.person), joinedload(ImportedPerson.cohort)]
    imported = await db.scalar(its.options(*shown, joinedload(ImportedPerson.importer)))
    if imported is None:
        raise LinkSpent
    return imported


async def is_open(db: AsyncSession, token: str, *, now: datetime) -> bool:
    """Whether there is more to answer by this link."""
    waiting = select(ImportedPerson.person_id).where(
        ImportedPerson.token_hash == hash_token(token), ImportedPerson.expires_at > now
    )
    return await db.scalar(waiting) is not None


async def rows_of(db: AsyncSession, person_id: UUID) -> list[Enrolment | Mentor]:
    """What of a cohort is a placeholder's: a seat, a mentor, or both; the seat first."""
    seats = await db.scalars(select(Enrolment).where(Enrolment.person_id == person_id))
    return [*seats, *await db.scalars(select(Mentor).where(Mentor.person_id == person_id))]


def side_of(row: Enrolment | Mentor) -> AnswerOf:
    return AnswerOf.MENTOR if isinstance(row, Mentor) else AnswerOf.RESEARCHER


async def confirm(
    db: AsyncSession,
    token: str,
    its: type[Enrolment | Mentor],
    name: str,
    profile: Mapping[str, Any],
    given: Mapping[str, object],
    *,
    now: datetime,
) -> tuple[Person, str | None]:
    """Make one row of a placeholder that of its holder, whose address the link proves.

    `given` is what she answers to the organisers' own questions, in place of what was imported.
    She has or gets an account; where that is new, it gets the name that she confirmed. Answers
    the account and, where it has no password, the token of a link to choose one.
    """
    imported = await read(db, token, now=now, lock=True)
    rows = await rows_of(db, imported.person_id)
    row = next((one for one in rows if isinstance(one, its)), None)
    if row is None:
        raise LinkSpent
    account = await people.owner_of_address(db, imported.person.email, name, now=now)
    hers = (its.cohort_id == imported.cohort_id) & (its.person_id == account.id)
    if await db.scalar(select(its.id).where(hers)) is not None:
        raise enrolments.AlreadyEnrolled(THERE)
    row.person_id = account.id
    for field, value in profile.items():
        setattr(row, field, value)
    if isinstance(row, Mentor):
        row.consented_at = now
    side = side_of(row)
    await answering.forget(db, imported.person_id, side)
    await answering.keep(db, imported.cohort_id, account.id, side, given, now=now)
    audit.record(db, account, "import.confirm", row.id, now=now, cohort_id=imported.cohort_id)
    await db.flush()
    if len(rows) == 1:
        await db.execute(delete(ImportedPerson).where(_is(imported)))
        await db.execute(delete(Person).where(Person.id == imported.person_id))
    await _tell_proposed(db, row, now=now)
    if account.password_hash is not None:
        return account, None
    return account, await new_link(db, account.email, LinkPurpose.PASSWORD, now=now)


async def _tell_proposed(db: AsyncSession, row: Enrolment | Mentor, *, now: datetime) -> None:
    """What waited for her confirmation before she could hear of it: proposals, introductions."""
    of_her, side = (
        (Proposal.enrolment_id == row.id, Side.RESEARCHER)
        if isinstance(row, Enrolment)
        else (Proposal.mentor_id == row.id, Side.MENTOR)
    )
    waiting = select(Proposal.id).where(of_her, Proposal.state == ProposalState.OPEN)
    each = [
        {"cohort_id": row.cohort_id, "proposal_id": proposal_id, "side": side}
        for proposal_id in await db.scalars(waiting)
    ]
    await enqueue_each(db, "mentorships.tell_proposed", each, now=now)
    introduced = {"cohort_id": row.cohort_id, "side": side, "whose": row.id}
    await enqueue_each(db, "introductions.tell", [introduced], now=now)


async def say_no(db: AsyncSession, token: str, *, now: datetime) -> Cohort:
    """Erase what was typed of her; a hash of the address stays, against the next import."""
    imported = await read(db, token, now=now, lock=True)
    person, cohort = imported.person, imported.cohort
    kept = {"cohort_id": cohort.id, "email_hash": email_hash(person.email), "declined_at": now}
    await db.execute(insert(DeclinedImport).values(kept).on_conflict_do_nothing())
    audit.record(db, None, "import.decline", person.id, now=now, cohort_id=cohort.id)
    await _erase_person(db, imported, NO_NAME, now=now)
    return cohort


async def forget_silent(db: AsyncSession, *, now: datetime, after: timedelta) -> None:
    """Erase those who never answered, so long after their link ended: nobody agreed to be here.

    The same list may bring them again.
    """
    late = select(ImportedPerson).where(ImportedPerson.expires_at <= now - after)
    locked = late.with_for_update(of=ImportedPerson, skip_locked=True).limit(AT_ONCE)
    for imported in await db.scalars(locked.options(joinedload(ImportedPerson.person))):
        ids = {"subject_id": imported.person_id, "cohort_id": imported.cohort_id}
        audit.record(db, None, "import.forget", now=now, **ids)
        await _erase_person(db, imported, SILENT, now=now)


async def _erase_person(
    db: AsyncSession, imported: ImportedPerson, called: str, *, now: datetime
) -> None:
    person = imported.person
    for row in await rows_of(db, person.id):
        await _erase(db, row, person.name, called, now=now)
    await answering.forget(db, person.id)
    person.name, person.email = called, ""
    await db.execute(delete(ImportedPerson).where(_is(imported)))
    await db.flush()


async def _erase(
    db: AsyncSession, row: Enrolment | Mentor, name: str, called: str, *, now: datetime
) -> None:
    """The row itself stays, empty: solved rounds refer to it, by its id."""
    if isinstance(row, Enrolment):
        await enrolments.leave(db, row, now=now)
        kept, mine = {**RESEARCHER, "stage": Stage.RESEARCHER}, Wish.enrolment_id == row.id
        paired, proposed = Pair.enrolment_id == row.id, Proposal.enrolment_id == row.id
        introduced, moved = Introduction.enrolment_id == row.id, MentorMove.enrolment_id == row.id
    else:
        row.state, row.decided_at = MentorState.DECLINED, now
        kept, mine = {**MENTOR, "capacity": row.taken}, Wish.mentor_id == row.id
        paired, proposed = Pair.mentor_id == row.id, Proposal.mentor_id == row.id
        introduced, moved = Introduction.mentor_id == row.id, MentorMove.mentor_id == row.id
        ids = {"cohort_id": row.cohort_id, "mentor_id": row.id}
        await enqueue_each(db, "mentorships.lapse_when_full", [ids], now=now)
    for field, value in {**kept, "time_zone": "UTC"}.items():
        setattr(row, field, value)
    await db.execute(delete(Wish).where(mine))
    told = (
        (Pair.reason, paired),
        (MentorMove.reason, moved),
        (Proposal.reason, proposed),
        (Introduction.reason, introduced),
        (Introduction.researcher_note, introduced),
        (Introduction.mentor_note, introduced),
    )
    for column, hers in told:
        await db.execute(
            update(column.class_)
            .where(hers)
            .values({column: func.replace(column, name, called)})
            .execution_options(synchronize_session=False)
        )


def _is(imported: ImportedPerson) -> ColumnElement[bool]:
    return ImportedPerson.person_id == imported.person_id
