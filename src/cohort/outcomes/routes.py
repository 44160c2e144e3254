"""What came of the matching, over the API."""

import math
from collections.abc import Sequence
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.problems import may_refuse
from cohort.outcomes import service
from cohort.outcomes.learning import LEAST
from cohort.outcomes.schemas import EffectOut, OutcomesOut
from cohort.outcomes.service import Found
from cohort.people.auth import signed_in
from cohort.people.models import Person


@get("/cohorts/{cohort_id:uuid}/outcomes", guards=[signed_in], responses=may_refuse(NotFound))
async def read_outcomes(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> OutcomesOut:
    """Which factors of the score went with good mentorships, as far as can be told.

    From what the two said in closing surveys and check-ins, in all cohorts of the same guide that
    you run, without mentorships of your own. `docs/outcomes.md` says how it is worked out.
    """
    told = await service.outcomes(db, actor, cohort_id, now=clock())
    return OutcomesOut(
        mentorships=len(told.known),
        good=sum(one.outcome for one in told.known),
        least=LEAST,
        effects=_effects_out(told.found),
        by_lot=told.by_lot,
        effects_by_lot=_effects_out(told.found_by_lot),
        left_out=list(told.left_out),
        draft=told.draft,
    )


def _effects_out(found: Sequence[Found]) -> list[EffectOut]:
    return [
        EffectOut(
            name=one.name,
            title=one.title,
            odds_ratio=math.exp(one.effect.middle),
            low=math.exp(one.effect.low),
            high=math.exp(one.effect.high),
            is_clear=one.effect.is_clear,
            spread=one.effect.spread,
        )
        for one in found
    ]


router = Router("", route_handlers=[read_outcomes], tags=["matching"], opt={"room": "matching"})
