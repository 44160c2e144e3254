"""Previews and options as they are told: with names, times and sentences."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cohort.circles import reading, service
from cohort.circles.models import CirclePreview, CirclePreviewState
from cohort.circles.planning import Option, said
from cohort.circles.schemas import (
    CircleFound,
    CircleOptionOut,
    CircleOptionsOut,
    CirclePreviewOut,
    CircleRules,
    CirclesFound,
    LeftOut,
    NamedInCircle,
    PreviewCircleOut,
)
from cohort.people.models import Person

SOMEBODY = "somebody who left"
NUMBERS = {"fit", "gap", "is_best", "more_may_fit", "moves"}


async def preview_out(db: AsyncSession, shown: CirclePreview) -> CirclePreviewOut:
    told = CirclePreviewOut(
        id=shown.id,
        cohort_id=shown.cohort_id,
        state=shown.state,
        rules=CircleRules.model_validate(shown.asked),
        circles=[],
        left=[],
        made_at=shown.made_at,
        published_at=shown.published_at,
        **dict.fromkeys(NUMBERS),
    )
    if shown.state is not CirclePreviewState.FORMED:
        return told
    found = CirclesFound.model_validate(shown.found)
    names = await reading.names_in(db, shown.cohort_id)
    left = [
        LeftOut(
            enrolment_id=one,
            name=names.get(one, SOMEBODY),
            why=why,
            sentence=service.SENTENCES[why],
        )
        for one, why in found.left.items()
    ]
    formed = {
        "circles": [_circle(one, names) for one in found.circles],
        "left": sorted(left, key=lambda one: (one.name, one.enrolment_id)),
        **found.model_dump(include=NUMBERS),
    }
    return told.model_copy(update=formed)


def _circle(found: CircleFound, names: Mapping[UUID, str]) -> PreviewCircleOut:
    return PreviewCircleOut(
        members=named(found.members, names),
        starts=[said(one) for one in found.starts],
        **found.model_dump(include={"now", "joins", "fit", "parts", "shared_hours"}),
    )


def named(ids: Sequence[UUID], names: Mapping[UUID, str]) -> list[NamedInCircle]:
    told = [NamedInCircle(enrolment_id=one, name=names.get(one, SOMEBODY)) for one in ids]
    return sorted(told, key=lambda one: (one.name, one.enrolment_id))


async def options_out(
    db: AsyncSession,
    actor: Person,
    cohort_id: UUID,
    enrolment_id: UUID,
    now_in: UUID | None,
    found: Sequence[Option],
) -> CircleOptionsOut:
    told = await reading.seen(db, actor, await reading.standing(db, cohort_id))
    by_id = {one.circle.id: one for one in told}
    options = [
        CircleOptionOut(
            circle_id=one.circle_id,
            name=by_id[one.circle_id].circle.name,
            people=len(by_id[one.circle_id].members),
            shared_hours=one.shared_hours,
            gain=one.gain,
        )
        for one in found
    ]
    return CircleOptionsOut(enrolment_id=enrolment_id, now=now_in, options=options)
