"""The mail that holds others."""

from collections.abc import Sequence

from cohort.mail import Message, Written
from cohort.people.models import Person


def digest(person: Person, parts: Sequence[Written]) -> Message:
    return Message(person.email, "digest", {"name": person.name, "parts": parts}, kind="digest")
