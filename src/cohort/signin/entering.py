"""In a browser: from a right first step to a login, or to the second step."""

from datetime import datetime
from urllib.parse import quote

from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.http.pages import Asked, see
from cohort.people import logins
from cohort.people.auth import entrance_of, login_cookies
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.signin import cookies, steps

PENDING = "pending"
"""The cookie of whoever did the first step."""
HOME = "/"


async def after_first_step(
    request: Asked,
    db: AsyncSession,
    settings: Settings,
    person: Person,
    onward: str,
    *,
    now: datetime,
    saying: str = "",
) -> Redirect:
    if not person.two_steps:
        return await enter(request, db, settings, person, onward, now=now, saying=saying)
    token = await steps.begin(db, person, now=now)
    there = f"/login/code?next={quote(onward)}"
    return see(there, saying=saying, cookies=[cookies.keep(settings, PENDING, token)])


async def enter(
    request: Asked,
    db: AsyncSession,
    settings: Settings,
    person: Person,
    onward: str,
    *,
    now: datetime,
    done_with: str = PENDING,
    saying: str = "",
) -> Redirect:
    at = entrance_of(request, settings)
    entry = await logins.enter(db, person, at, now=now, days=settings.unused_login_days)
    gone = cookies.drop(settings, done_with)
    # Whoever wanted to go nowhere in particular begins with this week, where there is one.
    there = onward if onward != HOME else "/week"
    return see(there, saying=saying, cookies=[*login_cookies(settings, entry), gone])
