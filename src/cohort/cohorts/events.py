"""What happens to a cohort and the seats in it."""

from cohort.jobs.event_log import EventKind

COHORT_MOVED = EventKind("cohort.moved", "The cohort opened, began, ended or was archived.", ())
ENROLMENT_JOINED = EventKind("enrolment.joined", "A researcher took a seat.", ("enrolment_id",))
ENROLMENT_LEFT = EventKind("enrolment.left", "A researcher gave the seat back.", ("enrolment_id",))
ALL = (COHORT_MOVED, ENROLMENT_JOINED, ENROLMENT_LEFT)
