"""What happens between the two of a mentorship who meet."""

from cohort.jobs.event_log import EventKind

IDS = ("meeting_id", "mentorship_id", "enrolment_id", "mentor_id")

PROPOSED = EventKind("meeting.proposed", "One of the two named a time, first or anew.", IDS)
AGREED = EventKind("meeting.agreed", "The other one agreed to the time.", IDS)
CANCELLED = EventKind("meeting.cancelled", "One of the two cancelled it.", IDS)
RECORDED = EventKind("meeting.recorded", "One of the two said whether it took place.", IDS)
ALL = (PROPOSED, AGREED, CANCELLED, RECORDED)
