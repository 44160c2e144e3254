"""How made-up people come to be: a guide to study, and accounts opened as their owners would."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.importing import import_assessment
from cohort.demo.cast import CastMember
from cohort.guides import importing
from cohort.guides.models import Guide
from cohort.mentors import confirming
from cohort.mentors.models import Mentor, UnconfirmedMentor
from cohort.mentors.schemas import MentorIn
from cohort.people import service as people
from cohort.people.links import new_link
from cohort.people.models import LinkPurpose, Person
from cohort.people.schemas import JoinIn, NewPasswordIn
from cohort.quizzes.importing import import_quizzes

SEEDS = ("taxonomy.toml", "guide.md", "milestones.toml", "quizzes.toml", "assessment.toml")
PASSWORD = "four calm herons wading"  # noqa: S105  of made-up people, in development only


async def bring_guide(db: AsyncSession, seed: Path, *, now: datetime) -> Guide:
    """The curriculum that ships with cohort, and the words that profiles choose from."""
    taxonomy, guide, milestones, quizzes, assessment = (_read(seed / name) for name in SEEDS)
    await importing.import_taxonomy(db, taxonomy.decode(), now=now)
    imported = await importing.import_guide(db, guide, now=now)
    await importing.import_milestones(db, imported.guide, milestones.decode(), now=now)
    await import_quizzes(db, imported.guide, quizzes.decode(), now=now)
    await import_assessment(db, imported.guide, assessment.decode(), now=now)
    return imported.guide


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def become_mentor(
    db: AsyncSession,
    cohort_id: UUID,
    who: CastMember,
    profile: Mapping[str, Any],
    *,
    now: datetime,
) -> tuple[Person, Mentor]:
    """Send the public form, open the link in the mail, and choose a password."""
    known = {"name": who.name, "email": who.email, "consent": True}
    form = MentorIn.model_validate({**profile, **known})
    await confirming.ask_to_confirm(db, cohort_id, form, now=now)
    sent = select(UnconfirmedMentor).where(UnconfirmedMentor.email == who.email)
    token = confirming.new_confirmation((await db.scalars(sent)).one())
    await db.flush()
    first = await confirming.confirm(db, token, now=now)
    if first is None:
        raise RuntimeError(f"{who.email} has signed up before.")
    chosen = NewPasswordIn(token=first, password=SecretStr(PASSWORD))
    person, _ = await people.set_password(db, chosen, now=now)
    own = select(Mentor).where(Mentor.person_id == person.id)
    return person, (await db.scalars(own)).one()


async def join(db: AsyncSession, account: CastMember, *, now: datetime) -> Person:
    """Open the link in the mail."""
    token = await new_link(db, account.email, LinkPurpose.JOIN, now=now)
    form = JoinIn(token=token, name=account.name, password=SecretStr(PASSWORD))
    return await people.join(db, form, now=now)
