"""What we write to people whom an organiser brought into a cohort."""

from cohort.cohorts.models import Cohort
from cohort.mail import Message
from cohort.people.models import Person


def invited(person: Person, cohort: Cohort, token: str) -> Message:
    """The link proves the address and sets a password; whoever has an account needs none."""
    context = {"name": person.name, "cohort": cohort.name, "slug": cohort.slug, "token": token}
    return Message(person.email, "cohort_invited", context)
