"""Whoever will ask, for statements that are prepared before anyone does."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import BindParameter, Uuid

from cohort.db import given
from cohort.people.models import Person


@dataclass(frozen=True, slots=True)
class _Asker:
    id: BindParameter[Any]
    is_admin: bool


def asker(*, is_admin: bool) -> Person:
    """Stands for the actor in a policy's statement; each request gives the value of `actor_id`.

    Policies tell admins from others while they build a statement, so each has one of its own.
    """
    return cast("Person", _Asker(given("actor_id", Uuid()), is_admin))
