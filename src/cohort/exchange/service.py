"""Bringing the people of a spreadsheet into a cohort: looked at first, then all or none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts import enrolments
from cohort.cohorts import service as cohorts
from cohort.cohorts.models import Cohort, Enrolment, EnrolmentState
from cohort.cohorts.policy import JOINABLE
from cohort.exchange.people_of import PeopleFound, PersonInFile, people_of
from cohort.exchange.schemas import ImportIn, Outcome
from cohort.guides.models import Term, TermKind
from cohort.jobs.outbox import enqueue_each
from cohort.mentors import service as mentors
from cohort.mentors.models import Mentor
from cohort.people import audit
from cohort.people import service as people
from cohort.people.models import Person
from cohort.profiles.languages import LANGUAGES
from cohort.sheets.roster import Vocabulary


@dataclass(frozen=True)
class ImportPlan:
    """What becomes of each row; the preview shows it, the import carries it out."""

    found: PeopleFound
    rows: Sequence[tuple[PersonInFile, Outcome]]
    hindrances: Sequence[str] = ()
    """Why it could not be carried out as things are."""

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(outcome for _, outcome in self.rows)


async def import_people(
    db: AsyncSession, actor: Person, cohort_id: UUID, form: ImportIn, *, now: datetime
) -> ImportPlan:
    """A second time, everybody is there already and nothing happens."""
    cohort = await cohorts.require_organiser(db, actor, cohort_id)
    words = await _vocabulary(db)
    found = await to_thread.run_sync(people_of, form, words, cohort.time_zone)
    rows = await _outcomes(db, cohort_id, found.people)
    plan = ImportPlan(found, rows, list(_hindrances(cohort, rows)))
    if form.dry_run:
        return plan
    new = [one for one, outcome in plan.rows if outcome == "new"]
    if not new:
        return plan
    accounts = await people.open_accounts(db, {one.email: one.name for one in new}, now=now)
    profiles = [(one.side, {**one.profile, "person_id": accounts[one.email].id}) for one in new]
    studying = [profile for side, profile in profiles if side == "researcher"]
    mentoring = [profile for side, profile in profiles if side == "mentor"]
    await enrolments.give_seats(db, cohort, studying, now=now)
    await mentors.add_approved(db, actor, cohort_id, mentoring, now=now)
    counts = {"researchers": len(studying), "mentors": len(mentoring)}
    audit.record(db, actor, "cohort.import", cohort_id, now=now, cohort_id=cohort_id, **counts)
    each = [
        {"cohort_id": cohort_id, "person_id": accounts[email].id, "to_cohort_id": cohort_id}
        for email in dict.fromkeys(one.email for one in new)
    ]
    await enqueue_each(db, "exchange.invite", each, now=now)
    return plan


def _hindrances(cohort: Cohort, rows: Sequence[tuple[PersonInFile, Outcome]]) -> Iterator[str]:
    """As the import itself would refuse, so that a dry run does not promise too much."""
    seated = sum(one.side == "researcher" and outcome == "new" for one, outcome in rows)
    if seated and cohort.state not in JOINABLE:
        yield f"This cohort is {cohort.state}. Researchers come in while it is open or runs."
    elif seated > cohort.seats - cohort.taken:
        yield (
            f"{seated:,} new researchers need more than the {cohort.seats - cohort.taken:,} free "
            "seats. Give the cohort more seats."
        )


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


async def _outcomes(
    db: AsyncSession, cohort_id: UUID, found: Sequence[PersonInFile]
) -> list[tuple[PersonInFile, Outcome]]:
    """Two statements, however many rows there are."""
    studying = (
        select(Person.email, Enrolment.state)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id)
    )
    mentoring = (
        select(Person.email)
        .join(Mentor, Mentor.person_id == Person.id)
        .where(Mentor.cohort_id == cohort_id)
    )
    seats: dict[str, EnrolmentState] = dict((await db.execute(studying)).all())
    known_mentors = set(await db.scalars(mentoring))

    def outcome(one: PersonInFile) -> Outcome:
        if one.side == "mentor":
            return "there_already" if one.email in known_mentors else "new"
        state = seats.get(one.email)
        if state is None:
            return "new"
        return "there_already" if state is EnrolmentState.ACTIVE else "left_before"

    return [(one, outcome(one)) for one in found]
