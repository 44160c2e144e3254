"""The life of a cohort: where it can go from where it is."""

from cohort.cohorts.models import CohortState
from cohort.errors import Conflict

MOVES: dict[CohortState, tuple[CohortState, ...]] = {
    CohortState.DRAFT: (CohortState.OPEN,),
    CohortState.OPEN: (CohortState.RUNNING,),
    CohortState.RUNNING: (CohortState.COMPLETED,),
    CohortState.COMPLETED: (CohortState.ARCHIVED,),
    CohortState.ARCHIVED: (),
}
JOINABLE = (CohortState.OPEN, CohortState.RUNNING)


class WrongMove(Conflict):
    code = "wrong_move"
    title = "The cohort cannot go there from here"

    def __init__(self, at: CohortState, to: CohortState) -> None:
        allowed = " or ".join(MOVES[at])
        way = f"The only way on is to: {allowed}." if allowed else "It stays archived."
        super().__init__(f"This cohort is {at}: it cannot become {to}. {way}")


def check_move(at: CohortState, to: CohortState) -> None:
    if to not in MOVES[at]:
        raise WrongMove(at, to)
