"""Every kind of event, by its name; each room defines its own."""

from cohort.applications import events as applications
from cohort.checkins import events as checkins
from cohort.circles import events as circles
from cohort.cohorts import events as cohorts
from cohort.introductions import events as introductions
from cohort.jobs.runner import JOB_DIED
from cohort.matching import events as matching
from cohort.meetings import events as meetings
from cohort.mentors import events as mentors
from cohort.mentorships import events as mentorships
from cohort.operations.service import JOB_RETRIED
from cohort.sessions import events as sessions
from cohort.study import events as study

CATALOGUE = {
    kind.name: kind
    for kind in (
        *cohorts.ALL,
        *applications.ALL,
        *mentors.ALL,
        *study.ALL,
        *matching.ALL,
        *mentorships.ALL,
        *introductions.ALL,
        *meetings.ALL,
        *sessions.ALL,
        *circles.ALL,
        *checkins.ALL,
        JOB_DIED,
        JOB_RETRIED,
    )
}
