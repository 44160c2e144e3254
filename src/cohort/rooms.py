"""Every room at once: what the wiring and the migrations need to know of them."""

from collections.abc import Sequence

from litestar import Router

import cohort.agendas.models
import cohort.applications.models
import cohort.assessments.models
import cohort.calendars.models
import cohort.checkins.models
import cohort.circles.models
import cohort.cohorts.models
import cohort.curricula.models
import cohort.exchange.models
import cohort.extensions.models
import cohort.forecasts.models
import cohort.guides.models
import cohort.http.stored_responses
import cohort.introductions.models
import cohort.invitations.models
import cohort.jobs.event_log
import cohort.jobs.outbox
import cohort.matching.models
import cohort.meetings.models
import cohort.mentors.models
import cohort.mentorships.models
import cohort.questions.models
import cohort.quizzes.models
import cohort.rules.models
import cohort.sessions.models
import cohort.signin.models
import cohort.study.drafts.models
import cohort.study.files.models
import cohort.study.models
import cohort.webhooks.models
import cohort.wishes.models  # noqa: F401
from cohort.agendas import pages as agendas_pages
from cohort.agendas import routes as agendas_routes
from cohort.announcements import pages as announcements_pages
from cohort.announcements import routes as announcements_routes
from cohort.applications import pages as applications_pages
from cohort.applications import review_pages as applications_review_pages
from cohort.applications import routes as applications_routes
from cohort.assessments import pages as assessments_pages
from cohort.assessments import routes as assessments_routes
from cohort.calendars import pages as calendars_pages
from cohort.calendars import routes as calendars_routes
from cohort.checkins import board_pages as checkins_board_pages
from cohort.checkins import board_routes as checkins_board_routes
from cohort.checkins import closing_pages as checkins_closing_pages
from cohort.checkins import closing_routes as checkins_closing_routes
from cohort.checkins import pages as checkins_pages
from cohort.checkins import routes as checkins_routes
from cohort.circles import member_pages as circles_member_pages
from cohort.circles import pages as circles_pages
from cohort.circles import preview_pages as circles_preview_pages
from cohort.circles import routes as circles_routes
from cohort.cohorts import enrolment_pages as cohorts_enrolment_pages
from cohort.cohorts import organiser_pages as cohorts_organiser_pages
from cohort.cohorts import organiser_routes as cohorts_organiser_routes
from cohort.cohorts import pages as cohorts_pages
from cohort.cohorts import pause_routes as cohorts_pause_routes
from cohort.cohorts import routes as cohorts_routes
from cohort.curricula import milestone_pages as curricula_milestone_pages
from cohort.curricula import pages as curricula_pages
from cohort.curricula import question_pages as curricula_question_pages
from cohort.curricula import quiz_pages as curricula_quiz_pages
from cohort.curricula import quiz_routes as curricula_quiz_routes
from cohort.curricula import quizzes_pages as curricula_quizzes_pages
from cohort.curricula import routes as curricula_routes
from cohort.curricula import version_pages as curricula_version_pages
from cohort.dashboard import pages as dashboard_pages
from cohort.dashboard import routes as dashboard_routes
from cohort.events import routes as events_routes
from cohort.exchange import answer_pages as exchange_answer_pages
from cohort.exchange import import_pages as exchange_import_pages
from cohort.exchange import routes as exchange_routes
from cohort.extensions import pages as extensions_pages
from cohort.extensions import routes as extensions_routes
from cohort.figures import pages as figures_pages
from cohort.figures import routes as figures_routes
from cohort.forecasts import pages as forecasts_pages
from cohort.forecasts import routes as forecasts_routes
from cohort.forms import answer_pages as forms_answer_pages
from cohort.forms import answer_routes as forms_answer_routes
from cohort.forms import invitation_routes as forms_invitation_routes
from cohort.forms import routes as forms_routes
from cohort.guides import pages as guides_pages
from cohort.guides import routes as guides_routes
from cohort.introductions import pages as introductions_pages
from cohort.introductions import routes as introductions_routes
from cohort.invitations import answer_pages as invitations_answer_pages
from cohort.invitations import pages as invitations_pages
from cohort.invitations import routes as invitations_routes
from cohort.matching import pages as matching_pages
from cohort.matching import routes as matching_routes
from cohort.matching.comparing import pages as matching_comparing_pages
from cohort.matching.comparing import routes as matching_comparing_routes
from cohort.matching.console import pages as matching_console_pages
from cohort.matching.console import routes as matching_console_routes
from cohort.matching.frontier import pages as matching_frontier_pages
from cohort.matching.frontier import routes as matching_frontier_routes
from cohort.matching.introducing import pages as matching_introducing_pages
from cohort.matching.introducing import routes as matching_introducing_routes
from cohort.matching.ledger import pages as matching_ledger_pages
from cohort.matching.ledger import routes as matching_ledger_routes
from cohort.matching.moves import routes as matching_move_routes
from cohort.matching.next_best import pages as matching_next_best_pages
from cohort.matching.next_best import routes as matching_next_best_routes
from cohort.matching.overrides import routes as matching_override_routes
from cohort.matching.previews import pages as matching_preview_pages
from cohort.matching.previews import routes as matching_preview_routes
from cohort.matching.repairing import pages as matching_repairing_pages
from cohort.matching.repairing import routes as matching_repairing_routes
from cohort.matching.results import routes as matching_result_routes
from cohort.matching.verdicts import pages as matching_verdicts_pages
from cohort.matching.verdicts import routes as matching_verdicts_routes
from cohort.matching.warnings import routes as matching_warning_routes
from cohort.meetings import pages as meetings_pages
from cohort.meetings import routes as meetings_routes
from cohort.mentors import pages as mentors_pages
from cohort.mentors import place_pages as mentors_place_pages
from cohort.mentors import routes as mentors_routes
from cohort.mentorships import answer_pages as mentorships_answer_pages
from cohort.mentorships import leaving_pages as mentorships_leaving_pages
from cohort.mentorships import pages as mentorships_pages
from cohort.mentorships import pause_pages as mentorships_pause_pages
from cohort.mentorships import rematch_pages as mentorships_rematch_pages
from cohort.mentorships import rematch_routes as mentorships_rematch_routes
from cohort.mentorships import routes as mentorships_routes
from cohort.notices import pages as notices_pages
from cohort.notices import routes as notices_routes
from cohort.operations import health, well_known
from cohort.operations import pages as operations_pages
from cohort.operations import routes as operations_routes
from cohort.outcomes import pages as outcomes_pages
from cohort.outcomes import routes as outcomes_routes
from cohort.peer_reviews import pages as peer_reviews_pages
from cohort.peer_reviews import routes as peer_reviews_routes
from cohort.people import account_pages as people_account_pages
from cohort.people import account_routes as people_account_routes
from cohort.people import admin_pages as people_admin_pages
from cohort.people import admin_routes as people_admin_routes
from cohort.people import pages as people_pages
from cohort.people import routes as people_routes
from cohort.questions import pages as questions_pages
from cohort.questions import routes as questions_routes
from cohort.quizzes import organiser_pages as quizzes_organiser_pages
from cohort.quizzes import organiser_routes as quizzes_organiser_routes
from cohort.quizzes import pages as quizzes_pages
from cohort.quizzes import routes as quizzes_routes
from cohort.room_jobs import EVERY_MINUTE, JOBS, ON_EXHAUSTED
from cohort.rules import pages as rules_pages
from cohort.rules import preference_pages as rules_preference_pages
from cohort.rules import preference_routes as rules_preference_routes
from cohort.rules import routes as rules_routes
from cohort.schedules import cohort_pages as schedules_cohort_pages
from cohort.schedules import cohort_routes as schedules_cohort_routes
from cohort.schedules import pages as schedules_pages
from cohort.schedules import routes as schedules_routes
from cohort.sessions import attending_pages as sessions_attending_pages
from cohort.sessions import pages as sessions_pages
from cohort.sessions import routes as sessions_routes
from cohort.signin import account_pages as signin_account_pages
from cohort.signin import confirm_pages as signin_confirm_pages
from cohort.signin import oidc_pages as signin_oidc_pages
from cohort.signin import pages as signin_pages
from cohort.signin import passkey_pages as signin_passkey_pages
from cohort.signin import password_pages as signin_password_pages
from cohort.signin import routes as signin_routes
from cohort.study import pages as study_pages
from cohort.study import routes as study_routes
from cohort.study.files import pages as study_file_pages
from cohort.webhooks import pages as webhooks_pages
from cohort.webhooks import routes as webhooks_routes
from cohort.weeks import item_pages
from cohort.weeks import pages as weeks_pages
from cohort.weeks import routes as weeks_routes
from cohort.wishes import apart_pages as wishes_apart_pages
from cohort.wishes import apart_routes as wishes_apart_routes
from cohort.wishes import pages as wishes_pages
from cohort.wishes import routes as wishes_routes

__all__ = ["API", "EVERY_MINUTE", "JOBS", "ON_EXHAUSTED", "PAGES"]

API: Sequence[Router] = (
    people_routes.router,
    people_account_routes.router,
    people_admin_routes.router,
    signin_routes.router,
    notices_routes.router,
    guides_routes.router,
    cohorts_routes.router,
    cohorts_pause_routes.router,
    questions_routes.router,
    cohorts_organiser_routes.router,
    applications_routes.router,
    mentors_routes.router,
    invitations_routes.router,
    forms_routes.router,
    forms_answer_routes.router,
    forms_invitation_routes.router,
    mentorships_routes.router,
    mentorships_rematch_routes.router,
    introductions_routes.router,
    wishes_routes.router,
    wishes_apart_routes.router,
    meetings_routes.router,
    agendas_routes.router,
    sessions_routes.router,
    circles_routes.router,
    checkins_routes.router,
    checkins_board_routes.router,
    checkins_closing_routes.router,
    study_routes.router,
    peer_reviews_routes.router,
    extensions_routes.router,
    schedules_routes.router,
    schedules_cohort_routes.router,
    forecasts_routes.router,
    figures_routes.router,
    announcements_routes.router,
    curricula_routes.router,
    curricula_quiz_routes.router,
    quizzes_routes.router,
    quizzes_organiser_routes.router,
    assessments_routes.router,
    calendars_routes.router,
    weeks_routes.router,
    rules_routes.router,
    rules_preference_routes.router,
    matching_routes.router,
    matching_result_routes.router,
    matching_comparing_routes.router,
    matching_ledger_routes.router,
    matching_console_routes.router,
    matching_repairing_routes.router,
    matching_frontier_routes.router,
    matching_introducing_routes.router,
    matching_verdicts_routes.router,
    matching_override_routes.router,
    matching_preview_routes.router,
    matching_next_best_routes.router,
    matching_move_routes.router,
    matching_warning_routes.router,
    outcomes_routes.router,
    exchange_routes.router,
    dashboard_routes.router,
    operations_routes.router,
    events_routes.router,
    webhooks_routes.router,
)
PAGES: Sequence[Router] = (
    people_pages.router,
    people_account_pages.router,
    people_admin_pages.router,
    signin_pages.router,
    signin_account_pages.router,
    notices_pages.router,
    signin_confirm_pages.router,
    signin_passkey_pages.router,
    signin_password_pages.router,
    signin_oidc_pages.router,
    guides_pages.router,
    cohorts_pages.router,
    cohorts_organiser_pages.router,
    cohorts_enrolment_pages.router,
    questions_pages.router,
    applications_pages.router,
    applications_review_pages.router,
    mentors_pages.router,
    mentors_place_pages.router,
    forms_answer_pages.router,
    invitations_pages.router,
    invitations_answer_pages.router,
    mentorships_pages.router,
    mentorships_rematch_pages.router,
    mentorships_pause_pages.router,
    mentorships_leaving_pages.router,
    introductions_pages.router,
    wishes_pages.router,
    wishes_apart_pages.router,
    mentorships_answer_pages.router,
    meetings_pages.router,
    agendas_pages.router,
    sessions_pages.router,
    circles_pages.router,
    circles_preview_pages.router,
    circles_member_pages.router,
    sessions_attending_pages.router,
    checkins_pages.router,
    checkins_board_pages.router,
    checkins_closing_pages.router,
    study_pages.router,
    peer_reviews_pages.router,
    extensions_pages.router,
    study_file_pages.router,
    schedules_pages.router,
    schedules_cohort_pages.router,
    forecasts_pages.router,
    figures_pages.router,
    announcements_pages.router,
    curricula_pages.router,
    curricula_milestone_pages.router,
    curricula_quizzes_pages.router,
    curricula_quiz_pages.router,
    curricula_question_pages.router,
    curricula_version_pages.router,
    quizzes_pages.router,
    quizzes_organiser_pages.router,
    assessments_pages.router,
    calendars_pages.router,
    weeks_pages.router,
    item_pages.router,
    rules_pages.router,
    rules_preference_pages.router,
    matching_pages.router,
    matching_comparing_pages.router,
    matching_ledger_pages.router,
    matching_console_pages.router,
    matching_repairing_pages.router,
    matching_frontier_pages.router,
    matching_introducing_pages.router,
    matching_verdicts_pages.router,
    matching_preview_pages.router,
    matching_next_best_pages.router,
    outcomes_pages.router,
    exchange_answer_pages.router,
    exchange_import_pages.router,
    dashboard_pages.router,
    operations_pages.router,
    webhooks_pages.router,
    well_known.router,
    health.router,
)
