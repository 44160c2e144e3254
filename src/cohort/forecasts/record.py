"""How good forecasts were, once it is known what came; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cohort.forecasts.outlook import WEEK, Forecast, StudyFacts, StudyOutlook

BINS = 5


@dataclass(frozen=True, slots=True)
class Checked:
    """A forecast of somebody who was not done yet, with what came."""

    said: float
    rule: float
    """What the rule of days says for the same; see `rule_of_days`."""
    came: bool


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    high: float
    forecasts: int
    said: float
    came: float


@dataclass(frozen=True, slots=True)
class TrackRecord:
    cohorts: int
    forecasts: int
    brier: float | None
    brier_of_rule: float | None
    bins: Sequence[Bin]


def rule_of_days(work: StudyFacts, at: datetime, end: datetime) -> float:
    """Days left through days that the rest takes at the pace so far, 1 at most.

    It is the measure that course sites show; read as a chance, it is what ours is held against.
    """
    so_far = max((at - work.began_at) / WEEK, 0.0)
    if not so_far or not work.hours_done:
        return 0.0
    needed = (work.hours - work.hours_done) / (work.hours_done / so_far)
    return min(max((end - at) / WEEK, 0.0) / needed, 1.0) if needed else 1.0


def checked(
    forecasts: Sequence[Forecast], came: Mapping[UUID, bool], at: datetime, end: datetime
) -> list[Checked]:
    return [
        Checked(one.chance, rule_of_days(one.work, at, end), came[one.work.enrolment_id])
        for one in forecasts
        if one.outlook is not StudyOutlook.DONE and one.work.enrolment_id in came
    ]


def brier(each: Sequence[tuple[float, bool]]) -> float | None:
    """The mean squared distance of what was said from what came (Brier, 1950); None of nothing."""
    if not each:
        return None
    return sum((said - came) ** 2 for said, came in each) / len(each)


def track_record_of(cohorts: int, seen: Sequence[Checked]) -> TrackRecord:
    bins: list[list[Checked]] = [[] for _ in range(BINS)]
    for one in seen:
        bins[min(int(one.said * BINS), BINS - 1)].append(one)
    return TrackRecord(
        cohorts=cohorts,
        forecasts=len(seen),
        brier=brier([(one.said, one.came) for one in seen]),
        brier_of_rule=brier([(one.rule, one.came) for one in seen]),
        bins=[
            Bin(
                low=place / BINS,
                high=(place + 1) / BINS,
                forecasts=len(each),
                said=sum(one.said for one in each) / len(each),
                came=sum(one.came for one in each) / len(each),
            )
            for place, each in enumerate(bins)
            if each
        ],
    )
