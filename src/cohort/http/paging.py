"""Pages of a listing: a cursor in, a cursor out, in an order that does not move."""

import base64
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel, Field
from sqlalchemy import Integer, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cohort.db import Prepared, given
from cohort.errors import Invalid

T = TypeVar("T")
Out = TypeVar("Out", bound=BaseModel)

FIRST_PAGE = 50
ONE_MOMENT = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of a listing is asked for."""

    cursor: str | None = None
    limit: int = FIRST_PAGE


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next: str | None


class PageOut(BaseModel, Generic[Out]):
    """One page of a listing."""

    items: list[Out]
    next: str | None = Field(
        description="Send it as `cursor` to read on; null when this is the last page.",
        examples=["WyIyMDI3LTAzLTAxVDA5OjAwOjAwKzAwOjAwIl0="],
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """`CohortPage`, as the contract calls it."""
        return f"{params[0].__name__.removesuffix('Out')}Page"


async def page_of(
    db: AsyncSession,
    statement: Select[T],
    *,
    by: InstrumentedAttribute[datetime],
    id: InstrumentedAttribute[UUID],  # noqa: A002
    part: Slice,
) -> Page[T]:
    """Read one page, the oldest first; one statement whatever the page."""
    if part.cursor is not None:
        statement = statement.where(tuple_(by, id) > tuple_(*read_cursor(part.cursor)))
    rows = (await db.scalars(statement.order_by(by, id).limit(part.limit + 1))).all()
    items = rows[: part.limit]
    if len(rows) <= part.limit:
        return Page(items, None)
    last: Any = items[-1]
    return Page(items, write_cursor(getattr(last, by.key), getattr(last, id.key)))


async def page_along(
    db: AsyncSession, statement: Select[T], *, by: InstrumentedAttribute[int], part: Slice
) -> Page[T]:
    """Read one page of what has positions of its own; one statement whatever the page."""
    if part.cursor is not None:
        statement = statement.where(by > read_position(part.cursor))
    rows = (await db.scalars(statement.order_by(by).limit(part.limit + 1))).all()
    items = rows[: part.limit]
    if len(rows) <= part.limit:
        return Page(items, None)
    return Page(items, _write(getattr(items[-1], by.key)))


async def page_by_id(
    db: AsyncSession,
    statement: Select[T],
    *,
    id: InstrumentedAttribute[UUID],  # noqa: A002
    part: Slice,
) -> Page[T]:
    """Read one page in the order of ids, for rows that were all made at one moment."""
    if part.cursor is not None:
        statement = statement.where(id > read_cursor(part.cursor)[1])
    rows = (await db.scalars(statement.order_by(id).limit(part.limit + 1))).all()
    items = rows[: part.limit]
    if len(rows) <= part.limit:
        return Page(items, None)
    last: Any = items[-1]
    return Page(items, write_cursor(ONE_MOMENT, getattr(last, id.key)))


class PreparedPages:
    """A listing whose pages are read straight from the driver, in the order of `by` and `id`.

    The statement has columns of these two names. One statement whatever the page.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        *,
        by: InstrumentedAttribute[datetime] | None = None,
        id: InstrumentedAttribute[UUID],  # noqa: A002
    ) -> None:
        order = [id] if by is None else [by, id]
        last: list[Any] = [given(f"last_{one.key}", one.type) for one in order]
        paged = statement.order_by(*order).limit(given("at_most", Integer()))
        self.first = Prepared(paged)
        self.further = Prepared(paged.where(tuple_(*order) > tuple_(*last)))
        self.by, self.id = by.key if by is not None else None, id.key

    async def read(self, db: AsyncSession, part: Slice, **values: Any) -> Page[Record]:
        which, values = self.first, {"at_most": part.limit + 1, **values}
        if part.cursor is not None:
            at, row_id = read_cursor(part.cursor)
            which = self.further
            values |= {f"last_{self.id}": row_id} | ({f"last_{self.by}": at} if self.by else {})
        rows = await which.rows(db, **values)
        items = rows[: part.limit]
        if len(rows) <= part.limit:
            return Page(items, None)
        at = items[-1][self.by] if self.by else ONE_MOMENT
        return Page(items, write_cursor(at, items[-1][self.id]))


def page_within(items: Sequence[T], part: Slice) -> Page[T]:
    """One page of what was worked out whole, in an order that is the same every time."""
    start = 0 if part.cursor is None else read_position(part.cursor)
    end = start + part.limit
    return Page(items[start:end], _write(end) if end < len(items) else None)


def shown(page: Page[T], as_out: Callable[[T], Out]) -> PageOut[Out]:
    return PageOut(items=[as_out(item) for item in page.items], next=page.next)


def listed(page: Page[Record], as_json: Callable[[Record], Any]) -> PageOut[Any]:
    """The same, as what is written into the answer without a check: the contract's tests check it.

    What `as_json` returns has the fields of the contract.
    """
    return cast("PageOut[Any]", {"items": [as_json(one) for one in page.items], "next": page.next})


def write_cursor(at: datetime, row_id: UUID) -> str:
    return _write([at.isoformat(), row_id.hex])


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, row_id = _read(cursor)
        return datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _not_ours() from error


def write_ranked_cursor(rank: float, at: datetime, row_id: UUID) -> str:
    return _write([rank, at.isoformat(), row_id.hex])


def read_ranked_cursor(cursor: str) -> tuple[float, datetime, UUID]:
    """Of a listing in the order of a number first."""
    try:
        rank, at, row_id = _read(cursor)
        if not isinstance(rank, float) or not math.isfinite(rank):
            raise _not_ours()
        return rank, datetime.fromisoformat(at).astimezone(UTC), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _not_ours() from error


def read_position(cursor: str) -> int:
    try:
        position = int(_read(cursor))
    except (ValueError, TypeError, OverflowError) as error:
        raise _not_ours() from error
    if not 0 <= position < 2**31:
        raise _not_ours()
    return position


def _write(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _read(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(cursor.encode()))


def _not_ours() -> Invalid:
    return Invalid.at(
        "cursor", "This is not a cursor that we gave out. Send the `next` of an earlier page."
    )
