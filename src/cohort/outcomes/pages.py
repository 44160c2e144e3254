"""What came of the matching, in a browser."""

import math
from typing import Any

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.cohorts import service as cohorts
from cohort.http.pages import Asked, page
from cohort.outcomes import service
from cohort.outcomes.learning import LEAST
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.questions import service as questions
from cohort.rules import own
from cohort.rules import pages as rules_pages
from cohort.rules import service as rules


@get("/cohorts/{slug:str}/outcomes", guards=[signed_in])
async def outcomes_page(
    request: Asked,
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    slug: FromPath[str],
) -> Response[str]:
    cohort = await cohorts.get_by_slug(db, actor, slug)
    told = await service.outcomes(db, actor, cohort.id, now=clock())
    draft: dict[str, Any] = {}
    if told.draft is not None:
        standing = await rules.read(db, actor, cohort.id, now=clock())
        asked = own.rows(await questions.put_to_both(db, cohort.id))
        changed = told.draft.model_dump(exclude={"own"})
        draft = rules_pages.as_typed(standing, asked) | changed
        draft |= own.as_typed(asked, told.draft.own)
    return page(
        request,
        "outcomes/outcomes.html",
        cohort=cohort,
        told=told,
        good=sum(one.outcome for one in told.known),
        least=LEAST,
        draft={name: value for name, value in draft.items() if value not in (None, False)},
        odds=math.exp,
    )


router = Router("", route_handlers=[outcomes_page], include_in_schema=False)
