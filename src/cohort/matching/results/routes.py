"""What a run found, and what it can be asked, over the API; for organisers."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.http.listing import InEitherName, ListQuery, pattern
from cohort.http.paging import PageOut, Slice, listed, page_within, shown
from cohort.http.problems import may_refuse
from cohort.matching import service
from cohort.matching.results import advice, reading, untold, what_ifs
from cohort.matching.results import service as results
from cohort.matching.results.schemas import (
    AdviceOut,
    AlternativeOut,
    CertificateOut,
    PairOut,
    UnmatchedOut,
    WhatIfOut,
)
from cohort.matching.showing import (
    advice_out,
    alternative_out,
    certificate_out,
    unmatched_out,
    what_if_out,
)
from cohort.pairing.fit import Fit
from cohort.people.auth import signed_in
from cohort.people.models import Person

CANNOT_BE_ASKED = (service.NotSolved, what_ifs.NoEvidence, what_ifs.NotComparable)


class PairSort(StrEnum):
    ID = "id"
    BEST = "-score"
    WORST = "score"
    RESEARCHER = "researcher"
    MENTOR = "mentor"


def wanted_pairs(
    q: InEitherName = None,
    fit: Annotated[
        Fit | None, QueryParameter(description="Only pairs with this fit, such as `weak`.")
    ] = None,
    enrolment_id: Annotated[
        UUID | None, QueryParameter(description="Only this researcher.")
    ] = None,
    mentor_id: Annotated[UUID | None, QueryParameter(description="Only this mentor.")] = None,
    sort: Annotated[PairSort, QueryParameter(description="The order.")] = PairSort.ID,
) -> ListQuery:
    two = {"enrolment_id": enrolment_id, "mentor_id": mentor_id}
    return ListQuery(sort, {"q": pattern(q), "fit": fit, **two})


@get(
    "/runs/{run_id:uuid}/pairs",
    guards=[signed_in],
    dependencies={"wanted": Provide(wanted_pairs, sync_to_thread=False)},
    responses=may_refuse(NotFound),
)
async def list_pairs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    wanted: NamedDependency[ListQuery],
    run_id: FromPath[UUID],
) -> PageOut[PairOut]:
    """Who is matched with whom, how well, and why; in the order of ids unless you sort."""
    return listed(await reading.pairs(db, actor, run_id, wanted, part), reading.pair_json)


@get("/runs/{run_id:uuid}/unmatched", guards=[signed_in], responses=may_refuse(NotFound))
async def list_unmatched(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    run_id: FromPath[UUID],
) -> PageOut[UnmatchedOut]:
    """Who has no mentor, why, and what to do; in the order of ids."""
    return shown(await results.list_unmatched(db, actor, run_id, part), unmatched_out)


@get(
    "/runs/{run_id:uuid}/certificate",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.NotSolved),
)
async def read_certificate(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], run_id: FromPath[UUID]
) -> CertificateOut:
    """The prices that prove that no other assignment is better."""
    run = await results.get_solved_run(db, actor, run_id)
    return certificate_out(run, await untold.ids_of(db, actor))


@get(
    "/runs/{run_id:uuid}/advice",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.NotSolved),
)
async def read_advice(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], run_id: FromPath[UUID]
) -> AdviceOut:
    """What would help this cohort: which places, which mentors, and what else could be chosen."""
    run = await results.get_solved_run(db, actor, run_id)
    return advice_out(run, await results.names_advised(db, run))


@post(
    "/runs/{run_id:uuid}/advice",
    guards=[signed_in],
    status_code=202,
    responses=may_refuse(NotFound, service.NotSolved, what_ifs.NoEvidence),
)
async def work_out_advice_again(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    run_id: FromPath[UUID],
) -> AdviceOut:
    """Work the advice out once more where it failed or was cut short; else nothing changes."""
    run = await advice.ask_again(db, actor, run_id, now=clock())
    return advice_out(run, await results.names_advised(db, run))


@get(
    "/runs/{run_id:uuid}/evidence",
    guards=[signed_in],
    media_type="application/octet-stream",
    responses=may_refuse(NotFound, service.NotSolved, what_ifs.NoEvidence),
)
async def read_evidence(
    db: NamedDependency[AsyncSession], actor: NamedDependency[Person], run_id: FromPath[UUID]
) -> Response[bytes]:
    """What the newest run of a round solved and found, as NumPy arrays (.npz), to check it.

    People are in it by id alone. docs/matching.md says how to check it without this platform.
    """
    packed = await what_ifs.evidence_of(db, actor, run_id)
    return Response(
        packed,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="run-{run_id}.npz"'},
    )


@get(
    "/runs/{run_id:uuid}/alternatives/{enrolment_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, *CANNOT_BE_ASKED),
)
async def list_alternatives(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    run_id: FromPath[UUID],
    enrolment_id: FromPath[UUID],
) -> PageOut[AlternativeOut]:
    """What each mentor would cost the cohort for one researcher: the mentor found, then the
    cheapest, then those who cannot be, each with what rules them out.
    """
    found = await what_ifs.alternatives(db, actor, run_id, enrolment_id)
    return shown(page_within(found.every, part), lambda one: alternative_out(found, one))


@get(
    "/runs/{run_id:uuid}/alternatives/{enrolment_id:uuid}/{mentor_id:uuid}",
    guards=[signed_in],
    responses=may_refuse(NotFound, *CANNOT_BE_ASKED),
)
async def read_what_if(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    run_id: FromPath[UUID],
    enrolment_id: FromPath[UUID],
    mentor_id: FromPath[UUID],
) -> WhatIfOut:
    """Why not these two? What it would cost if they had to be a pair, and who would move."""
    return what_if_out(await what_ifs.what_if(db, actor, run_id, enrolment_id, mentor_id))


router = Router(
    "",
    route_handlers=[
        list_pairs,
        list_unmatched,
        read_certificate,
        read_advice,
        work_out_advice_again,
        read_evidence,
        list_alternatives,
        read_what_if,
    ],
    tags=["matching"],
    opt={"room": "matching"},
)
