"""What we write to people about signing in."""

from cohort.mail import Message
from cohort.people.models import Person
from cohort.settings import Settings
from cohort.signin.remaining import Remaining

CHANGES = {
    "codes_on": "One-time codes of an app were turned on for your account.",
    "codes_off": "One-time codes of an app were turned off for your account.",
    "passkey_added": "A new passkey signs in to your account.",
    "passkey_removed": "A passkey does not sign in to your account any more.",
    "identity_added": "An account of another service signs in to your account from now on.",
    "identity_removed": "An account of another service does not sign in to yours any more.",
    "recovery_code_used": "A recovery code of yours was used to sign in. It does not work again.",
    "recovery_codes_made": "New recovery codes were made. The old ones do not work any more.",
}


def new_password(person: Person, left: Remaining, settings: Settings) -> Message:
    context = {"name": person.name, "left": left.in_words(settings)}
    return Message(person.email, "new_password", context, kind="account")


def sign_in_changed(person: Person, what: str) -> Message:
    context = {"name": person.name, "sentence": CHANGES[what]}
    return Message(person.email, "sign_in_changed", context, kind="account")


def sign_in_link(person: Person, token: str, minutes: int) -> Message:
    context = {"name": person.name, "token": token, "minutes": minutes}
    return Message(person.email, "sign_in_link", context, kind="account")
