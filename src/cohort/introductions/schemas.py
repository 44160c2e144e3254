"""What the introductions room reads and answers."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Note, Shown, Strict
from cohort.introductions.models import Impression, Introduction, IntroductionState
from cohort.mentorships.models import Side

HIDDEN = "Null until it was said, and always for the other one of the two."


class ImpressionIn(Strict):
    """What you say after the talk. The other one never reads it."""

    answer: Impression = Field(
        description="`gladly`: yes, gladly; `could_work`; `rather_not`: the two will not be a pair."
    )
    note: Note = Field(default="", description="For the organisers alone.")


class IntroductionOut(Shown):
    id: UUID
    cohort_id: UUID
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    reason: str = Field(description="Why these two, in a sentence for both.")
    state: IntroductionState = Field(
        description="`open`; `cancelled`: one of the two called it off, or has left; `closed`: the "
        "pairs of the cohort are published."
    )
    made_at: datetime
    researcher_answer: Impression | None = Field(description=HIDDEN)
    researcher_note: str | None = Field(description=HIDDEN)
    mentor_answer: Impression | None = Field(description=HIDDEN)
    mentor_note: str | None = Field(description=HIDDEN)


def introduction_out(introduction: Introduction, side: Side | None) -> IntroductionOut:
    """As one of the two may see it; with no side, as an organiser."""
    said = {
        f"{one}_{what}": value if side in (None, one) else None
        for one in Side
        for what, value in (
            ("answer", introduction.answer_of(one)),
            ("note", introduction.note_of(one)),
        )
    }
    return IntroductionOut(
        id=introduction.id,
        cohort_id=introduction.cohort_id,
        enrolment_id=introduction.enrolment_id,
        researcher=introduction.enrolment.person.name,
        mentor_id=introduction.mentor_id,
        mentor=introduction.mentor.person.name,
        reason=introduction.reason,
        state=introduction.state,
        made_at=introduction.made_at,
        **said,
    )
