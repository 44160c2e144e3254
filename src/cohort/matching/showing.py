"""Rows as what the API answers."""

from collections.abc import Mapping
from uuid import UUID

from cohort.jobs.progress import JobProgress
from cohort.matching.frontier.schemas import FrontierOut
from cohort.matching.models import Override, Pair, Round, Run, Unmatched
from cohort.matching.overrides.schemas import OverrideOut
from cohort.matching.previews.service import Preview
from cohort.matching.results.schemas import (
    AdviceOut,
    AlternativeOut,
    CertificateOut,
    ChangeOut,
    RulesPreviewOut,
    UnmatchedOut,
    WayToPlaceOut,
    WhatIfOut,
)
from cohort.matching.results.service import advice_of
from cohort.matching.results.what_ifs import Alternatives, WhatIf
from cohort.matching.schemas import RoundOut, RunOut
from cohort.pairing import saying
from cohort.pairing.alternatives import Alternative, Change
from cohort.pairing.placing import WayToPlace


def run_out(run: Run, progress: JobProgress | None = None) -> RunOut:
    about = {"rules_version": run.rules.version, "progress": progress and progress._asdict()}
    return RunOut.model_validate({**_columns(run), **about})


def round_out(
    round_: Round,
    run: Run | None,
    progress: JobProgress | None = None,
    failed: Run | None = None,
) -> RoundOut:
    newest = run_out(run, progress) if run else None
    after = run_out(failed) if failed else None
    return RoundOut.model_validate({**_columns(round_), "run": newest, "failed_run": after})


def alternative_out(among: Alternatives, one: Alternative) -> AlternativeOut:
    return AlternativeOut(
        mentor_id=UUID(one.mentor),
        mentor=among.names[one.mentor],
        score=one.score,
        chosen=one.chosen,
        as_good=one.as_good,
        cost=one.cost,
        fewer_placed=one.fewer_placed,
        below_least_score=one.below_floor,
        ruled_out=list(one.ruled_out),
        sentence=among.cost(one),
    )


def what_if_out(found: WhatIf) -> WhatIfOut:
    among = found.among
    return WhatIfOut(
        run_id=among.run.id,
        enrolment_id=among.enrolment_id,
        researcher=among.researcher,
        pair=alternative_out(among, found.pair),
        sentence=found.sentence,
        next_step=found.next_step,
        changes=[change_out(one, among.names) for one in found.changes],
    )


def preview_out(found: Preview) -> RulesPreviewOut:
    return RulesPreviewOut(
        researchers=found.researchers,
        pairs=len(found.result.pairs),
        total=found.result.total,
        gap=found.result.gap,
        run_id=found.run.id if found.run else None,
        changes=[change_out(one, found.names) for one in found.changes],
    )


def change_out(change: Change, names: Mapping[str, str]) -> ChangeOut:
    return ChangeOut(
        enrolment_id=UUID(change.researcher),
        researcher=names[change.researcher],
        from_mentor_id=UUID(change.origin) if change.origin else None,
        from_mentor=names[change.origin] if change.origin else None,
        to_mentor_id=UUID(change.target) if change.target else None,
        to_mentor=names[change.target] if change.target else None,
    )


def unmatched_out(unmatched: Unmatched) -> UnmatchedOut:
    researcher = unmatched.enrolment.person.name
    return UnmatchedOut.model_validate({**_columns(unmatched), "researcher": researcher})


def override_out(override: Override) -> OverrideOut:
    return OverrideOut.model_validate({**_columns(override), **_names(override)})


def advice_out(run: Run, names: Mapping[str, str]) -> AdviceOut:
    advice = advice_of(run)
    places = [{**one, "mentor": names[one["mentor_id"]]} for one in advice["places"]]
    ways = [_way_out(WayToPlace(**one), names, run) for one in advice["ways_to_place"]]
    about = {"run_id": run.id, "state": run.advice_state, "places": places, "ways_to_place": ways}
    return AdviceOut.model_validate({**advice, **about})


def _way_out(way: WayToPlace, names: Mapping[str, str], run: Run) -> WayToPlaceOut:
    return WayToPlaceOut(
        kind=way.kind,
        enrolment_id=UUID(way.researcher_id) if way.researcher_id else None,
        mentor_id=UUID(way.mentor_id) if way.mentor_id else None,
        ruled_out_by=way.ruled_out_by,
        gain=way.gain,
        newly=[UUID(one) for one in way.newly],
        losing=[UUID(one) for one in way.losing],
        sentence=saying.way_to_place(way, names),
        what_comes=saying.what_comes(way, names, run.total or 0.0),
    )


def frontier_out(run: Run) -> FrontierOut:
    advice = advice_of(run)
    about = {"run_id": run.id, "state": run.advice_state, "researchers": run.researchers}
    limits = [{"placed": placed, "fit": fit} for placed, fit in advice["limits"]]
    found = {"points": advice["ways"], "complete": advice["complete"], "limits": limits}
    found |= {"balance": run.balance}
    return FrontierOut.model_validate(about | found)


def certificate_out(run: Run, own: frozenset[str]) -> CertificateOut:
    """`own` are the ids of whoever asks, as in `untold`."""
    people = {*(run.researcher_prices or {}), *(run.mentor_prices or {})}
    ahead = {
        "went_first": list(run.went_first),
        "head_start": run.ahead["head_start"] if run.ahead else 0.0,
        "seal_salt": run.seal_salt if own.isdisjoint(people) else None,
    }
    return CertificateOut.model_validate({**_columns(run), **ahead, "run_id": run.id})


def _names(two: Pair | Override) -> dict[str, str]:
    return {"researcher": two.enrolment.person.name, "mentor": two.mentor.person.name}


def _columns(row: Round | Run | Pair | Unmatched | Override) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
