"""The rules of a cohort's matching, as the API reads and answers them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from cohort.http.fields import Shown
from cohort.pairing.rules import Weights


class RulesOut(Shown):
    version: int
    weights: Weights
    requirements: dict[str, Any]
    aim: dict[str, Any]
    created_at: datetime
    created_by: UUID | None
