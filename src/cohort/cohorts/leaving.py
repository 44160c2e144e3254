"""Taking seats back from many at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import events
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.schemas import WithdrawalOut, WithdrawalsIn
from cohort.errors import require_known
from cohort.jobs import event_log
from cohort.jobs.outbox import enqueue_each
from cohort.people import audit
from cohort.people.models import Person


async def withdraw_many(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: WithdrawalsIn, *, now: datetime
) -> list[WithdrawalOut]:
    """Take the seats of these people back, all or none; who has none stays as they are.

    What was handed in stays. As many statements for two hundred people as for one.
    """
    await cohorts.require_organiser(db, actor, cohort_id)
    # The cohort's row first, as in enrolling, so that the two never wait for each other.
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    before = await _chosen(db, cohort_id, form)
    if not form.dry_run:
        await _take_back(db, actor, cohort_id, form, now=now)
    return before


async def _chosen(db: AsyncSession, cohort_id: UUID, form: WithdrawalsIn) -> list[WithdrawalOut]:
    found = await db.execute(
        select(Enrolment.id, Person.name, Enrolment.state)
        .join(Enrolment.person)
        .where(Enrolment.id.in_(form.enrolment_ids), Enrolment.cohort_id == cohort_id)
    )
    rows = {row.id: row for row in found}
    sentence = "This is nobody of this cohort."
    require_known(form.enrolment_ids, rows, field="enrolment_ids", sentence=sentence)
    return [
        WithdrawalOut(
            enrolment_id=its_id,
            name=rows[its_id].name,
            before=rows[its_id].state,
            after=EnrolmentState.WITHDRAWN,
        )
        for its_id in form.enrolment_ids
    ]


async def _take_back(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: WithdrawalsIn, *, now: datetime
) -> None:
    seated = (Enrolment.cohort_id == cohort_id) & (Enrolment.state == EnrolmentState.ACTIVE)
    gone = await db.scalars(
        update(Enrolment)
        .where(seated, Enrolment.id.in_(form.enrolment_ids))
        .values(state=EnrolmentState.WITHDRAWN, version=Enrolment.version + 1)
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    )
    each = [{"cohort_id": cohort_id, "enrolment_id": its_id} for its_id in gone]
    if not each:
        return
    await db.execute(
        update(Cohort)
        .where(Cohort.id == cohort_id)
        .values(taken=Cohort.taken - len(each))
        .execution_options(synchronize_session=False)
    )
    for one in each:
        its_id = one["enrolment_id"]
        audit.record(db, actor, "enrolment.withdraw", its_id, now=now, cohort_id=cohort_id)
    await enqueue_each(db, "mentorships.close_for_enrolment", each, now=now)
    await enqueue_each(db, "sessions.free_for_enrolment", each, now=now)
    await enqueue_each(db, "circles.free_for_enrolment", each, now=now)
    event_log.record_each(db, events.ENROLMENT_LEFT, each, now=now)
    await cohorts.fill_seats_later(db, cohort_id, now=now)
