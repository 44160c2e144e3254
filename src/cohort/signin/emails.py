"""What we write to people about signing in."""

from cohort.mail import Message
from cohort.people.models import Person


def sign_in_link(person: Person, token: str, minutes: int) -> Message:
    context = {"name": person.name, "token": token, "minutes": minutes}
    return Message(person.email, "sign_in_link", context)
