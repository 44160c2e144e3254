"""What we write to organisers about the weekly matching."""

from collections.abc import Sequence

from cohort.cohorts.models import Cohort
from cohort.mail import Message
from cohort.matching.models import Round, Run
from cohort.people.models import Person


def round_waits(
    organiser: Person, cohort: Cohort, run: Run, holding: Sequence[str], paired: int, weak: int
) -> Message:
    context = {
        "name": organiser.name,
        "cohort": cohort.name,
        "period": run.round.period,
        "round_id": run.round.id,
        "paired": paired,
        "weak": weak,
        "unmatched": (run.researchers or 0) - paired,
        "error": run.error,
        "holding": holding,
        "stopped": run.stopped,
    }
    return Message(organiser.email, "round_waits", context, kind="organising")


def introductions_wait(organiser: Person, cohort: Cohort, round_: Round, period: str) -> Message:
    context = {
        "name": organiser.name,
        "cohort": cohort.name,
        "period": period,
        "introductions": round_.period,
        "round_id": round_.id,
    }
    return Message(organiser.email, "introductions_wait", context, kind="organising")
