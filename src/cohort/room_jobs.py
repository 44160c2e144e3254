"""The jobs of every room, by the names under which they are enqueued."""

from collections.abc import Mapping, Sequence

from cohort.agendas import jobs as agendas_jobs
from cohort.announcements import jobs as announcements_jobs
from cohort.applications import jobs as applications_jobs
from cohort.calendars import jobs as calendars_jobs
from cohort.checkins import jobs as checkins_jobs
from cohort.circles import jobs as circles_jobs
from cohort.cohorts import jobs as cohorts_jobs
from cohort.curricula import jobs as curricula_jobs
from cohort.exchange import jobs as exchange_jobs
from cohort.extensions import jobs as extensions_jobs
from cohort.figures import jobs as figures_jobs
from cohort.forecasts import jobs as forecasts_jobs
from cohort.introductions import jobs as introductions_jobs
from cohort.invitations import jobs as invitations_jobs
from cohort.jobs.context import CronFunction, JobFunction
from cohort.matching import jobs as matching_jobs
from cohort.matching.next_best import jobs as matching_next_best_jobs
from cohort.meetings import jobs as meetings_jobs
from cohort.mentors import jobs as mentors_jobs
from cohort.mentorships import jobs as mentorships_jobs
from cohort.notices import jobs as notices_jobs
from cohort.peer_reviews import jobs as peer_reviews_jobs
from cohort.people import jobs as people_jobs
from cohort.questions import jobs as questions_jobs
from cohort.rules import jobs as rules_jobs
from cohort.schedules import jobs as schedules_jobs
from cohort.sessions import jobs as sessions_jobs
from cohort.signin import jobs as signin_jobs
from cohort.study import jobs as study_jobs
from cohort.webhooks import jobs as webhooks_jobs

JOBS: Mapping[str, JobFunction] = {
    "matching.tell_organiser": matching_jobs.tell_organiser,
    "matching.tell_introductions_wait": matching_jobs.tell_introductions_wait,
    "matching.solve_run": matching_jobs.solve_run,
    "matching.publish_weekly": matching_jobs.publish_weekly,
    "matching.offer_next": matching_next_best_jobs.offer_next,
    "matching.work_out_advice": matching_jobs.work_out_advice,
    "people.answer_sign_up": people_jobs.answer_sign_up,
    "people.tell_suspended": people_jobs.tell_suspended,
    "people.tell_suspension_ended": people_jobs.tell_suspension_ended,
    "people.ask_at_new_address": people_jobs.ask_at_new_address,
    "people.tell_old_address": people_jobs.tell_old_address,
    "people.tell_new_password": signin_jobs.tell_new_password,
    "people.send_password_link": people_jobs.send_password_link,
    "signin.tell_change": signin_jobs.tell_change,
    "signin.send_link": signin_jobs.send_link,
    "cohorts.welcome": cohorts_jobs.welcome,
    "cohorts.invite_organiser": cohorts_jobs.invite_organiser,
    "cohorts.tell_organiser_added": cohorts_jobs.tell_organiser_added,
    "cohorts.tell_organiser_removed": cohorts_jobs.tell_organiser_removed,
    "applications.ask_to_confirm": applications_jobs.ask_to_confirm,
    "applications.tell_received": applications_jobs.tell_received,
    "applications.tell_decided": applications_jobs.tell_decided,
    "applications.fill_seats": applications_jobs.fill_seats,
    "exchange.ask_to_confirm": exchange_jobs.ask_to_confirm,
    "invitations.send": invitations_jobs.send,
    "mentors.ask_to_confirm": mentors_jobs.ask_to_confirm,
    "mentors.tell_new": mentors_jobs.tell_new,
    "mentors.tell_decided": mentors_jobs.tell_decided,
    "mentors.tell_back": mentors_jobs.tell_back,
    "mentorships.tell_proposed": mentorships_jobs.tell_proposed,
    "mentorships.tell_matched": mentorships_jobs.tell_matched,
    "mentorships.tell_moved": mentorships_jobs.tell_moved,
    "mentorships.tell_pause": mentorships_jobs.tell_pause,
    "mentorships.tell_left": mentorships_jobs.tell_left,
    "mentorships.tell_organiser_left": mentorships_jobs.tell_organiser_left,
    "mentorships.tell_declined": mentorships_jobs.tell_declined,
    "mentorships.remind": mentorships_jobs.remind,
    "mentorships.tell_lapsed": mentorships_jobs.tell_lapsed,
    "mentorships.lapse_when_full": mentorships_jobs.lapse_when_full,
    "mentorships.close_for_enrolment": mentorships_jobs.close_for_enrolment,
    "questions.copy": questions_jobs.copy,
    "calendars.revoke": calendars_jobs.revoke,
    "introductions.tell": introductions_jobs.tell,
    "introductions.remind_all": introductions_jobs.remind_all,
    "introductions.remind": introductions_jobs.remind,
    "introductions.tell_cancelled": introductions_jobs.tell_cancelled,
    "notices.send_digest": notices_jobs.send_digest,
    "meetings.tell": meetings_jobs.tell,
    "meetings.close_for_mentorship": meetings_jobs.close_for_mentorship,
    "sessions.tell": sessions_jobs.tell,
    "sessions.remind": sessions_jobs.remind,
    "sessions.free_for_enrolment": sessions_jobs.free_for_enrolment,
    "sessions.free_for_mentor": sessions_jobs.free_for_mentor,
    "circles.form": circles_jobs.form,
    "circles.tell": circles_jobs.tell,
    "circles.free_for_enrolment": circles_jobs.free_for_enrolment,
    "checkins.ask": checkins_jobs.ask,
    "checkins.tell_low": checkins_jobs.tell_low,
    "checkins.ask_to_close": checkins_jobs.ask_to_close,
    "agendas.tell_month": agendas_jobs.tell_month,
    "checkins.nudge": checkins_jobs.nudge,
    "checkins.tell_unwell": checkins_jobs.tell_unwell,
    "checkins.ask_about_ending": checkins_jobs.ask_about_ending,
    "announcements.send": announcements_jobs.send,
    "extensions.tell": extensions_jobs.tell,
    "forecasts.nudge": forecasts_jobs.nudge,
    "rules.copy": rules_jobs.copy,
    "curricula.move_plans": curricula_jobs.move_plans,
    "peer_reviews.allocate": peer_reviews_jobs.allocate,
    "peer_reviews.tell": peer_reviews_jobs.tell,
    "peer_reviews.tell_author": peer_reviews_jobs.tell_author,
    "study.ask_for_review": study_jobs.ask_for_review,
    "study.count_versions": study_jobs.count_versions,
    "study.delete_bytes": study_jobs.delete_bytes,
    "study.extend_plans": study_jobs.extend_plans,
    "study.lay_out_plan": study_jobs.lay_out_plan,
    "study.tell_reviewed": study_jobs.tell_reviewed,
    "schedules.plan_cohort": schedules_jobs.plan_cohort,
    "schedules.apply_some": schedules_jobs.apply_some,
    "schedules.tell": schedules_jobs.tell,
    "webhooks.deliver": webhooks_jobs.deliver,
    "webhooks.fan_out": webhooks_jobs.fan_out,
}
ON_EXHAUSTED: Mapping[str, JobFunction] = {
    "matching.solve_run": matching_jobs.give_up_run,
    "matching.work_out_advice": matching_jobs.give_up_advice,
    "schedules.plan_cohort": schedules_jobs.give_up,
    "circles.form": circles_jobs.give_up,
}
"""What to do when a job's last attempt failed."""
EVERY_MINUTE: Sequence[CronFunction] = (
    mentorships_jobs.expire,
    mentorships_jobs.resume,
    mentors_jobs.turn_of_day,
    invitations_jobs.expire,
    notices_jobs.send_due,
    sessions_jobs.remind_due,
    peer_reviews_jobs.turn,
    agendas_jobs.tell_months,
    checkins_jobs.ask_due,
    checkins_jobs.follow_up,
    figures_jobs.keep_weeks,
    matching_jobs.open_due_rounds,
    matching_jobs.forget_inputs,
)
"""What every worker looks for once a minute; each is harmless when it runs twice."""
