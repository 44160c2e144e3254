"""What happens between two who are proposed to each other."""

from cohort.jobs.event_log import EventKind

BOTH = ("enrolment_id", "mentor_id")

PROPOSAL_OPENED = EventKind(
    "proposal.opened", "A pair was published; both are asked.", ("proposal_id", *BOTH)
)
PROPOSAL_ANSWERED = EventKind(
    "proposal.answered", "One of the two said yes.", ("proposal_id", *BOTH)
)
PROPOSAL_DECLINED = EventKind(
    "proposal.declined", "One of the two said no.", ("proposal_id", *BOTH)
)
PROPOSAL_LAPSED = EventKind(
    "proposal.lapsed", "The proposal ended without an answer of both.", ("proposal_id", *BOTH)
)
MENTORSHIP_BEGAN = EventKind(
    "mentorship.began", "Both said yes.", ("mentorship_id", "proposal_id", *BOTH)
)
MENTORSHIP_PAUSED = EventKind(
    "mentorship.paused", "The two pause; the place stays theirs.", ("mentorship_id", *BOTH)
)
MENTORSHIP_RESUMED = EventKind(
    "mentorship.resumed", "The mentorship goes on after a pause.", ("mentorship_id", *BOTH)
)
MENTORSHIP_ENDED = EventKind(
    "mentorship.ended", "The mentorship ended, and the place is free.", ("mentorship_id", *BOTH)
)
ALL = (
    PROPOSAL_OPENED,
    PROPOSAL_ANSWERED,
    PROPOSAL_DECLINED,
    PROPOSAL_LAPSED,
    MENTORSHIP_BEGAN,
    MENTORSHIP_PAUSED,
    MENTORSHIP_RESUMED,
    MENTORSHIP_ENDED,
)
