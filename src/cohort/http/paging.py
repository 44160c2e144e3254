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
from sqlalchemy import ColumnElement, Integer, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cohort.db import Prepared, given
from cohort.errors import Invalid

T = TypeVar("T")
Out = TypeVar("Out", bound=BaseModel)

FIRST_PAGE = 50
SORT_KEY, ROW_ID = "sort_key", "row_id"
"""The columns of a listing's rows that hold its place in the order; `told` takes them out."""


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
    sort: str = "",
) -> Page[T]:
    """Read one page, the oldest first; one statement whatever the page.

    `sort` is the name of the order, as in `PreparedPages`: with `-` in front, the newest first.
    """
    downwards = sort.startswith("-")
    if part.cursor is not None:
        here, last_row = tuple_(by, id), tuple_(*_read_keyset(part.cursor, sort, datetime))
        statement = statement.where(here < last_row if downwards else here > last_row)
    order = (by.desc(), id.desc()) if downwards else (by, id)
    rows = (await db.scalars(statement.order_by(*order).limit(part.limit + 1))).all()
    items = rows[: part.limit]
    if len(rows) <= part.limit:
        return Page(items, None)
    last: Any = items[-1]
    return Page(items, write_keyset(sort, getattr(last, by.key), getattr(last, id.key)))


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
        statement = statement.where(id > _read_keyset(part.cursor, "", None)[1])
    rows = (await db.scalars(statement.order_by(id).limit(part.limit + 1))).all()
    items = rows[: part.limit]
    if len(rows) <= part.limit:
        return Page(items, None)
    last: Any = items[-1]
    return Page(items, write_keyset("", None, getattr(last, id.key)))


class PreparedPages:
    """A listing whose pages are read straight from the driver, in the order of `by` and `id`.

    `by` is never null; without it the order is that of the ids alone. `sort` is the name of the
    order, which a cursor carries: a cursor of one order is refused in another. One statement
    whatever the page.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]],
        *,
        by: ColumnElement[Any] | InstrumentedAttribute[datetime] | None = None,
        id: InstrumentedAttribute[UUID],  # noqa: A002
        sort: str = "",
    ) -> None:
        order: list[Any] = [id] if by is None else [by, id]
        last = [given("last_id", id.type)]
        statement = statement.add_columns(id.label(ROW_ID))
        if by is not None:
            statement = statement.add_columns(by.label(SORT_KEY))
            last.insert(0, given("last_key", by.type))
        downwards = sort.startswith("-")
        paged = statement.order_by(*(one.desc() if downwards else one for one in order))
        paged = paged.limit(given("at_most", Integer()))
        here, there = tuple_(*order), tuple_(*last)
        self.first = Prepared(paged)
        self.further = Prepared(paged.where(here < there if downwards else here > there))
        self.kind: type | None = by.type.python_type if by is not None else None
        self.sort = sort

    async def read(self, db: AsyncSession, part: Slice, **values: Any) -> Page[Record]:
        which, values = self.first, {"at_most": part.limit + 1, **values}
        if part.cursor is not None:
            which = self.further
            last_key, last_id = _read_keyset(part.cursor, self.sort, self.kind)
            values |= {"last_key": last_key, "last_id": last_id}
        rows = await which.rows(db, **values)
        items = rows[: part.limit]
        if len(rows) <= part.limit:
            return Page(items, None)
        last = items[-1]
        return Page(items, write_keyset(self.sort, last.get(SORT_KEY), last[ROW_ID]))


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


def told(row: Record) -> dict[str, Any]:
    """A row of prepared pages without its place in the order."""
    its = dict(row)
    its.pop(ROW_ID, None)
    its.pop(SORT_KEY, None)
    return its


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


def write_keyset(sort: str, key: Any, row_id: UUID) -> str:
    told = key.isoformat() if isinstance(key, datetime) else key
    return _write([sort, told, row_id.hex])


def _read_keyset(cursor: str, sort: str, kind: type | None) -> tuple[Any, UUID]:
    """The value and the id of the row after which to read on."""
    try:
        written_for, key, row_id = _read(cursor)
        if written_for == sort:
            return _as_key(key, kind), UUID(row_id)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise _not_ours() from error
    raise Invalid.at(
        "cursor", "This cursor is of another order. Begin again without it, or keep `sort`."
    )


def _as_key(key: Any, kind: type | None) -> Any:
    """Nothing that PostgreSQL would not take as a value of this kind."""
    if kind is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(key).astimezone(UTC)
    if kind is str and "\0" not in key.encode().decode():  # half a character raises
        return key
    if kind is float and isinstance(key, float) and math.isfinite(key):
        return key
    if kind is int and type(key) is int and abs(key) < 2**31:
        return key
    raise _not_ours()


def read_position(cursor: str) -> int:
    try:
        position = int(_read(cursor))
    except (ValueError, TypeError, OverflowError) as error:
        raise _not_ours() from error
    if not 0 <= position < 2**31:
        raise _not_ours()
    return position


def _write(place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, ensure_ascii=False).encode()).decode()


def _read(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(cursor.encode()))


def _not_ours() -> Invalid:
    return Invalid.at(
        "cursor", "This is not a cursor that we gave out. Send the `next` of an earlier page."
    )
