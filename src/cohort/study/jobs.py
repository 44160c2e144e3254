"""What the study room promises to do."""

from uuid import UUID

from cohort.study import service
from cohort.work import Work


async def lay_out_plan(work: Work, enrolment_id: str) -> None:
    await service.lay_out(work.db, UUID(enrolment_id), now=work.now)
