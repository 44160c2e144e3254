"""Cohorts, who runs them, and who studies in them."""

from datetime import date, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, Json, JsonList, Words, one_of
from cohort.guides.models import Guide, TermKind
from cohort.people.models import Person


class CohortState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    COMPLETED = "completed"
    ARCHIVED = "archived"


class Admission(StrEnum):
    """How a seat is given: to whoever enrols first, or by application."""

    FIRST_COME = "first_come"
    APPLICATION = "application"


class Publishing(StrEnum):
    """Who publishes the week's round: an organiser, or the platform once it is solved."""

    BY_HAND = "by_hand"
    AUTOMATIC = "automatic"
    UNLESS_WARNED = "unless_warned"


class Cohort(Base):
    __tablename__ = "cohorts"
    __table_args__ = (
        CheckConstraint("seats BETWEEN 1 AND 100000", name="seats"),
        CheckConstraint("taken BETWEEN 0 AND seats", name="taken"),
        CheckConstraint("ends_on > starts_on", name="dates"),
        CheckConstraint("matching_day BETWEEN 0 AND 6", name="matching_day"),
        CheckConstraint("admission = 'first_come' OR apply_by IS NOT NULL", name="apply_by"),
        CheckConstraint("reviews_needed BETWEEN 1 AND 5", name="reviews_needed"),
        CheckConstraint("check_in_after_days BETWEEN 3 AND 90", name="check_in_after_days"),
        CheckConstraint("check_in_every_days BETWEEN 7 AND 180", name="check_in_every_days"),
        CheckConstraint("quiet_after_days BETWEEN 7 AND 180", name="quiet_after_days"),
        CheckConstraint("days_to_review BETWEEN 1 AND 60", name="days_to_review"),
        CheckConstraint("days_to_answer BETWEEN 2 AND 60", name="days_to_answer"),
        CheckConstraint(
            "days_to_reminder BETWEEN 1 AND days_to_answer - 1", name="days_to_reminder"
        ),
    )

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str]
    seats: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    """Seats in use: by active enrolments, and kept for open invitations."""
    admission: Mapped[Admission] = mapped_column(
        one_of(Admission), default=Admission.FIRST_COME, server_default=Admission.FIRST_COME
    )
    apply_by: Mapped[date | None]
    """The last day for applications, to its end in the cohort's time zone."""
    reviews_needed: Mapped[int] = mapped_column(default=2, server_default="2")
    """How many organisers score an application before they see each other's scores."""
    allowed_origins: Mapped[Words] = mapped_column(default=list, server_default="{}")
    """The sites whose pages may send the cohort's forms, such as https://www.example.org."""
    check_in_after_days: Mapped[int] = mapped_column(default=14, server_default="14")
    """How long after its beginning the two of a mentorship are first asked how it goes."""
    check_in_every_days: Mapped[int] = mapped_column(default=30, server_default="30")
    quiet_after_days: Mapped[int] = mapped_column(default=28, server_default="28")
    """With no meeting for so long, a mentorship needs a look."""
    days_to_review: Mapped[int] = mapped_column(default=5, server_default="5")
    """How soon the organisers promise a review of what is handed in."""
    state: Mapped[CohortState] = mapped_column(one_of(CohortState), default=CohortState.DRAFT)
    matching_day: Mapped[int] = mapped_column(default=0)
    """0 is Monday; in the cohort's time zone."""
    matching_time: Mapped[time] = mapped_column(default=time(6))
    days_to_answer: Mapped[int] = mapped_column(default=7, server_default="7")
    """How long a proposal is open, in days of the cohort's time zone."""
    days_to_reminder: Mapped[int] = mapped_column(default=3, server_default="3")
    next_best: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether whoever waits after a proposal came to nothing is offered another mentor at once."""
    publishing: Mapped[Publishing] = mapped_column(
        one_of(Publishing), default=Publishing.BY_HAND, server_default=Publishing.BY_HAND
    )
    running_since: Mapped[Instant | None]
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    guide: Mapped[Guide] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Organiser(Base):
    __tablename__ = "organisers"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    since: Mapped[Instant]

    person: Mapped[Person] = relationship(lazy="raise")


class OrganiserInvitation(Base):
    """Somebody whom an organiser asked to run the cohort too; it waits for the mailed link."""

    __tablename__ = "organiser_invitations"
    __table_args__ = (UniqueConstraint("cohort_id", "email"),)

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    email: Mapped[str]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]

    cohort: Mapped[Cohort] = relationship(lazy="raise")
    inviter: Mapped[Person] = relationship(lazy="raise")


class OwnTerm(Base):
    """A word outside the taxonomy, of one cohort's people; its slug comes from the word alone."""

    __tablename__ = "own_terms"

    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    kind: Mapped[TermKind] = mapped_column(one_of(TermKind), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]


class Stage(StrEnum):
    """Where in research someone is, or came from."""

    PHD = "phd"
    POSTDOC = "postdoc"
    RESEARCHER = "researcher"


class EnrolmentState(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class MentorSees(StrEnum):
    """What a mentor reads of the plan of her mentee; what was handed in she reads always."""

    MILESTONES = "milestones"
    COUNTS = "counts"
    NOTHING = "nothing"


class Enrolment(Base):
    """A researcher in a cohort: a seat, and the profile that the matching reads."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        # With what figures ask of each, so that they need not read the profiles of all cohorts.
        Index(
            "ix_enrolments_cohort_id_created_at_id",
            "cohort_id",
            "created_at",
            "id",
            postgresql_include=("state", "person_id"),
        ),
    )

    id: Mapped[Id]
    cohort_id: Mapped[UUID] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(
        one_of(EnrolmentState), default=EnrolmentState.ACTIVE
    )
    about: Mapped[str]
    stage: Mapped[Stage] = mapped_column(one_of(Stage))
    domains: Mapped[Words]
    role_goals: Mapped[Words]
    """Ranked, the dearest first."""
    contexts: Mapped[Words]
    languages: Mapped[Words]
    time_zone: Mapped[str]
    weekly_hours: Mapped[JsonList]
    organisations: Mapped[Words]
    advisers: Mapped[Words]
    matters: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """1 for a factor of the score that counts more to her, -1 for less, by name."""
    is_listed: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the mentors of the cohort may find her, by her own word."""
    mentor_sees: Mapped[MentorSees] = mapped_column(
        one_of(MentorSees), default=MentorSees.MILESTONES, server_default=MentorSees.MILESTONES
    )
    paused_until: Mapped[date | None]
    """Nobody is proposed to her before this day of the cohort's time zone; then, since when she is
    back."""
    created_at: Mapped[Instant]
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise")
    cohort: Mapped[Cohort] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def is_confirmed(self) -> bool:
        """Whether she is here by her own word; with the person loaded."""
        return not self.person.is_placeholder
