"""Moves, as the API answers them to organisers."""

from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.models import MentorMove
from cohort.mentorships.schemas import FIT, FactorOut
from cohort.pairing.fit import Fit


class MoveOut(Shown):
    """Another mentor for somebody who has one, from the places that everybody else left free."""

    id: UUID
    mentorship_id: UUID = Field(description="It goes on until both say yes to the new one.")
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    instead_of: str = Field(description="The mentor whom the researcher has now.")
    asked: bool = Field(
        description="Whether one of the two asked for somebody else; otherwise the score is better "
        "by the `least_gain` of the rules."
    )
    gain: float = Field(description="By how much the score is better than that of now.")
    score: float
    fit: Fit | None = FIT
    reason: str
    factors: list[FactorOut]
    skipped: str | None = Field(description="Why it was not proposed; null if it was, or waits.")
    proposal_id: UUID | None


def move_out(move: MentorMove) -> MoveOut:
    columns = {name: getattr(move, name, None) for name in MoveOut.model_fields}
    return MoveOut.model_validate(
        columns
        | {
            "researcher": move.enrolment.person.name,
            "mentor": move.mentor.person.name,
            "instead_of": move.mentorship.mentor.person.name,
        }
    )
