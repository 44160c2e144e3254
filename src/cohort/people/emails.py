"""What we write to people about their accounts."""

from cohort.mail import Message
from cohort.people.models import Person


def verify_address(email: str, token: str, hours: int) -> Message:
    return Message(email, "verify_address", {"token": token, "hours": hours}, kind="account")


def choose_password(person: Person, token: str, hours: int) -> Message:
    context = {"name": person.name, "token": token, "hours": hours}
    return Message(person.email, "choose_password", context, kind="account")


def new_address(person: Person, email: str, token: str, hours: int) -> Message:
    return Message(
        email, "new_address", {"name": person.name, "token": token, "hours": hours}, kind="account"
    )


def old_address(person: Person, email: str) -> Message:
    return Message(email, "old_address", {"name": person.name}, kind="account")


def suspended(person: Person, reason: str, answer_to: str) -> Message:
    context = {"name": person.name, "reason": reason, "answer_to": answer_to}
    return Message(person.email, "suspended", context, kind="account")


def suspension_ended(person: Person) -> Message:
    return Message(person.email, "suspension_ended", {"name": person.name}, kind="account")


def already_known(person: Person) -> Message:
    return Message(person.email, "already_known", {"name": person.name}, kind="account")
