"""Pins and vetoes: what organisers decide about one pair, whatever its score."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from cohort.cohorts.models import Enrolment
from cohort.cohorts.service import require_organiser
from cohort.errors import Conflict, Invalid, NotFound, Refusal
from cohort.http.paging import Page, Slice, page_of
from cohort.matching import policy
from cohort.matching.models import Override, OverrideKind, Pair, Round, RoundState, Run, RunState
from cohort.matching.overrides.schemas import OverrideIn
from cohort.matching.results import what_ifs
from cohort.mentors.models import Mentor
from cohort.pairing.repairing import cost_of_pin
from cohort.people import audit
from cohort.people.models import Person

WHOM = (
    joinedload(Override.enrolment).joinedload(Enrolment.person),
    joinedload(Override.mentor).joinedload(Mentor.person),
)


class ContradictsOverride(Conflict):
    code = "contradicts_override"
    title = "A standing decision says otherwise"


async def make_override(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: OverrideIn, *, now: datetime
) -> Override:
    """Pin or veto a pair, from the next run on.

    What stands already is answered as it is. What it contradicts is lifted with `replace`, and
    otherwise refused: nobody overturns a colleague's decision without seeing it.
    """
    await require_organiser(db, actor, cohort_id)
    await _check_whom(db, cohort_id, form)
    standing = (await db.scalars(_about(form))).all()
    same = [one for one in standing if one.kind == form.kind and one.mentor_id == form.mentor_id]
    if same:
        return same[0]
    if standing and not form.replace:
        raise ContradictsOverride(said_already(standing[0]))
    cost = await _cost(db, cohort_id, form)  # takes a second: before others have to wait for us
    for one in standing:
        await _lift(db, actor, one, now=now)
    made = Override(
        cohort_id=cohort_id,
        made_by=actor.id,
        made_at=now,
        cost=cost,
        **form.model_dump(exclude={"replace"}),
    )
    try:
        async with db.begin_nested():
            db.add(made)
    except IntegrityError as clash:
        raise ContradictsOverride(
            "Someone decided about one of these two at this moment. Look again."
        ) from clash
    audit.record(db, actor, f"override.{made.kind}", made.id, now=now, cohort_id=cohort_id)
    return await _whole(db, made.id)


async def _cost(db: AsyncSession, cohort_id: UUID, form: OverrideIn) -> float | None:
    """What the newest run of the open round would lose by it; None where nobody can say."""
    solved = select(Run).where(Run.state == RunState.SOLVED).options(joinedload(Run.rules))
    solved = solved.join(Round, Round.id == Run.round_id).order_by(Run.number.desc()).limit(1)
    open_ = (Round.cohort_id == cohort_id) & (Round.state == RoundState.OPEN)
    run: Run | None = await db.scalar(solved.where(open_))
    if run is None or not what_ifs.can_be_asked(run):
        return None
    if form.kind is OverrideKind.VETO:
        this_pair = (Pair.enrolment_id == form.enrolment_id) & (Pair.mentor_id == form.mentor_id)
        pair = await db.scalar(select(Pair).where(Pair.run_id == run.id, this_pair))
        return 0.0 if pair is None else None if pair.fewer_placed else pair.loss
    researcher, mentor = str(form.enrolment_id), str(form.mentor_id)
    try:
        return await what_ifs.answer(db, run, lambda known: cost_of_pin(known, researcher, mentor))
    except Refusal:
        return None


async def veto_each(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    pairs: Sequence[tuple[UUID, UUID, str]],
    *,
    now: datetime,
) -> None:
    """Many pairs at once: enrolment, mentor and reason. What stands on a pair stays."""
    row = {"cohort_id": cohort_id, "kind": OverrideKind.VETO, "made_by": actor.id, "made_at": now}
    rows = [
        {**row, "enrolment_id": enrolment_id, "mentor_id": mentor_id, "reason": reason}
        for enrolment_id, mentor_id, reason in pairs
    ]
    await db.execute(insert(Override).on_conflict_do_nothing(), rows)
    audit.record(db, actor, "override.veto_each", cohort_id, now=now, cohort_id=cohort_id)


async def lift_override(
    db: AsyncSession, actor: Person, override_id: UUID, *, now: datetime
) -> Override:
    """Take a pin or a veto back; done twice, it stays as it was the first time."""
    visible = policy.overrides_visible_to(actor).where(Override.id == override_id)
    found: Override | None = await db.scalar(visible.options(*WHOM))
    if found is None:
        raise NotFound
    await _lift(db, actor, found, now=now)
    return found


async def _lift(db: AsyncSession, actor: Person, override: Override, *, now: datetime) -> None:
    lifted = await db.scalar(
        update(Override)
        .where(Override.id == override.id, Override.lifted_at.is_(None))
        .values(lifted_at=now)
        .returning(Override.id)
    )
    if lifted is not None:
        audit.record(db, actor, "override.lift", override.id, now=now, cohort_id=override.cohort_id)


async def list_overrides(
    db: AsyncSession, actor: Person, cohort_id: UUID, part: Slice
) -> Page[Override]:
    """Those that stand."""
    await require_organiser(db, actor, cohort_id)
    standing = (
        policy.overrides_visible_to(actor)
        .where(Override.cohort_id == cohort_id, Override.lifted_at.is_(None))
        .options(*WHOM)
    )
    return await page_of(db, standing, by=Override.made_at, id=Override.id, part=part)


def _about(form: OverrideIn) -> Select[Override]:
    """What stands on this pair; and, for a pin, where else the researcher is pinned."""
    this_pair = Override.mentor_id == form.mentor_id
    pinned = Override.kind == OverrideKind.PIN
    related = or_(this_pair, pinned) if form.kind is OverrideKind.PIN else this_pair
    return (
        select(Override)
        .where(Override.enrolment_id == form.enrolment_id, Override.lifted_at.is_(None), related)
        .options(*WHOM)
    )


async def _check_whom(db: AsyncSession, cohort_id: UUID, form: OverrideIn) -> None:
    sought: Sequence[tuple[str, type[Enrolment | Mentor], UUID]] = [
        ("enrolment_id", Enrolment, form.enrolment_id),
        ("mentor_id", Mentor, form.mentor_id),
    ]
    for field, kind, its_id in sought:
        there = select(kind.id).where(kind.id == its_id, kind.cohort_id == cohort_id)
        if await db.scalar(there) is None:
            raise Invalid.at(field, "There is nobody with this id in this cohort.")


def said_already(standing: Override) -> str:
    researcher, mentor = standing.enrolment.person.name, standing.mentor.person.name
    found = (
        f"{researcher} is pinned to {mentor}."
        if standing.kind is OverrideKind.PIN
        else f"{researcher} must not have {mentor}."
    )
    return f"{found} Lift that first, or choose to replace it."


async def _whole(db: AsyncSession, override_id: UUID) -> Override:
    whole = select(Override).where(Override.id == override_id).options(*WHOM)
    return (await db.scalars(whole.execution_options(populate_existing=True))).one()
