"""What we write to researchers about their cohort."""

from cohort.cohorts.models import Enrolment
from cohort.mail import Message


def welcome(enrolment: Enrolment) -> Message:
    context = {"name": enrolment.person.name, "cohort": enrolment.cohort, "enrolment": enrolment}
    return Message(enrolment.person.email, "welcome", context)
