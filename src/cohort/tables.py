"""The tables of every room, known to SQLAlchemy once this is imported."""

import cohort.agendas.models
import cohort.applications.models
import cohort.assessments.models
import cohort.calendars.models
import cohort.checkins.models
import cohort.cohorts.models
import cohort.curricula.models
import cohort.exchange.models
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
import cohort.study.models
import cohort.webhooks.models
import cohort.wishes.models  # noqa: F401
