"""Study circles, formed when the cohort was two weeks old."""

from cohort.circles import previews, service
from cohort.circles.schemas import CircleRules
from cohort.demo.opening import Scene

WEEK = 3


async def form_circles(scene: Scene) -> None:
    """By the usual rules; who shares no hours or no language with enough others has none."""
    now, cohort_id = scene.weeks.at(WEEK), scene.cohort.id
    shown = await previews.ask(scene.db, scene.organiser, cohort_id, CircleRules(), now=now)
    await previews.form_now(scene.db, shown.id, now=now)
    await service.publish(scene.db, scene.organiser, shown.id, now=now)
