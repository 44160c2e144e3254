"""Files of other people's data, to keep: each one leaves a row in the record of acts."""

from datetime import datetime
from uuid import UUID

from cohort.db import unit_of_work
from cohort.http.head import is_head_only
from cohort.http.pages import Asked
from cohort.people import audit
from cohort.people.models import Person


async def recorded_download(
    asked: Asked, actor: Person, cohort_id: UUID, name: str, *, now: datetime
) -> dict[str, str]:
    """The headers of a file with this name, once it is kept who got it, of which cohort, and when.

    Before the first byte leaves, in a transaction of its own, as whoever reads has none that could
    be committed.
    """
    if not is_head_only(asked.scope):
        async with unit_of_work(asked.app.state.sessions) as db:
            audit.record(
                db, actor, "cohort.download", cohort_id, now=now, cohort_id=cohort_id, file=name
            )
    return {"content-disposition": f'attachment; filename="{name}"'}
