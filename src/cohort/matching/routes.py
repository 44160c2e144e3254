"""Rounds, what they found, and the decisions around them, over the API; for organisers."""

from uuid import UUID

from litestar import Response, Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from cohort.board import Board
from cohort.clock import Clock
from cohort.errors import NotFound
from cohort.matching import overrides, results, service, what_ifs
from cohort.matching.schemas import (
    AdviceOut,
    AlternativeOut,
    CertificateOut,
    OverrideIn,
    OverrideOut,
    PairOut,
    RoundOut,
    RunOut,
    UnmatchedOut,
    WhatIfOut,
)
from cohort.matching.showing import (
    advice_out,
    alternative_out,
    certificate_out,
    override_out,
    pair_out,
    round_out,
    run_out,
    unmatched_out,
    what_if_out,
)
from cohort.paging import PageOut, Slice, page_within, shown
from cohort.people.auth import signed_in
from cohort.people.models import Person
from cohort.refusals import may_refuse

CANNOT_BE_ASKED = (service.NotSolved, what_ifs.NoEvidence, what_ifs.NotComparable)


@get("/cohorts/{cohort_id:uuid}/rounds", guards=[signed_in], responses=may_refuse(NotFound))
async def list_rounds(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[RoundOut]:
    """The rounds of a cohort, each with its newest run."""
    page = await service.list_rounds(db, actor, cohort_id, part)
    newest = await service.newest_runs(db, [one.id for one in page.items])
    return shown(page, lambda one: round_out(one, newest.get(one.id)))


@post(
    "/cohorts/{cohort_id:uuid}/rounds",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.CohortNotMatched, service.RoundClosed),
)
async def open_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
) -> RoundOut:
    """Open a round now, or run the open one again; the worker solves it in a moment."""
    opened = await service.open_round(db, actor, cohort_id, now=clock())
    return round_out(opened, await service.newest_run(db, opened.id))


@get("/rounds/{round_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    board: NamedDependency[Board],
    round_id: FromPath[UUID],
) -> RoundOut:
    """A round and its newest run."""
    found = await service.get_round(db, actor, round_id)
    run = await service.newest_run(db, round_id)
    return round_out(found, run, await service.progress_of(run, board))


@get("/rounds/{round_id:uuid}/runs", guards=[signed_in], responses=may_refuse(NotFound))
async def list_runs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    round_id: FromPath[UUID],
) -> PageOut[RunOut]:
    """Every solve of a round, the first one first."""
    return shown(await results.list_runs(db, actor, round_id, part), run_out)


@post(
    "/rounds/{round_id:uuid}/runs",
    guards=[signed_in],
    responses=may_refuse(NotFound, service.RoundClosed),
)
async def run_round_again(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RunOut:
    """Solve an open round again with what holds now; while a run is queued, it is that one."""
    return run_out(await service.solve_again(db, actor, round_id, now=clock()))


@post(
    "/rounds/{round_id:uuid}/publication",
    guards=[signed_in],
    status_code=200,
    responses=may_refuse(NotFound, service.RoundClosed, service.NotSolved),
)
async def publish_round(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    round_id: FromPath[UUID],
) -> RoundOut:
    """Propose the pairs of the newest run to both sides, by mail; a second time changes nothing.

    Pairs that no longer fit are skipped; each says why in `skipped`.
    """
    published = await service.publish(db, actor, round_id, now=clock())
    return round_out(published, await service.newest_run(db, round_id))


@get("/runs/{run_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def read_run(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    board: NamedDependency[Board],
    run_id: FromPath[UUID],
) -> RunOut:
    """One solve of a round."""
    run = await results.get_run(db, actor, run_id)
    return run_out(run, await service.progress_of(run, board))


@get("/runs/{run_id:uuid}/pairs", guards=[signed_in], responses=may_refuse(NotFound))
async def list_pairs(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    run_id: FromPath[UUID],
) -> PageOut[PairOut]:
    """Who is matched with whom, how well, and why; in the order of ids."""
    return shown(await results.list_pairs(db, actor, run_id, part), pair_out)


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
    return certificate_out(run)


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


@get("/cohorts/{cohort_id:uuid}/overrides", guards=[signed_in], responses=may_refuse(NotFound))
async def list_overrides(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    part: NamedDependency[Slice],
    cohort_id: FromPath[UUID],
) -> PageOut[OverrideOut]:
    """The pins and vetoes that stand."""
    return shown(await overrides.list_overrides(db, actor, cohort_id, part), override_out)


@post(
    "/cohorts/{cohort_id:uuid}/overrides",
    guards=[signed_in],
    responses=may_refuse(NotFound, overrides.ContradictsOverride),
)
async def make_override(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    cohort_id: FromPath[UUID],
    data: JSONBody[OverrideIn],
) -> OverrideOut:
    """Pin or veto a pair, from the next run on."""
    return override_out(await overrides.make_override(db, actor, cohort_id, data, now=clock()))


@delete("/overrides/{override_id:uuid}", guards=[signed_in], responses=may_refuse(NotFound))
async def lift_override(
    db: NamedDependency[AsyncSession],
    actor: NamedDependency[Person],
    clock: NamedDependency[Clock],
    override_id: FromPath[UUID],
) -> None:
    """Take a pin or a veto back, from the next run on."""
    await overrides.lift_override(db, actor, override_id, now=clock())


router = Router(
    "",
    route_handlers=[
        list_rounds,
        open_round,
        read_round,
        list_runs,
        run_round_again,
        publish_round,
        read_run,
        list_pairs,
        list_unmatched,
        read_certificate,
        read_advice,
        read_evidence,
        list_alternatives,
        read_what_if,
        list_overrides,
        make_override,
        lift_override,
    ],
    tags=["matching"],
    opt={"room": "matching"},
)
