"""The database: its shape's conventions, its engine, the unit of work, and prepared reads."""

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from asyncpg import IntegrityConstraintViolationError, InterfaceError, PostgresError, Record
from pydantic_core import from_json
from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnClause,
    DateTime,
    Enum,
    MetaData,
    TableValuedAlias,
    Text,
    bindparam,
    column,
    event,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, asyncpg
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.sql.selectable import ReturnsRows
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import await_only

from cohort.settings import Settings

Sessions = async_sessionmaker[AsyncSession]

_ids: ContextVar[Callable[[], UUID]] = ContextVar("ids", default=uuid4)


def new_id() -> UUID:
    return _ids.get()()


@contextmanager
def ids_from(draw: Callable[[], UUID]) -> Iterator[None]:
    """Let rows have ids that are drawn here, so that a simulation can be repeated."""
    token = _ids.set(draw)
    try:
        yield
    finally:
        _ids.reset(token)


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Words = Annotated[list[str], mapped_column(ARRAY(Text))]

Json = Annotated[dict[str, Any], mapped_column(JSONB)]
JsonList = Annotated[list[Any], mapped_column(JSONB)]


def one_of(choices: type[StrEnum], name: str = "") -> Enum:
    """A column that holds one of these words, kept so by a CHECK; named, where there are two."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=True,
        name=name or choices.__name__.lower(),
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


PREPARED = 500
"""Statements that each connection keeps prepared. A worker uses some four hundred: with the
driver's default of 100 a fifth of what it sent was parsed and planned anew."""


def create_engine(settings: Settings, *, patience: int = 5) -> AsyncEngine:
    """An engine whose statements give up after `patience` seconds rather than queue for ever."""
    engine = create_async_engine(
        settings.database_url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=3,
        pool_recycle=1800,
        json_deserializer=from_json,
        hide_parameters=True,  # an error's text goes to the logs; what people typed does not
        connect_args={
            "timeout": 5,
            "prepared_statement_cache_size": PREPARED,
            "server_settings": {
                "application_name": "cohort",
                "statement_timeout": f"{patience}s",
                "lock_timeout": "2s",
                "idle_in_transaction_session_timeout": f"{patience * 3}s",
                "timezone": "UTC",
                # To compile a plan takes longer than any statement of ours; PostgreSQL would do
                # it for what it believes to be costly.
                "jit": "off",
                # Many requests share the processors. A second process for one of them saves it a
                # few milliseconds and costs all the others more than that, to start it and to
                # plan worse: it reads whole tables where an index finds the rows of one cohort.
                "max_parallel_workers_per_gather": "0",
            },
        },
    )
    engine.dialect.statement_compiler = _StatesAtExecution
    event.listen(engine.sync_engine, "checkout", replace_if_closed)
    return engine


def replace_if_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool replace a connection whose server has gone, before it is used.

    The driver has seen the socket close, so no request has to pay a round trip for a ping.
    """
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)


def create_readers(engine: AsyncEngine) -> Sessions:
    """Sessions with no BEGIN or COMMIT: each statement is a transaction by itself.

    For what only reads, and sees what is committed, or writes in one single statement that is kept
    whatever comes after it. Nothing is flushed by itself: an object that was changed is not stored.
    """
    reading = engine.execution_options(isolation_level="AUTOCOMMIT")
    return async_sessionmaker(reading, expire_on_commit=False, autoflush=False)


async def is_at_head(db: AsyncSession, head: str) -> bool:
    found: str | None = await db.scalar(text("SELECT version_num FROM alembic_version"))
    return found == head


@asynccontextmanager
async def unit_of_work(sessions: Sessions) -> AsyncGenerator[AsyncSession]:
    """What happens inside is kept together, or not at all."""
    async with sessions() as db, db.begin():
        yield db


def given(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """A value that comes with each use of a prepared statement."""
    return bindparam(name, None, type_=kind)


NOW = given("now", DateTime(timezone=True))
"""The moment of each use."""


def rows_given(columns: Iterable[ColumnClause[Any]]) -> TableValuedAlias:
    """Any number of new rows that come with each use: of each column a list, by its name.

    The column `place` counts them from 1.
    """
    columns = list(columns)
    lists = (given(one.name, ARRAY(one.type)) for one in columns)
    named = (column(one.name, one.type) for one in columns)
    return func.unnest(*lists).table_valued(*named, with_ordinality="place").render_derived("new")


class Prepared:
    """A statement that is compiled once and whose rows come from the driver as they are.

    SQLAlchemy takes 0.15 to 0.25 ms of a processor for each statement, the driver 0.04; what a
    request reads only to pass on is read this way (benchmarks/bench_api.py). Values are named by
    `given`; a value that is the same each time may stand in the statement. A state does so as a
    constant: PostgreSQL sees that a partial index has it, and need not plan for each use anew.
    Columns come as the driver gives them: a word of a list as text.
    """

    def __init__(self, statement: ReturnsRows) -> None:
        compiled: Any = statement.compile(
            dialect=_DIALECT, compile_kwargs={"render_postcompile": True}
        )
        self.text = str(compiled)
        self._defaults = [(name, compiled.params[name]) for name in compiled.positiontup]

    async def rows(self, db: AsyncSession, **values: Any) -> list[Record]:
        driver = await _driver_of(db)
        try:
            return await self._fetch(driver, values)
        except DBAPIError as error:
            if driver.is_closed():
                await (await db.connection()).invalidate(error)
            raise

    async def _fetch(self, driver: Any, values: Mapping[str, Any]) -> list[Record]:
        arguments = [values.get(name, default) for name, default in self._defaults]
        try:
            found: list[Record] = await driver.fetch(self.text, *arguments)
        except (PostgresError, InterfaceError, OSError) as error:
            broken = isinstance(error, IntegrityConstraintViolationError)
            kind = IntegrityError if broken else DBAPIError
            raise kind(self.text, None, error, hide_parameters=True) from error
        return found

    async def rows_alone(self, engine: AsyncEngine, **values: Any) -> list[Record]:
        """In a transaction of its own. A session around it costs twice the statement."""
        connection = await engine.raw_connection()
        try:
            return await self._fetch(connection.driver_connection, values)
        finally:
            connection.close()

    async def row(self, db: AsyncSession, **values: Any) -> Record | None:
        """The only row, or none."""
        found = await self.rows(db, **values)
        return found[0] if found else None


class PreparedWrite(Prepared):
    """A prepared statement that writes or locks, in a transaction that lasts beyond it.

    SQLAlchemy begins the transaction with the first statement that it sends itself.
    """

    async def rows(self, db: AsyncSession, **values: Any) -> list[Record]:
        if not (await _driver_of(db)).is_in_transaction():
            await db.execute(_BEGIN)
        return await super().rows(db, **values)

    def rows_at_commit(self, session: Session, **values: Any) -> list[Record]:
        """For those who write when a transaction is about to commit."""
        driver = _ask_for_driver(session)
        if not driver.is_in_transaction():
            session.execute(_BEGIN)
        try:
            return await_only(self._fetch(driver, values))
        except DBAPIError as error:
            if driver.is_closed():
                session.connection().invalidate(error)
            raise


_BEGIN = text("SELECT 1")
_DRIVER = "driver"


async def _driver_of(db: AsyncSession) -> Any:
    """The driver's connection of the transaction that the session is in.

    To ask the session for it costs as much as a short statement, so it is asked once.
    """
    begun, driver = db.info.get(_DRIVER, (None, None))
    if begun is None or begun is not db.sync_session.get_transaction() or driver.is_closed():
        driver = await db.run_sync(_ask_for_driver)
        db.info[_DRIVER] = db.sync_session.get_transaction(), driver
    return driver


def _ask_for_driver(session: Session) -> Any:
    return session.connection().connection.driver_connection


class _StatesAtExecution(asyncpg.PGCompiler_asyncpg):
    """Writes states (`state = 'submitted'`) into what is read as constants.

    With a state as a value, the plan that PostgreSQL keeps after some uses cannot have an index of
    the rows in that state: among a million plan items, figures took 119 ms by it instead of 9.
    """

    def visit_bindparam(self, bindparam: BindParameter[Any], *given: Any, **how: Any) -> Any:
        if isinstance(bindparam.type, Enum) and not self.isinsert | self.isupdate | self.isdelete:
            how["literal_execute"] = True
        return super().visit_bindparam(bindparam, *given, **how)  # type: ignore[no-untyped-call]


class _StatesInPlace(asyncpg.PGCompiler_asyncpg):
    """The same, of a statement that is compiled once."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *given: Any, **how: Any) -> Any:
        if bindparam.value is not None and isinstance(bindparam.type, Enum):
            how["literal_binds"] = True
        return super().visit_bindparam(bindparam, *given, **how)  # type: ignore[no-untyped-call]


_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_DIALECT.statement_compiler = _StatesInPlace
