"""The rules of a cohort's matching, as the API reads and answers them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cohort.http.fields import Shown


class RulesOut(Shown):
    version: int
    weights: dict[str, float]
    requirements: dict[str, Any]
    aim: dict[str, Any]
    created_at: datetime
    created_by: UUID | None
