"""What Ada says that she knows, and a good request for each route."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.assessments.importing import import_assessment
from cohort.guides.models import Guide

STATEMENTS = """
[[statement]]
slug = "ships"
side = "production"
text = "I have brought a model into service."
milestones = ["end-to-end", "drift-monitor"]
skippable = ["end-to-end"]

[[statement]]
slug = "watches"
side = "research"
text = "I have measured how data change."
milestones = ["drift-monitor"]
skippable = ["drift-monitor"]

[[role]]
slug = "ml-engineer"
skills = ["serving"]

[[role]]
slug = "research-scientist"
skills = ["monitoring", "serving"]
"""


def of_assessments() -> dict[str, dict[str, Any]]:
    """As a program and as a browser sends it."""
    return {
        "PUT /api/v1/enrolments/{enrolment_id}/assessment": {
            "json": {"answers": {"ships": "done"}}
        },
        "POST /plan/{enrolment_id}/assessment": {"data": {"level_ships": "done"}},
    }


async def bring_statements(db: AsyncSession, guide: Guide, now: datetime) -> None:
    await import_assessment(db, guide, STATEMENTS, now=now)
