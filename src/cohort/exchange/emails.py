"""What we write to people whom an organiser brought into a cohort."""

from cohort.exchange.models import ImportedPerson
from cohort.mail import Message


def ask_to_confirm(imported: ImportedPerson, token: str, *, waits: bool) -> Message:
    """`waits` says that somebody was found for her; whom, she reads when she has confirmed."""
    context = {
        "name": imported.person.name,
        "importer": imported.importer.name,
        "cohort": imported.cohort.name,
        "token": token,
        "expires_at": imported.expires_at,
        "time_zone": imported.cohort.time_zone,
        "waits": waits,
    }
    return Message(imported.person.email, "import_confirm", context, kind="confirmations")
