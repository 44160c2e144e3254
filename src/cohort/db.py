"""The database: its shape's conventions, its engine, and the unit of work."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, DateTime, Enum, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from cohort.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Words = Annotated[list[str], mapped_column(ARRAY(Text))]

Json = Annotated[dict[str, Any], mapped_column(JSONB)]
JsonList = Annotated[list[Any], mapped_column(JSONB)]


def one_of(choices: type[StrEnum]) -> Enum:
    """A column that holds one of these words, kept so by a CHECK."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=True,
        name=choices.__name__.lower(),
        values_callable=lambda words: [word.value for word in words],
        length=32,
    )


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text}


def create_engine(settings: Settings, *, patience: int = 5) -> AsyncEngine:
    """An engine whose statements give up after `patience` seconds rather than queue for ever."""
    return create_async_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=3,
        pool_recycle=1800,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text goes to the logs; what people typed does not
        connect_args={
            "timeout": 5,
            "server_settings": {
                "application_name": "cohort",
                "statement_timeout": f"{patience}s",
                "lock_timeout": "2s",
                "idle_in_transaction_session_timeout": f"{patience * 3}s",
                "timezone": "UTC",
            },
        },
    )


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)


async def is_at_head(db: AsyncSession, head: str) -> bool:
    found: str | None = await db.scalar(text("SELECT version_num FROM alembic_version"))
    return found == head


@asynccontextmanager
async def unit_of_work(sessions: Sessions) -> AsyncGenerator[AsyncSession]:
    """What happens inside is kept together, or not at all."""
    async with sessions() as db, db.begin():
        yield db
