"""Guides, what they are made of, and the words that profiles choose from."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cohort.db import Base, Id, Instant, Json, Words, one_of


class Guide(Base):
    __tablename__ = "guides"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    description: Mapped[str]
    author: Mapped[str]
    published_on: Mapped[date | None]
    tags: Mapped[Words]
    imported_at: Mapped[Instant]


class Section(Base):
    """A heading of the guide; its slug is its name for as long as the guide lives."""

    __tablename__ = "sections"
    __table_args__ = (UniqueConstraint("guide_id", "slug"),)

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("sections.id"), index=True)
    slug: Mapped[str]
    title: Mapped[str]
    level: Mapped[int]
    position: Mapped[int]
    body: Mapped[str]
    retired_at: Mapped[Instant | None]


class Milestone(Base):
    """A piece of study work tied to one section."""

    __tablename__ = "milestones"
    __table_args__ = (
        UniqueConstraint("guide_id", "slug"),
        CheckConstraint("hours > 0", name="hours"),
    )

    id: Mapped[Id]
    guide_id: Mapped[UUID] = mapped_column(ForeignKey("guides.id"))
    section_id: Mapped[UUID] = mapped_column(ForeignKey("sections.id"), index=True)
    slug: Mapped[str]
    title: Mapped[str]
    task: Mapped[str]
    evidence: Mapped[str]
    hours: Mapped[int]
    skills: Mapped[Words]
    requires: Mapped[Words]
    """Slugs of milestones of the same guide that come first."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]

    section: Mapped[Section] = relationship(lazy="raise")


class TermKind(StrEnum):
    DOMAIN = "domain"
    ROLE = "role"
    CONTEXT = "context"
    SKILL = "skill"


class Term(Base):
    """A word of a taxonomy: profiles and milestones name it by its slug."""

    __tablename__ = "terms"

    kind: Mapped[TermKind] = mapped_column(one_of(TermKind), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    translations: Mapped[Json] = mapped_column(default=dict, server_default="{}")
    """The title in other languages, by their code."""
    description: Mapped[str]
    parent_slug: Mapped[str | None]
    """The domain that this one lies in; domains are a tree, the other kinds are lists."""
    position: Mapped[int]
    retired_at: Mapped[Instant | None]
