"""Bringing the people of a spreadsheet into a cohort: looked at first, then all or none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, OwnTerm
from cohort.errors import FieldError, Invalid
from cohort.exchange import asking
from cohort.exchange.models import ImportedPerson
from cohort.exchange.own_answers import asked_here
from cohort.exchange.people_of import MOST_FAULTS, PersonInFile, people_of
from cohort.exchange.planning import ANSWERS, ImportPlan, plan_import
from cohort.exchange.schemas import ImportIn, Side
from cohort.guides.models import Term, TermKind
from cohort.jobs.outbox import enqueue_each
from cohort.matching.overrides import service as overrides
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.people import audit
from cohort.people import service as people
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.questions import answering
from cohort.questions.models import AnswerOf
from cohort.sheets.roster import Vocabulary

ANSWER_WITHIN = timedelta(days=30)


async def import_people(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: ImportIn, *, now: datetime
) -> ImportPlan:
    """A second time, everybody is there already and nothing happens.

    Whoever is new is a placeholder in the cohort: with a seat or as a mentor, and matched like the
    others, but with no account and no consent of her own until she confirms by the mailed link.
    """
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    asked = await asked_here(db, cohort_id, lock=not form.dry_run)
    found = await to_thread.run_sync(people_of, form, await _vocabulary(db), asked)
    if form.dry_run:
        plan = await plan_import(db, cohort, found)
        return replace(plan, last_mail_at=await _last_mail_at(db, cohort_id, plan, now=now))
    if not form.agreed:
        raise Invalid.at("agreed", "Say that these people agreed to take part: they are asked.")
    # Of two imports at once, the second sees what the first did.
    await db.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update())
    await db.refresh(cohort)
    plan = await plan_import(db, cohort, found)
    plan = replace(plan, last_mail_at=await _last_mail_at(db, cohort_id, plan, now=now))
    _refuse_faults(plan.of("refused"))
    await _add_terms(db, cohort_id, plan)
    ids = await _add(db, actor, cohort, plan.of("new"), now=now)
    _change(plan)
    await answering.keep_each(db, cohort_id, _answered(plan, ids), now=now)
    await _veto_past_pairs(db, actor, cohort_id, plan, now=now)
    await _ask_again(db, cohort_id, now=now)
    counts = {outcome: plan.counts[outcome] for outcome in ("new", "changed")}
    if any(counts.values()):
        audit.record(
            db,
            actor,
            "cohort.import",
            cohort_id,
            now=now,
            cohort_id=cohort_id,
            agreed=True,
            **counts,
        )
    return plan


async def _last_mail_at(
    db: AsyncSession, cohort_id: UUID, plan: ImportPlan, *, now: datetime
) -> datetime | None:
    """When the last of the new people is written to; None where all are at once."""
    new = {one.email for one in plan.of("new")}
    last = max(await asking.times(db, cohort_id, len(new), now=now), default=now)
    return last if last > now else None


def _refuse_faults(refused: Sequence[PersonInFile]) -> None:
    if refused:
        errors = [FieldError("content", one.reason) for one in refused[:MOST_FAULTS]]
        rows = "one row needs" if len(refused) == 1 else f"{len(refused):,} rows need"
        raise Invalid(f"Nobody was imported: {rows} mending in the file.", errors=errors)


async def _add(
    db: AsyncSession, actor: Person, cohort: Cohort, new: Sequence[PersonInFile], *, now: datetime
) -> Mapping[str, UUID]:
    """One placeholder for each address, whether there is an account or not: nobody can tell."""
    if not new:
        return {}
    ids = await people.add_placeholders(db, {one.email: one.name for one in new}, now=now)
    profiles: dict[Side, list[dict[str, Any]]] = {"researcher": [], "mentor": []}
    for one in new:
        row = {**one.profile(cohort.time_zone), "person_id": ids[one.email]}
        profiles[one.side].append(row)
    await enrolments.give_seats(db, cohort, profiles["researcher"], now=now)
    await mentors.add_approved(db, actor, cohort.id, profiles["mentor"], now=now)
    row = {"cohort_id": cohort.id, "imported_by": actor.id, "imported_at": now}
    goes_at = await asking.times(db, cohort.id, len(ids), now=now)
    rows = [
        {**row, "person_id": its, "asked_at": at, "expires_at": at + ANSWER_WITHIN}
        for its, at in zip(ids.values(), goes_at, strict=True)
    ]
    await db.execute(insert(ImportedPerson), rows)
    await _ask(db, cohort.id, zip(ids.values(), goes_at, strict=True), now=now)
    return ids


async def _ask(
    db: AsyncSession,
    cohort_id: UUID,
    whom: Iterable[tuple[UUID, datetime]],
    *,
    now: datetime,
) -> None:
    each = [
        {"cohort_id": cohort_id, "person_id": person_id, "after": at - now}
        for person_id, at in whom
    ]
    await enqueue_each(db, "exchange.ask_to_confirm", each, now=now)


async def _add_terms(db: AsyncSession, cohort_id: UUID, plan: ImportPlan) -> None:
    rows = [
        {"cohort_id": cohort_id, "kind": one.kind, "slug": one.slug, "title": one.title}
        for one in plan.found.own_terms
        if one.becomes == one.slug
    ]
    if rows:
        await db.execute(insert(OwnTerm).on_conflict_do_nothing(), rows)


def _change(plan: ImportPlan) -> None:
    for row in plan.rows:
        if row.its is not None and row.fields:
            row.its.person.name = row.person.name
            for field in {*row.fields} & row.person.said.keys():
                setattr(row.its, field, row.person.said[field])


def _answered(plan: ImportPlan, ids: Mapping[str, UUID]) -> Iterator[answering.Answered]:
    """Each answer that is new: whose, as which side, to which question."""
    for row in plan.rows:
        one = row.person
        if row.outcome == "new" and one.side != "pair":
            whose, names = ids[one.email], [*one.answers]
        elif row.outcome == "changed" and row.its is not None:
            whose = row.its.person_id
            names = [name for name in one.answers if f"{ANSWERS}{name}" in row.fields]
        else:
            continue
        for name in names:
            yield whose, AnswerOf(one.side), name, one.answers[name]


async def _veto_past_pairs(
    db: AsyncSession, actor: Person, cohort_id: UUID, plan: ImportPlan, *, now: datetime
) -> None:
    """Whoever was a pair before is not paired again, until an organiser lifts it."""
    new = [(row.two, row.person.said["reason"]) for row in plan.rows if row.two]
    if not new:
        return
    enrolment_ids = await _ids_by_email(db, Enrolment, cohort_id)
    mentor_ids = await _ids_by_email(db, Mentor, cohort_id)
    pairs = [(enrolment_ids[one], mentor_ids[other], reason) for (one, other), reason in new]
    await overrides.veto_each(db, actor, cohort_id, pairs, now=now)


async def _ids_by_email(
    db: AsyncSession, kind: type[Enrolment | Mentor], cohort_id: UUID
) -> dict[str, UUID]:
    """Of somebody with an account and a placeholder, what is the account's."""
    of_cohort = select(Person.email, kind.id).join(kind.person).where(kind.cohort_id == cohort_id)
    rows = await db.execute(of_cohort.order_by(Person.is_placeholder.desc()))
    return {row.email: row.id for row in rows}


async def _ask_again(db: AsyncSession, cohort_id: UUID, *, now: datetime) -> None:
    """Whoever has not answered while the link worked gets a new one."""
    late = select(ImportedPerson).where(
        ImportedPerson.cohort_id == cohort_id, ImportedPerson.expires_at <= now
    )
    silent = (await db.scalars(late)).all()
    goes_at = await asking.times(db, cohort_id, len(silent), now=now)
    for one, at in zip(silent, goes_at, strict=True):
        one.asked_at, one.expires_at = at, at + ANSWER_WITHIN
    whom = zip((one.person_id for one in silent), goes_at, strict=True)
    await _ask(db, cohort_id, whom, now=now)


async def _vocabulary(db: AsyncSession) -> Vocabulary:
    terms = (await db.scalars(select(Term).where(Term.retired_at.is_(None)))).all()
    titles: dict[TermKind, dict[str, str]] = {kind: {} for kind in TermKind}
    for term in terms:
        titles[term.kind][term.slug] = term.title
    return Vocabulary(
        domains=titles[TermKind.DOMAIN],
        roles=titles[TermKind.ROLE],
        contexts=titles[TermKind.CONTEXT],
        skills=titles[TermKind.SKILL],
        languages=LANGUAGES,
    )
