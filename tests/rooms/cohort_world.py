"""What several files of tests say of cohorts: profiles, applications, and boxes that are ticked."""

import re
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.cohorts.models import Admission, Cohort
from cohort.mail import MailboxMessage
from tests.conftest import Someone

PROFILE: dict[str, Any] = {
    "about": "I work on translation for small languages.",
    "stage": "phd",
    "domains": ["machine-translation", "nlp"],
    "role_goals": ["ml-engineer"],
    "contexts": ["big-tech"],
    "languages": ["en", "sw"],
    "time_zone": "Africa/Nairobi",
    "weekly_hours": [
        {"day": "monday", "start": "09:00", "end": "10:30"},
        {"day": "monday", "start": "22:00", "end": "24:00"},
    ],
    "organisations": ["University of Somewhere"],
    "advisers": ["Grace Example"],
}
PROFILE_FORM: dict[str, Any] = {
    "about": "Small languages & <big> models",
    "stage": "postdoc",
    "domains": ["nlp", "speech"],
    "role_goal_1": "applied-scientist",
    "role_goal_2": "",
    "role_goal_3": "ml-engineer",
    "contexts": ["start-up"],
    "languages": ["en", "de"],
    "time_zone": "Nairobi, Kenya (UTC+3)",
    "weekly_hours": ["tuesday 17-20", "tuesday 20-23"],
    "organisations": "University of Somewhere\r\n\r\nInstitute of Elsewhere\r\n",
    "advisers": "",
}
MENTOR: dict[str, Any] = {
    "name": "Grace",
    "email": "grace@example.org",
    "came_from": "phd",
    "domains": ["nlp"],
    "roles": ["ml-engineer"],
    "skills": ["serving"],
    "languages": ["en"],
    "time_zone": "Europe/Berlin",
    "capacity": 2,
    "motivation": "I was there once.",
    "consent": True,
}
BY_APPLICATION = {"admission": Admission.APPLICATION, "apply_by": date(2026, 3, 12)}


def applications(cohort: Cohort) -> str:
    return f"/api/v1/cohorts/{cohort.id}/applications"


async def applied(who: Someone, cohort: Cohort) -> dict[str, Any]:
    answer = await who.post(applications(cohort), json=PROFILE)
    assert answer.status_code == 202, answer.text
    own = (await who.get("/api/v1/applications")).json()["items"]
    return next(one for one in own if one["cohort_id"] == str(cohort.id))


def ticked(html: str) -> set[str]:
    boxes = re.findall(r"<input[^>]*type=\"(?:checkbox|radio)\"[^>]*checked", html)
    chosen = re.findall(r'<option value="([^"]*)" selected', html)
    return {re.findall(r'value="([^"]*)"', box)[0] for box in boxes} | set(chosen)


async def mailed_token(db: AsyncSession, address: str) -> str:
    text = await db.scalar(select(MailboxMessage.text).where(MailboxMessage.to == address))
    return re.findall(r"/applications/confirm/([\w-]+)", text or "")[0]
