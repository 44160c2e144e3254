"""What we write about check-ins: to whoever is asked, and to organisers about low answers."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from cohort.checkins.health import Reason, Standing
from cohort.checkins.models import CheckIn, ClosingSurvey
from cohort.mail import Message
from cohort.mentorships.emails import the_two
from cohort.mentorships.models import Mentorship, Side
from cohort.people.models import Person


def asked(check_in: CheckIn, since: date | None) -> Message:
    me, other = the_two(check_in.mentorship, check_in.side)
    context = {
        "name": me.name,
        "other": other.name,
        "since": since,
        "where": f"/check-ins/{check_in.id}",
        "cohort": check_in.mentorship.enrolment.cohort.name,
    }
    return Message(me.email, "check_in_asked", context, kind="check_ins")


def low(check_in: CheckIn, organiser: Person) -> Message:
    mentorship = check_in.mentorship
    said_by, other = the_two(mentorship, check_in.side)
    cohort = mentorship.enrolment.cohort
    context = {
        "name": organiser.name,
        "said_by": said_by.name,
        "said_by_email": said_by.email,
        "other": other.name,
        "going": check_in.going,
        "needs_help": check_in.needs_help,
        "words": check_in.words,
        "cohort": cohort.name,
        "where": f"/cohorts/{cohort.slug}/mentorships/{mentorship.id}",
    }
    return Message(organiser.email, "check_in_low", context, kind="concerns")


def closing(survey: ClosingSurvey) -> Message:
    mentorship = survey.mentorship
    me, other = the_two(mentorship, survey.side)
    is_mentor = survey.side is Side.MENTOR
    context = {
        "name": me.name,
        "other": other.name,
        "where": f"/closing-surveys/{survey.id}",
        "hours": f"/mentoring/{mentorship.mentor_id}/hours" if is_mentor else "",
        "cohort": mentorship.enrolment.cohort.name,
    }
    return Message(me.email, "mentorship_closing", context, kind="check_ins")


IN_WORDS = {
    Reason.ASKS_FOR_HELP: "One of the two asks for you.",
    Reason.GOING_BADLY: "One of the two says that it is not going well.",
    Reason.NO_MEETING: "There was no sign of a meeting for a while.",
    Reason.GOING_SO_SO: "One of the two says that it is going so-so.",
    Reason.RESEARCHER_SILENT: "The researcher has not answered the check-in.",
    Reason.MENTOR_SILENT: "The mentor has not answered the check-in.",
}


def nudge(
    mentorship: Mentorship, side: Side, last_meeting_at: datetime | None, waits: UUID | None
) -> Message:
    me, other = the_two(mentorship, side)
    of_mine = mentorship.enrolment if side is Side.RESEARCHER else mentorship.mentor
    context = {
        "name": me.name,
        "other": other.name,
        "last_meeting_at": last_meeting_at,
        "time_zone": of_mine.time_zone,
        "where": f"/mentorships/{mentorship.id}",
        "check_in": f"/check-ins/{waits}" if waits else "",
        "cohort": mentorship.enrolment.cohort.name,
    }
    return Message(me.email, "mentorship_nudge", context, kind="nudges")


def unwell(
    mentorship: Mentorship,
    organiser: Person,
    one: Standing,
    reasons: Sequence[Reason],
    *,
    about_ending: bool,
) -> Message:
    cohort = mentorship.enrolment.cohort
    context = {
        "name": organiser.name,
        "researcher": one.researcher,
        "mentor": one.mentor,
        "reasons": [IN_WORDS[reason] for reason in reasons],
        "nudged_at": one.nudged_at,
        "about_ending": about_ending,
        "cohort": cohort.name,
        "time_zone": cohort.time_zone,
        "where": f"/cohorts/{cohort.slug}/mentorships/{mentorship.id}",
    }
    return Message(organiser.email, "mentorship_unwell", context, kind="concerns")


def about_ending(mentorship: Mentorship, side: Side) -> Message:
    me, other = the_two(mentorship, side)
    context = {
        "name": me.name,
        "other": other.name,
        "where": f"/mentorships/{mentorship.id}",
        "cohort": mentorship.enrolment.cohort.name,
    }
    return Message(me.email, "mentorship_go_on", context, kind="check_ins")
