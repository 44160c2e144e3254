"""Rows as what the API answers."""

from cohort.matching.models import Override, Pair, Round, Rules, Run, Unmatched
from cohort.matching.schemas import (
    CertificateOut,
    OverrideOut,
    PairOut,
    RoundOut,
    RulesOut,
    RunOut,
    UnmatchedOut,
)


def run_out(run: Run) -> RunOut:
    return RunOut.model_validate({**_columns(run), "rules_version": run.rules.version})


def round_out(round_: Round, run: Run | None) -> RoundOut:
    return RoundOut.model_validate({**_columns(round_), "run": run_out(run) if run else None})


def pair_out(pair: Pair) -> PairOut:
    return PairOut.model_validate({**_columns(pair), **_names(pair)})


def unmatched_out(unmatched: Unmatched) -> UnmatchedOut:
    researcher = unmatched.enrolment.person.name
    return UnmatchedOut.model_validate({**_columns(unmatched), "researcher": researcher})


def override_out(override: Override) -> OverrideOut:
    return OverrideOut.model_validate({**_columns(override), **_names(override)})


def rules_out(rules: Rules) -> RulesOut:
    return RulesOut.model_validate(rules)


def certificate_out(run: Run) -> CertificateOut:
    return CertificateOut.model_validate({**_columns(run), "run_id": run.id})


def _names(two: Pair | Override) -> dict[str, str]:
    return {"researcher": two.enrolment.person.name, "mentor": two.mentor.person.name}


def _columns(row: Round | Run | Pair | Unmatched | Override) -> dict[str, object]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
