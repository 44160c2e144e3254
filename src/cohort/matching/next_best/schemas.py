"""Next best offers, as the API answers them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from cohort.http.fields import Shown
from cohort.matching.models import NextOffer
from cohort.mentorships.models import ProposalState
from cohort.mentorships.schemas import FIT
from cohort.pairing.fit import Fit


class NextOfferOut(Shown):
    """A proposal that was made when the one before came to nothing."""

    proposal_id: UUID
    after_id: UUID = Field(description="The proposal that was declined or lapsed.")
    round_id: UUID = Field(description="The round by whose rules it was made.")
    enrolment_id: UUID
    researcher: str
    mentor_id: UUID
    mentor: str
    mentor_before: str = Field(description="Whom the proposal before named.")
    state: ProposalState
    score: float
    fit: Fit | None = FIT
    reason: str
    created_at: datetime


def next_offer_out(offer: NextOffer) -> NextOfferOut:
    made = offer.proposal
    return NextOfferOut(
        proposal_id=made.id,
        after_id=offer.after_id,
        round_id=offer.round_id,
        enrolment_id=made.enrolment_id,
        researcher=made.enrolment.person.name,
        mentor_id=made.mentor_id,
        mentor=made.mentor.person.name,
        mentor_before=offer.after.mentor.person.name,
        state=made.state,
        score=made.score,
        fit=made.fit,
        reason=made.reason,
        created_at=made.created_at,
    )
