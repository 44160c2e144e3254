"""Listings that a request searches, filters and orders, in the same words everywhere.

`q` is a part of a name, `sort` the name of an order, downwards with `-` in front; every other word
is a filter of its list. A filter that is not sent leaves everything in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from asyncpg import Record
from litestar import Request
from litestar.params import QueryParameter
from sqlalchemy import ColumnElement, Select, Text, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from cohort.db import given
from cohort.errors import Invalid
from cohort.http.paging import Page, PreparedPages, Slice

PREPARED = 200
"""Combinations of filters and order that a listing keeps prepared."""
A_MOMENT = "2027-03-01T09:00:00Z"
PartOfName = Annotated[
    str | None,
    QueryParameter(name="q", max_length=100, description="Only those with this in their name."),
]
InEitherName = Annotated[
    str | None,
    QueryParameter(
        name="q",
        max_length=100,
        description="Only those with this in the researcher's or the mentor's name.",
    ),
]


async def refuse_null(request: Request[Any, Any, Any]) -> None:
    """`?state=null` would be read as no filter, and answer everything; `q=null` seeks a name."""
    if b"null" not in request.scope["query_string"].lower():
        return
    for name, value in request.query_params.multi_items():
        if value.lower() == "null" and name != "q":
            raise Invalid.at(name, "There is no null here. Leave it out to see everything.")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a request wants of a listing: an order, and filters by name; None is no filter."""

    sort: str = "created_at"
    filters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def used(self) -> dict[str, Any]:
        return {name: value for name, value in self.filters.items() if value is not None}

    @property
    def column(self) -> str:
        """What the order is by, whichever way."""
        return self.sort.removeprefix("-")

    def chosen(
        self, conditions: Mapping[str, Callable[[Any], ColumnElement[bool]]]
    ) -> list[ColumnElement[bool]]:
        """The conditions of the filters that are used, each from its value."""
        return [conditions[name](value) for name, value in self.used.items()]


def pattern(typed: str | None, name: str = "q") -> str | None:
    """What LIKE finds names by that have this in them; None finds everyone. `name` sent it."""
    sought = (typed or "").strip()
    if not sought.isprintable():
        raise Invalid.at(name, "Search for letters and digits, with no control characters.")
    for special in "\\%_":
        sought = sought.replace(special, f"\\{special}")
    return f"%{sought}%" if sought else None


def moment(name: str, typed: str | None) -> datetime | None:
    """A time that a request names in its parameter `name`."""
    if typed is None:
        return None
    try:
        at = datetime.fromisoformat(typed)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid.at(name, f"Write the time as {A_MOMENT}.") from error
    raise Invalid.at(name, f"Add a zone to this time, as in {A_MOMENT}.")


def has_in_name(name: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whether a name has the `q` of a request in it, whatever its case."""
    return name.ilike(given("q", Text()), escape="\\")


def by_name(name: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """The order of names, whatever their case."""
    return func.lower(name, type_=Text())


class Listing:
    """A listing, of which each combination of filters and order is prepared when first asked for.

    statement  what may be seen and is answered, for an admin or for others.
    filters    by name: a condition on the value that is `given` under this name, or the condition
               of each value that can be chosen, which PostgreSQL plans the better for it.
    orders     by name: what has no nulls; those that are equal in it are in the order of ids, as
               all are where it is None.
    """

    def __init__(
        self,
        statement: Callable[[bool], Select[*tuple[Any, ...]]],
        *,
        id: InstrumentedAttribute[UUID],  # noqa: A002
        filters: Mapping[str, ColumnElement[bool] | Mapping[Any, ColumnElement[bool]]],
        orders: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any] | None],
    ) -> None:
        self._statement, self._id = statement, id
        self.filters, self.orders = filters, orders
        self.pages = lru_cache(PREPARED)(self._prepare)

    async def read(
        self,
        db: AsyncSession,
        part: Slice,
        wanted: ListQuery,
        *,
        is_admin: bool,
        **values: Any,
    ) -> Page[Record]:
        """One statement."""
        pages = self.pages(is_admin, self.shape(wanted.used), wanted.sort)
        return await pages.read(db, part, **wanted.used, **values)

    def shape(self, used: Mapping[str, Any]) -> frozenset[tuple[str, Any]]:
        """What of the filters makes another statement: their names, and which value was chosen."""
        chosen = {name for name in used if isinstance(self.filters[name], Mapping)}
        return frozenset((name, used[name] if name in chosen else None) for name in used)

    def _prepare(
        self,
        is_admin: bool,  # noqa: FBT001
        used: frozenset[tuple[str, Any]],
        sort: str,
    ) -> PreparedPages:
        conditions = []
        for name, value in sorted(used, key=str):
            its = self.filters[name]
            conditions.append(its[value] if isinstance(its, Mapping) else its)
        by = self.orders[sort.removeprefix("-")]
        return PreparedPages(
            self._statement(is_admin).where(*conditions), by=by, id=self._id, sort=sort
        )
