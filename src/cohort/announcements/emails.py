"""An announcement to one person; whom else it went to is not said."""

from cohort.announcements.models import Announcement
from cohort.mail import Message
from cohort.people.models import Person


def announced(announcement: Announcement, person: Person) -> Message:
    context = {
        "name": person.name,
        "subject": announcement.subject,
        "words": announcement.text,
        "sender": announcement.sender.name,
        "cohort": announcement.cohort.name,
    }
    kind = "essential" if announcement.is_essential else "announcements"
    return Message(person.email, "announcement", context, kind=kind)
